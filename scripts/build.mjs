// Builds the bundles of dist/ from src/: one readable ESM file per entry, `.wesl` and `.yaml` as text, and what
// applications import: runtime.js, which also runs in browsers, with its types.
// usage: node scripts/build.mjs [--out DIR] [--check]      --check fails if dist/ is not what this source builds to
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';

const { values } = parseArgs({
  options: { out: { type: 'string' }, check: { type: 'boolean', default: false } },
});

/** Native packages stay outside the bundles: they carry binaries and are resolved at run time. */
const external = ['webgpu', 'koffi'];

/** Bundled CommonJS packages may call `require`; ESM has none. */
const banner = {
  js: "import { createRequire as joulegateCreateRequire } from 'node:module';\nconst require = joulegateCreateRequire(import.meta.url);",
};

async function bundle(outdir) {
  const entryPoints = ['cli', 'worker', 'action', 'post'].map((name) => `src/${name}.ts`);
  await build({
    entryPoints,
    outdir,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    external,
    banner,
    legalComments: 'inline',
    loader: { '.wesl': 'text', '.yaml': 'text', '.h': 'text', '.py': 'text' },
    logLevel: 'warning',
  });
  for (const name of files(outdir))
    writeFileSync(join(outdir, name), inAscii(readFileSync(join(outdir, name), 'utf8')));
  await build({
    entryPoints: { runtime: 'src/runtime/index.ts' },
    outdir,
    bundle: true,
    platform: 'neutral',
    format: 'esm',
    target: 'es2022',
    charset: 'utf8',
    logLevel: 'warning',
  });
  writeFileSync(join(outdir, 'runtime.d.ts'), runtimeTypes());
}

/**
 * A single character beyond ASCII makes Node decode all of a bundle and hold it at two bytes a character, which is half of what starting
 * takes. The bundler escapes all but those in regular expressions and comments, where the same escape means the same.
 */
function inAscii(text) {
  return text.replaceAll(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** The declarations of everything that src/runtime/index.ts re-exports, as one file that imports nothing. */
function runtimeTypes() {
  const folder = mkdtempSync(join(tmpdir(), 'joulegate-types-'));
  try {
    const flags = [
      '--noEmit',
      'false',
      '--declaration',
      '--emitDeclarationOnly',
      '--rewriteRelativeImportExtensions',
    ];
    const paths = ['--rootDir', 'src', '--outDir', folder];
    const options = ['--target', 'es2023', '--module', 'esnext', '--moduleResolution', 'bundler', '--strict'];
    const tsc = join('node_modules', 'typescript', 'bin', 'tsc');
    execFileSync(
      process.execPath,
      [tsc, '--ignoreConfig', ...flags, ...paths, ...options, '--types', '', 'src/runtime/index.ts'],
      { stdio: ['ignore', 'inherit', 'inherit'] },
    );
    const facade = readFileSync('src/runtime/index.ts', 'utf8');
    const sources = [...facade.matchAll(/from '\.\/([\w-]+)\.ts'/g)].map((match) => match[1]);
    const texts = sources.map((name) => readFileSync(join(folder, 'runtime', `${name}.d.ts`), 'utf8'));
    const text = texts.join('').replace(/^import .*\n/gm, '');
    const declared = [...text.matchAll(/^export (?:declare )?(?:function|interface|type) (\w+)/gm)];
    const hidden = declared.find(([, name]) => !new RegExp(`\\b${name}\\b`).test(facade));
    if (hidden) throw new Error(`src/runtime/index.ts does not export ${hidden[1]}, which its types name`);
    return text;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function files(folder) {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.js') || name.endsWith('.d.ts'))
    .sort();
}

if (values.check) {
  const fresh = mkdtempSync(join(tmpdir(), 'joulegate-dist-'));
  try {
    await bundle(fresh);
    const names = new Set([...files(fresh), ...files('dist')]);
    const read = (path) => {
      try {
        return readFileSync(path, 'utf8');
      } catch {
        return null;
      }
    };
    const stale = [...names].filter((name) => read(join(fresh, name)) !== read(join('dist', name)));
    if (stale.length > 0) {
      console.error(`dist/ is not built from this source: ${stale.join(', ')}. Run: npm run build`);
      process.exitCode = 1;
    }
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
} else {
  await bundle(values.out ?? 'dist');
}
