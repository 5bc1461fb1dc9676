import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { build } from 'esbuild';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { parse } from 'yaml';
import { deviceFamily, type RuntimeDevice, type RuntimeVariant } from '../../src/runtime/index.ts';
import type { Configuration } from '../../src/space/index.ts';
import { describeInBrowser } from '../support/browser.ts';
import { exported, kernelsOf, type TunedFor } from './support.ts';

const example = join(import.meta.dirname, '../../examples/runtime');

/** The runtime as `scripts/build.mjs` builds it, from its source. */
async function bundledRuntime(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, '../../src/runtime/index.ts')],
    bundle: true,
    platform: 'neutral',
    format: 'esm',
    target: 'es2022',
    write: false,
  });
  return outputFiles[0]!.text;
}

const types: Readonly<Record<string, string>> = { '.html': 'text/html', '.js': 'text/javascript' };

/** The example's pages, with these files laid over them. */
async function serve(files: Readonly<Record<string, string>>): Promise<string> {
  const server = createServer((request, response) => {
    const path = normalize(new URL(request.url ?? '/', 'http://localhost').pathname).slice(1);
    response.setHeader('content-type', types[extname(path)] ?? 'application/json');
    try {
      response.end(files[path] ?? readFileSync(join(example, path)));
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** The example's kernels, tuned for the adapter of the browser. */
async function exportedExample() {
  const files = { 'scale.wgsl': readFileSync(join(example, 'scale.wgsl'), 'utf8') };
  const manifest = parse(readFileSync(join(example, 'joulegate.yaml'), 'utf8'));
  const family = 'google-swiftshader';
  const tuned: TunedFor[] = kernelsOf(manifest, files).map(({ name, workloads, defaults }) => {
    const other: Configuration =
      name === 'matmul' ? { GROUP_X: 16, ROWS: 2, STAGE_A: false } : { WORKGROUP: 128, PER_THREAD: 4 };
    return { kernel: name, workload: workloads[0]!, family, configuration: { ...defaults, ...other } };
  });
  return { ...(await exported({ manifest, files, tuned })), tuned };
}

const blank = '<!doctype html><link rel="icon" href="data:,"><title>blank</title>';

const software = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'];

await describeInBrowser('joulegate/runtime in a browser with WebGPU', (open) => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await open(...software);
  });
  afterAll(() => browser.close());

  async function openPage(
    kernels: string,
    path: string,
  ): Promise<{ readonly page: Page; readonly faults: string[] }> {
    const origin = await serve({
      'dist/runtime.js': await bundledRuntime(),
      'kernels.json': kernels,
      'blank.html': blank,
    });
    const page = await browser.newPage();
    onTestFinished(() => page.close());
    const faults: string[] = [];
    page.on('pageerror', (error) => faults.push(error.message));
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) faults.push(message.text());
    });
    await page.goto(`${origin}/${path}`);
    return { page, faults };
  }

  it('shows right products in the example’s page, and picks what was tuned for this adapter', async () => {
    const { text, tuned } = await exportedExample();
    const { page, faults } = await openPage(text, 'index.html');
    await page.waitForFunction('document.getElementById("state").textContent.endsWith(".")');
    expect(await page.textContent('#state')).toBe('Done.');
    const rows = await page.$$eval('#rows tr', (all) =>
      all.map((row) => [...row.querySelectorAll('td')].map((cell) => cell.textContent ?? '')),
    );
    const { GROUP_X, GROUP_Y, ROWS, COLS } = tuned[0]!.configuration;
    const shown = `${GROUP_X} x ${GROUP_Y} invocations of ${ROWS} x ${COLS}`;
    expect(rows.map((row) => row.slice(0, 3))).toEqual([
      ['128 x 128 x 128', shown, 'google-swiftshader, 128 x 128 x 128'],
      ['100 x 40 x 60', expect.any(String), expect.any(String)],
      ['1 x 17 x 1000', expect.any(String), expect.any(String)],
    ]);
    for (const row of rows) expect(Number(row[3])).toBeLessThan(1e-3);
    expect(faults).toEqual([]);
  });

  it('runs a kernel with overrides and a uniform', async () => {
    const { text } = await exportedExample();
    const { page, faults } = await openPage(text, 'blank.html');
    const scaled = await page.evaluate(`(async () => {
      const { openKernels } = await import('/dist/runtime.js');
      const { describe, openDevice, runVariant } = await import('/run-kernel.js');
      const device = await openDevice();
      const kernels = openKernels(await (await fetch('kernels.json')).json());
      const variant = kernels.variant('scale', { COUNT: 1001, FACTOR: -2.5 }, describe(device));
      const values = Float32Array.from({ length: 1001 }, (_, i) => i);
      return {
        kind: variant.choice.kind,
        configuration: variant.configuration,
        results: [...(await runVariant(device, variant, { values }, 'results'))],
      };
    })()`);
    expect(scaled).toEqual({
      kind: 'near-workload',
      configuration: { WORKGROUP: 128, PER_THREAD: 4 },
      results: Array.from({ length: 1001 }, (_, i) => i * -2.5),
    });
    expect(faults).toEqual([]);
  });

  it('picks in the page what it picks in Node', async () => {
    const { text, kernels } = await exportedExample();
    const { page } = await openPage(text, 'blank.html');
    const { info, limits, variant } = await page.evaluate<{
      info: { vendor: string; architecture: string; device: string };
      limits: RuntimeDevice['limits'];
      variant: RuntimeVariant;
    }>(`(async () => {
      const { openKernels } = await import('/dist/runtime.js');
      const adapter = await navigator.gpu.requestAdapter();
      const { vendor, architecture, device } = adapter.info;
      const limits = {};
      for (const name in adapter.limits) limits[name] = adapter.limits[name];
      const kernels = openKernels(await (await fetch('kernels.json')).json());
      const features = new Set([...adapter.features].filter((name) => name !== 'subgroups'));
      const variant = kernels.variant('matmul', { m: 300, n: 20, k: 70 }, { info: adapter.info, limits, features });
      return { info: { vendor, architecture, device }, limits, variant };
    })()`);
    expect(deviceFamily(info)).toBe('google-swiftshader');
    const here = { info, limits, features: new Set<string>() };
    expect(variant).toEqual(kernels.variant('matmul', { m: 300, n: 20, k: 70 }, here));
  });
});
