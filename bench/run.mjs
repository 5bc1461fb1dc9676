// Runs a benchmark written in TypeScript on any supported Node: bundles bench/NAME/main.ts and starts it. Without esbuild,
// as on a machine that has production dependencies only, Node itself has to strip the types.
// usage: node bench/run.mjs NAME [arguments of the benchmark]
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const [name, ...rest] = process.argv.slice(2);
if (!/^[a-z-]+$/.test(name ?? '')) {
  console.error('usage: node bench/run.mjs NAME [arguments]');
  process.exit(2);
}
const esbuild = await import('esbuild').catch(() => null);
if (esbuild === null) {
  process.argv = [process.argv[0], `bench/${name}/main.ts`, ...rest];
  await import(pathToFileURL(resolve(`bench/${name}/main.ts`)).href);
} else {
  await runBundled(esbuild.build);
}

async function runBundled(build) {
  const folder = mkdtempSync(join(tmpdir(), 'joulegate-bench-'));
  try {
    const outfile = join(folder, 'main.mjs');
    await build({
      entryPoints: [`bench/${name}/main.ts`],
      outfile,
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node20.19',
      external: ['webgpu', 'koffi'],
      // Some dependencies still call `require`.
      banner: {
        js: "import { createRequire as benchRequire } from 'node:module';\nconst require = benchRequire(import.meta.url);",
      },
      loader: { '.wesl': 'text', '.yaml': 'text', '.h': 'text', '.py': 'text' },
      logLevel: 'warning',
    });
    process.argv = [process.argv[0], outfile, ...rest];
    await import(pathToFileURL(outfile).href);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
