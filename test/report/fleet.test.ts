import { describe, expect, it } from 'vitest';
import { type GuardKernel, type GuardReport, renderMarkdown } from '../../src/report/index.ts';
import { guardKernel, guardReport, regressedKernel, unmeasuredKernel } from './samples.ts';

/** A kernel as one device of a fleet saw it. */
function on(label: string, kernel: GuardKernel, name = kernel.kernel): GuardKernel {
  return { ...kernel, kernel: `${name} on ${label}`, on: label };
}

function fleetReport(labels: readonly string[], kernels: readonly GuardKernel[]): GuardReport {
  const devices = labels.map((label) => ({ label, device: null, meter: null }));
  return guardReport(kernels, { devices, device: null, meter: null });
}

/** The rows of the first table, cell by cell, with plain spaces. */
function rows(text: string): string[][] {
  const [first = ''] = text.split('\n\n').filter((block) => block.startsWith('| '));
  return first
    .replaceAll('\u00a0', ' ')
    .split('\n')
    .map((line) => line.slice(2, -2).split(' | '));
}

const ratio = (estimate: number) => ({ estimate, low: estimate - 0.01, high: estimate + 0.01 });
const calm = guardKernel({ energyRatio: ratio(1), latencyRatio: ratio(1.02) });

describe('the table of a fleet', () => {
  it('has one row per kernel and workload and one column per device', () => {
    const report = fleetReport(
      ['h200', 'l4'],
      [
        on('h200', regressedKernel),
        on('l4', calm),
        on('h200', unmeasuredKernel({ kernel: 'gemv', verdict: 'identical' })),
        on('l4', guardKernel({ kernel: 'sentinel', sentinel: true, energyRatio: null })),
      ],
    );
    expect(rows(renderMarkdown(report))).toEqual([
      ['kernel', 'h200', 'l4'],
      ['---', '---', '---'],
      [
        '`softmax`<br>`ROWS=1024,COLS=512`',
        '🔴 regressed<br>energy +71.2 %<br>latency +68.8 %',
        '⚪ unchanged<br>energy 0.0 %<br>latency +2.0 %',
      ],
      ['`sentinel`<br>`ROWS=1024,COLS=512` (sentinel)', '–', '⚪ unchanged<br>latency -0.2 %'],
      ['`gemv`<br>`ROWS=1024,COLS=512`', '⚪ identical', '–'],
    ]);
  });

  it('shows a row whole: what is unchanged beside a regression is not folded away', () => {
    const others = Array.from({ length: 8 }, (_, i) => ({ ...calm, kernel: `calm-${i}` }));
    const report = fleetReport(
      ['h200', 'l4'],
      [...others, regressedKernel].flatMap((kernel) => [
        on('h200', kernel),
        on('l4', kernel === regressedKernel ? calm : kernel, kernel.kernel),
      ]),
    );
    const text = renderMarkdown(report);
    expect(rows(text)).toHaveLength(3);
    expect(rows(text)[2]?.[2]).toBe('⚪ unchanged<br>energy 0.0 %<br>latency +2.0 %');
    expect(text).toContain('<summary>16 unchanged or identical</summary>');
  });

  it('keeps kernels apart that are called what another is called on a device', () => {
    const report = fleetReport(
      ['l4'],
      [on('l4', calm, 'softmax'), on('l4', { ...calm, verdict: 'improved' }, 'softmax on l4')],
    );
    expect(rows(renderMarkdown(report)).map(([name]) => name?.split('<br>')[0])).toEqual([
      'kernel',
      '---',
      '`softmax on l4`',
      '`softmax`',
    ]);
  });

  it('has room for twelve devices: those on which something fails first, and says how many it left out', () => {
    const labels = Array.from({ length: 15 }, (_, i) => `gpu-${i}`);
    const report = fleetReport(
      labels,
      labels.map((label) => on(label, label === 'gpu-14' ? regressedKernel : calm)),
    );
    const text = renderMarkdown(report);
    expect(rows(text)[0]).toEqual(['kernel', ...labels.slice(0, 11), 'gpu-14']);
    expect(text).toContain('3 more devices not shown here; the JSON report has them.');
    expect(renderMarkdown(fleetReport(labels.slice(0, 12), []))).not.toContain('more device');
  });

  it('keeps names of devices from being markup', () => {
    const label = '<b>|@octo';
    const text = renderMarkdown(fleetReport([label, 'l4'], [on(label, calm), on('l4', calm)]));
    expect(text).not.toContain('<b>');
    expect(text).not.toMatch(/(^|\s)@octo/);
    expect(rows(text)[0]).toHaveLength(3);
  });
});
