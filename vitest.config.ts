import { readFileSync } from 'node:fs';
import { defineConfig } from 'vitest/config';

/** `.wesl`, operator `.yaml` and helper files are bundled as text, exactly as esbuild's text loader does it. */
const textFiles = {
  name: 'text-files',
  enforce: 'pre' as const,
  load(id: string) {
    if (!/\.(wesl|wgsl|yaml|h|py)$/.test(id)) return null;
    return `export default ${JSON.stringify(readFileSync(id, 'utf8'))};`;
  },
};

/** Folders whose tests leave nothing behind in what they import: their files share it, which spares a third of the time. */
const sharing = [
  'expression',
  'judge',
  'kernel',
  'manifest',
  'measure',
  'model',
  'report',
  'runtime',
  'schema',
  'search',
  'space',
]
  .concat('stats', 'store')
  .map((folder) => `test/${folder}/**/*.test.ts`);

export default defineConfig({
  plugins: [textFiles],
  test: {
    projects: [
      { extends: true, test: { name: 'sharing', include: sharing, isolate: false } },
      { extends: true, test: { name: 'alone', include: ['test/**/*.test.ts'], exclude: sharing } },
    ],
    globalSetup: ['test/support/find-adapter.ts'],
    reporters: ['default', './test/support/slowest-files.ts'],
    // Ends what hangs; no test is to fail because the machine has other things to do.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    // One more than the cores that it is meant for: many tests wait for processes and services.
    maxWorkers: 3,
  },
});
