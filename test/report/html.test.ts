import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type GuardReport,
  type Report,
  type RetunedKernel,
  type RetuneReport,
  renderHtml,
} from '../../src/report/index.ts';
import { describeInBrowser } from '../support/browser.ts';
import { labelFaults, violations } from '../support/page-faults.ts';
import { guardKernel, guardReport, retunedKernel, retuneReport } from './samples.ts';

type Sample = NonNullable<GuardReport['samples']>[number];

const hostile = '<img src=x onerror=alert(1)></title></style><script>alert(2)</script>"\'&';

function blocks(kernel: string, workload: string, count: number): Sample[] {
  return (['B', 'H'] as const).flatMap((arm) =>
    Array.from({ length: count }, (_, block) => ({
      ...{ kernel, workload, arm, block, phase: 'flag' as const, voidReasons: [] },
      ...{ latencyMs: 1 + 0.01 * (block % 7) + (arm === 'H' ? 0.1 : 0), joules: 0.03 + 0.0004 * (block % 5) },
      ...{ latencyResolution: 0.001, energyResolution: 0.001 },
    })),
  );
}

const diff = '@@ -1,3 +1,3 @@\n fn main() {\n-  let x = 1u;\n+  let x = 2u < 3u;\n }';

function regression(): GuardReport {
  const kernel = guardKernel({
    verdict: 'regressed',
    fails: true,
    energyRatio: { estimate: 1.07, low: 1.05, high: 1.09 },
    diff,
  });
  const { kernel: name, workload } = kernel;
  return guardReport([kernel, guardKernel({ kernel: 'row-sum', verdict: 'improved' })], {
    samples: blocks(name, workload, 15),
  });
}

function searched(points: number): RetuneReport {
  const report = retuneReport([retunedKernel()]);
  const [kernel] = report.kernels;
  if (kernel === undefined) throw new Error('the sample has no kernel');
  const all = Array.from({ length: points }, (_, at) => ({
    latencyMs: 1 + ((at * 37) % 101) / 50,
    joules: 0.02 + ((at * 53) % 97) / 2000,
    predicted: 0.02 + ((at * 53 + 5) % 97) / 2000,
  }));
  const evidence: RetunedKernel['evidence'] = {
    points: all,
    finalists: [
      { configuration: { A: 1 }, latencyMs: 1.1, joules: 0.03, chosen: false },
      { configuration: { A: 2 }, latencyMs: 1.05, joules: 0.025, chosen: true },
    ],
    importances: [
      { tunable: 'A', share: 0.7 },
      { tunable: 'B', share: 0.3 },
    ],
    power: Array.from({ length: 120 }, (_, at) => ({ seconds: at / 10, watts: 280 + at })),
  };
  return { ...report, kernels: [{ ...kernel, joules: 0.025, latencyMs: 1.05, evidence }] };
}

/** As many kernels as a large project has, each with as many points as a report keeps. */
function large(): Report {
  const report = searched(500);
  const [kernel] = report.kernels;
  if (kernel === undefined) throw new Error('no kernel');
  const convergence = Array.from({ length: 500 }, (_, at) => 0.02 + 0.01 / (at + 1));
  const kernels = Array.from({ length: 200 }, (_, at) => ({
    ...kernel,
    convergence,
    kernel: `kernel-${at}`,
  }));
  return { ...report, kernels };
}

describe('a report as a page', () => {
  it('needs nothing else and runs nothing', () => {
    for (const report of [regression(), searched(50)]) {
      const html = renderHtml(report);
      expect(html).toContain(`content="default-src &#39;none&#39;; style-src &#39;unsafe-inline&#39;`);
      expect(html).not.toMatch(/<script|<link|<img|<iframe|\son[a-z]+=|@import|url\(|src=/);
      expect([...html.matchAll(/href="([^"]*)"/g)].every(([, target]) => target?.startsWith('#'))).toBe(true);
    }
  });

  it('shows foreign text as text, wherever it comes from', () => {
    const kernel = guardKernel({
      ...{ kernel: hostile, workload: hostile, reason: hostile, file: hostile, verdict: 'regressed' },
      ...{
        configuration: { base: { [hostile]: 1 }, head: { [hostile]: hostile } },
        diff: `-${hostile}\n+${hostile}`,
      },
    });
    const guarded = renderHtml(
      guardReport([kernel], {
        ...{ reason: hostile, warnings: [hostile], manifest: hostile },
        samples: blocks(hostile, hostile, 3).map((sample) => ({ ...sample, voidReasons: [hostile] })),
      }),
    );
    const [tuned] = searched(30).kernels;
    const retuned = renderHtml({
      ...retuneReport([]),
      kernels: [{ ...(tuned as RetunedKernel), kernel: hostile, workload: hostile, reason: hostile }],
    });
    for (const html of [guarded, retuned]) {
      expect(html).not.toContain('<img');
      expect(html).not.toContain('<script');
      expect(html.match(/<\/title>/g)?.length).toBe(html.match(/<title/g)?.length);
      expect(html.match(/<\/style>/g)).toHaveLength(1);
    }
  });

  it('tells in words what every figure shows', () => {
    const html = renderHtml(searched(50));
    for (const told of [
      '50 configurations measured for energy',
      'predictions come from trees that learned from the others alone',
      'A 70 %, B 30 %',
      'Power of 120 updates of the meter',
    ]) {
      expect(html).toContain(told);
    }
    expect(renderHtml(regression())).toContain('15 of base and 15 of head');
  });

  it('shows how the program differs, and cuts what is long', () => {
    expect(renderHtml(regression())).toContain('<span class="plus">+  let x = 2u &lt; 3u;</span>');
    const files = '--- a.cu\n+++ a.cu\n@@ -1 +1 @@\n--- n;\n+\tx<y>();';
    expect(renderHtml(guardReport([guardKernel({ verdict: 'regressed', diff: files })]))).toContain(
      '<span class="hunk">--- a.cu</span><span class="hunk">+++ a.cu</span><span class="hunk">@@ -1 +1 @@</span>' +
        '<span class="minus">--- n;</span><span class="plus">+  x&lt;y&gt;();</span>',
    );
    const long = `@@ -1 +1 @@\n${'+let y = 1u;\n'.repeat(5000)}`;
    const html = renderHtml(guardReport([guardKernel({ verdict: 'regressed', diff: long })]));
    expect(html).toContain('cut, see report.json');
    expect(html.length).toBeLessThan(200_000);
  });

  it('stays below 5 MB with 200 kernels of 500 points each', () => {
    expect(Buffer.byteLength(renderHtml(large()))).toBeLessThan(5_000_000);
  });
});

await describeInBrowser('a page in a browser', (open) => {
  const folder = mkdtempSync(join(tmpdir(), 'joulegate-page-'));
  let browser: Browser;
  beforeAll(async () => {
    browser = await open();
  });
  afterAll(async () => {
    await browser.close();
    rmSync(folder, { recursive: true });
  });

  async function opened(report: Report, options: Parameters<Browser['newPage']>[0] = {}) {
    const path = join(folder, 'report.html');
    writeFileSync(path, renderHtml(report));
    // The page's own policy forbids the checker's script.
    const page = await browser.newPage({ ...options, bypassCSP: true });
    const messages: string[] = [];
    page.on('console', (message) => messages.push(message.text()));
    page.on('pageerror', (error) => messages.push(error.message));
    page.on('request', (request) => {
      if (request.url() !== pathToFileURL(path).href) messages.push(`asks for ${request.url()}`);
    });
    await page.goto(pathToFileURL(path).href);
    return { page, messages };
  }

  it.each(['light', 'dark'] as const)(
    'says nothing to the console, asks for nothing, is accessible: %s',
    async (colorScheme) => {
      for (const report of [regression(), searched(60)]) {
        const { page, messages } = await opened(report, { colorScheme });
        for (const summary of await page.locator('summary').all()) await summary.click();
        expect(await violations(page)).toEqual([]);
        expect(messages).toEqual([]);
        await page.close();
      }
    },
  );

  it('lays no label of a figure over another one, and cuts none, at any width', async () => {
    // Figures that differ in their last digits only, and whole numbers that are few.
    const [kernel] = searched(60).kernels as [RetunedKernel];
    const points = kernel.evidence!.points.map((point, at) => ({ ...point, latencyMs: 1.0001 + at * 1e-6 }));
    const close = {
      ...kernel,
      evidence: { ...kernel.evidence!, points },
      trials: 3,
      convergence: [0.03, 0.02],
    };
    for (const report of [regression(), searched(60), retuneReport([close])]) {
      const { page } = await opened(report);
      for (const width of [360, 400, 900]) {
        await page.setViewportSize({ width, height: 800 });
        expect(await page.evaluate(labelFaults)).toEqual([]);
      }
      await page.close();
    }
  });

  it('fits a narrow screen', async () => {
    for (const report of [regression(), searched(60)]) {
      const { page } = await opened(report, { viewport: { width: 400, height: 800 } });
      const width = await page.evaluate('document.documentElement.scrollWidth');
      expect(width).toBeLessThanOrEqual(400);
      await page.close();
    }
  });

  it('shows every point of every kernel, with 200 kernels of 500 points', async () => {
    const { page, messages } = await opened(large());
    expect(await page.locator('article').count()).toBe(200);
    expect(messages).toEqual([]);
    await page.close();
  });
});
