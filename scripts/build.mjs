// Builds the bundles of dist/ from src/: one readable ESM file per entry, `.wesl` and `.yaml` as text.
// usage: node scripts/build.mjs [--out DIR] [--check]      --check fails if dist/ is not what this source builds to
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
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
  const entryPoints = ['cli', 'worker', 'action'].map((name) => `src/${name}.ts`);
  await build({
    entryPoints,
    outdir,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    external,
    banner,
    charset: 'utf8',
    legalComments: 'inline',
    loader: { '.wesl': 'text', '.yaml': 'text' },
    logLevel: 'warning',
  });
}

function files(folder) {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.js'))
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
