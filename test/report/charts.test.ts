import { describe, expect, it } from 'vitest';
import { renderMarkdown } from '../../src/report/index.ts';
import { retunedKernel, retuneReport } from './samples.ts';

describe('a chart in Markdown', () => {
  it('shows the best so far from the first trial on, in a unit people read, and what shipped before as a level line', () => {
    const text = renderMarkdown(retuneReport([retunedKernel({ trials: 10 })]));
    expect(text).toContain(
      [
        '```mermaid',
        'xychart-beta',
        '    x-axis "trials" 1 --> 10',
        '    y-axis "best energy, mJ"',
        '    line [31.1, 31.1, 31.1, 29, 27, 24.1, 24, 22.2, 21.3, 21.3]',
        '    line [31.1, 31.1, 31.1, 31.1, 31.1, 31.1, 31.1, 31.1, 31.1, 31.1]',
        '```',
        '',
        'The level line is what shipped before.',
      ].join('\n'),
    );
  });

  it('has the unit of what was minimised', () => {
    const chart = (objective: 'latency' | 'edp' | 'ed2p') =>
      renderMarkdown(
        retuneReport([
          retunedKernel({
            trials: 5,
            objective,
            before: null,
            convergence: [4, 3, 2, 2, 1].map((x) => x * 1e-5),
          }),
        ]),
      );
    expect(chart('latency')).toContain('"best latency, ns"\n    line [40, 30, 20, 20, 10]');
    expect(chart('edp')).toContain('"best edp, µJ s"\n    line [40, 30, 20, 20, 10]');
    expect(chart('ed2p')).toContain('"best ed2p, µJ s²"\n    line [40, 30, 20, 20, 10]');
  });

  it('has few points, whatever the search had, and keeps the last', () => {
    const convergence = Array.from({ length: 500 }, (_, at) => 0.5 + 1 / (at + 1));
    const text = renderMarkdown(retuneReport([retunedKernel({ trials: 500, convergence })]));
    const values = /line \[(.*)\]/.exec(text)?.[1]?.split(', ') ?? [];
    expect(values.length).toBeLessThanOrEqual(24);
    expect(values.at(-1)).toBe('0.502');
    expect(text).toContain('1 --> 500');
  });

  it('begins where something is known if nothing was compared', () => {
    const text = renderMarkdown(retuneReport([retunedKernel({ trials: 10, before: null })]));
    expect(text).toContain('2 --> 10');
    expect(text).not.toContain('The level line');
  });

  it('is left out where nothing was replaced, or too little was tried', () => {
    const kept = retunedKernel();
    const same = { ...kept, previousConfiguration: kept.configuration };
    expect(renderMarkdown(retuneReport([same]))).not.toContain('xychart');
    expect(renderMarkdown(retuneReport([retunedKernel({ convergence: [0.1, 0.1] })]))).not.toContain(
      'xychart',
    );
  });
});
