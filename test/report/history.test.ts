import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renderHistory } from '../../src/report/index.ts';
import type { History, HistoryNight, HistorySeries } from '../../src/schema/index.ts';
import { describeInBrowser } from '../support/browser.ts';
import { labelFaults, violations } from '../support/page-faults.ts';

const hostile = '<img src=x onerror=alert(1)></title></style><script>alert(2)</script>"\'&';
const commitOf = (night: number) => night.toString(16).padStart(4, '0').repeat(10);

function nights(
  count: number,
  change: (night: number) => Partial<HistoryNight> = () => ({}),
): HistoryNight[] {
  return Array.from({ length: count }, (_, night) => ({
    at: new Date(Date.UTC(2026, 0, 1 + night, 2)).toISOString(),
    commit: commitOf(night),
    tag: night < 20 ? 'v1.0' : 'v1.1',
    driver: night < 30 ? '570.124' : '580.95',
    latencyMs: (night < 25 ? 1 : 1.1) * (1 + 0.001 * (night % 5)),
    joules: 0.5 * (1 + 0.001 * (night % 3)),
    estimated: false,
    ...change(night),
  }));
}

function series(changes: Partial<HistorySeries> = {}): HistorySeries {
  return {
    kernel: 'softmax',
    workload: 'ROWS=1024',
    family: 'nvidia-h200',
    device: 'NVIDIA H200',
    nights: nights(50),
    changes: [
      {
        metric: 'latency',
        at: new Date(Date.UTC(2026, 0, 26, 2)).toISOString(),
        commit: commitOf(25),
        previousCommit: commitOf(24),
        ratio: 1.1,
        p: 0.005,
        driverChanged: false,
      },
    ],
    ...changes,
  };
}

function history(...all: HistorySeries[]): History {
  const tool = { name: 'joulegate', version: '0.1.0' } as const;
  return {
    schema: 'joulegate-history',
    version: 1,
    tool,
    createdAt: '2026-03-01T00:00:00.000Z',
    series: all,
  };
}

describe('the page of a history', () => {
  it('needs nothing else and runs nothing', () => {
    const html = renderHistory(history(series()));
    expect(html).toContain(`content="default-src &#39;none&#39;; style-src &#39;unsafe-inline&#39;`);
    expect(html).not.toMatch(/<script|<link|<img|<iframe|\son[a-z]+=|@import|url\(|src=/);
    expect([...html.matchAll(/href="([^"]*)"/g)].every(([, target]) => target?.startsWith('#'))).toBe(true);
  });

  it('names a change for good with both commits, drivers and releases with their nights', () => {
    const html = renderHistory(history(series()));
    const text = html.replace(/<style>.*<\/style>/s, '').replace(/<[^>]*>/g, '');
    const [before, after] = [commitOf(24).slice(0, 12), commitOf(25).slice(0, 12)];
    expect(text).toContain(`2026-01-26: latency +10.0 % for good, between ${before} and ${after}`);
    expect(text).toContain('2026-01-31: driver 580.95 (before: 570.124)');
    expect(text).toContain('2026-01-21: release v1.1 (before: v1.0)');
    // Told in words of a figure, too.
    expect(text).toContain('50 nights, 1.00 ms at first and 1.10 ms at last; +10.0 % from 2026-01-26 on.');
    expect(text).toContain('50 nights, 500 mJ at first and 500 mJ at last; no change for good.');
  });

  it('says where a change is not of the code', () => {
    const [change] = series().changes;
    const causes = [
      { driverChanged: true },
      { previousCommit: change!.commit },
      { commit: null, previousCommit: null },
    ].map((more) => renderHistory(history(series({ changes: [{ ...change!, ...more }] }))));
    expect(causes[0]).toContain('with another driver');
    expect(causes[1]).toContain('the same commit as the night before: not of the code');
    expect(causes[2]).not.toContain('between <code>');
  });

  it('does not mark the first night’s release, or one that is unknown for a night, as another one', () => {
    const gap = nights(20, (night) =>
      night === 7 ? { tag: null, driver: '' } : { tag: 'v1.0', driver: 'a' },
    );
    const html = renderHistory(history(series({ nights: gap, changes: [] })));
    expect(html).toContain('No change for good.');
  });

  it('says which energy is estimated, and shows none where none was measured', () => {
    const some = nights(20, (night) => ({ estimated: night > 10 }));
    expect(renderHistory(history(series({ nights: some })))).toContain(
      'energy of a launch (partly estimated)',
    );
    const all = nights(20, () => ({ estimated: true }));
    expect(renderHistory(history(series({ nights: all })))).toContain('energy of a launch (estimated)');
    const none = renderHistory(history(series({ nights: nights(20, () => ({ joules: null })) })));
    expect(none).not.toContain('energy of a launch');
    expect(none).toContain('latency of a launch');
  });

  it('has a single night as numbers, without a figure', () => {
    const html = renderHistory(history(series({ nights: nights(1), changes: [] })));
    expect(html).not.toContain('<svg');
    expect(html).toContain('500 mJ');
  });

  it('shows foreign text as text, wherever it comes from', () => {
    const foreign = nights(12, (night) => ({ tag: `${hostile}${night}`, driver: `${hostile}${night}` }));
    const html = renderHistory(
      history(series({ kernel: hostile, workload: hostile, device: hostile, nights: foreign })),
    );
    expect(html).not.toContain('<img');
    expect(html).not.toContain('<script');
    expect(html.match(/<\/title>/g)?.length).toBe(html.match(/<title/g)?.length);
    expect(html.match(/<\/style>/g)).toHaveLength(1);
  });

  it('stays below 5 MB with all that a state can hold', () => {
    const many = Array.from({ length: 50 }, (_, at) =>
      series({ kernel: `kernel-${at}`, nights: nights(400) }),
    );
    expect(Buffer.byteLength(renderHistory(history(...many)))).toBeLessThan(5_000_000);
  });
});

await describeInBrowser('the page of a history in a browser', (open) => {
  const folder = mkdtempSync(join(tmpdir(), 'joulegate-history-'));
  let browser: Browser;
  beforeAll(async () => {
    browser = await open();
  });
  afterAll(async () => {
    await browser.close();
    rmSync(folder, { recursive: true });
  });

  /** Much at once: an update every few nights, long names, a change at either end. */
  const busy = series({
    kernel: 'a-kernel-with-a-long-name-that-somebody-gave-it',
    workload: 'ROWS=4096,COLUMNS=1024,HEADS=16,TYPE=f16',
    nights: nights(380, (night) => ({
      tag: `リリース-${Math.floor(night / 7)}`,
      driver: `${Math.floor(night / 5)}`,
      latencyMs: night < 300 ? 1 + 1e-6 * (night % 7) : 30,
    })),
    changes: [5, 300, 379].map((night) => ({
      ...series().changes[0]!,
      at: new Date(Date.UTC(2026, 0, 1 + night, 2)).toISOString(),
    })),
  });
  const shown = history(series(), busy, series({ kernel: 'young', nights: nights(2), changes: [] }));

  async function opened(options: Parameters<Browser['newPage']>[0]) {
    const path = join(folder, 'history.html');
    writeFileSync(path, renderHistory(shown));
    // The page's own policy forbids the checker's script.
    const page = await browser.newPage({ ...options, bypassCSP: true });
    const messages: string[] = [];
    page.on('console', (message) => messages.push(message.text()));
    page.on('request', (request) => {
      if (request.url() !== pathToFileURL(path).href) messages.push(`asks for ${request.url()}`);
    });
    await page.goto(pathToFileURL(path).href);
    return { page, messages };
  }

  it.each(['light', 'dark'] as const)(
    'asks for nothing, says nothing to the console, is accessible: %s',
    async (colorScheme) => {
      const { page, messages } = await opened({ colorScheme });
      for (const summary of await page.locator('summary').all()) await summary.click();
      expect(await violations(page)).toEqual([]);
      expect(messages).toEqual([]);
      await page.close();
    },
  );

  it('lays no label over another one, and has numbers and changes on a narrow screen', async () => {
    for (const width of [360, 400, 900]) {
      const { page } = await opened({ viewport: { width, height: 800 } });
      expect(await page.evaluate(labelFaults)).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
      const overview = await page.locator('table.narrow').boundingBox();
      expect(overview!.x + overview!.width).toBeLessThanOrEqual(width);
      await page.close();
    }
  });
});
