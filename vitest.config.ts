import { readFileSync } from 'node:fs';
import { defineConfig } from 'vitest/config';

/** `.wesl` and operator `.yaml` files are bundled as text, exactly as esbuild's text loader does it. */
const textFiles = {
  name: 'text-files',
  enforce: 'pre' as const,
  load(id: string) {
    if (!/\.(wesl|wgsl|yaml)$/.test(id)) return null;
    return `export default ${JSON.stringify(readFileSync(id, 'utf8'))};`;
  },
};

export default defineConfig({
  plugins: [textFiles],
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/find-adapter.ts'],
    reporters: ['default', './test/support/slowest-files.ts'],
    // Ends what hangs; no test is to fail because the machine has other things to do.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    // One more than the cores that it is meant for: many tests wait for processes and services.
    maxWorkers: 3,
  },
});
