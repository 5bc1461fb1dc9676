import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const projectRoot = fileURLToPath(new URL('../..', import.meta.url));

/** Below node_modules, so that bundles find native packages as dist/ does. */
export const testCacheFolder = join(projectRoot, 'node_modules', '.cache', 'joulegate-test');

/**
 * Bundles a file as scripts/build.mjs does.
 * @returns the bundle's path; the same for every caller, and complete whenever it is there.
 */
export async function bundleForTest(source: string, name: string): Promise<string> {
  const result = await build({
    entryPoints: [join(projectRoot, source)],
    write: false,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    external: ['webgpu', 'koffi'],
    banner: {
      js: "import { createRequire as joulegateCreateRequire } from 'node:module';\nconst require = joulegateCreateRequire(import.meta.url);",
    },
    charset: 'utf8',
    loader: { '.wesl': 'text', '.yaml': 'text' },
    logLevel: 'warning',
  });
  const text = result.outputFiles[0]?.text ?? '';
  const path = join(testCacheFolder, name);
  mkdirSync(dirname(path), { recursive: true });
  if (textOf(path) !== text) {
    const temporary = `${path}.${process.pid}`;
    writeFileSync(temporary, text);
    renameSync(temporary, path);
  }
  return path;
}

function textOf(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** The GPU process under test. */
export function bundleWorker(): Promise<string> {
  return bundleForTest('src/worker.ts', 'worker.js');
}
