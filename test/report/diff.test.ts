import { describe, expect, it } from 'vitest';
import {
  annotationsOf,
  type DiffKernel,
  hasNews,
  joinRows,
  mergeRow,
  programsLeg,
  readComment,
  renderComment,
  renderHtml,
  renderMarkdown,
  renderTerminal,
  rowOfDiff,
  rowOfFailure,
} from '../../src/report/index.ts';
import { liveMarkup } from '../hostile/markdown-rules.ts';
import { origin, place, rowOf } from './comment-rows.ts';
import { diffKernel, diffReport, guardKernel, guardReport, moves, unmeasuredKernel } from './samples.ts';

const text =
  'exp 262k → 393k, barriers 1 → 33 an invocation, workgroups 2,048 → 8,192, workgroup memory 4 → 18 KiB';
const terminal = (report: Parameters<typeof renderTerminal>[0]) =>
  renderTerminal(report, { colour: false, width: 300 });
const row = (kernels: readonly DiffKernel[], changes = {}) =>
  rowOfDiff(diffReport(kernels), { ...origin, job: 'diff', ...changes });

describe('facts about programs', () => {
  const kernels = [diffKernel(), diffKernel({ kernel: 'scale', status: 'identical', shipped: [] })];
  const report = diffReport(kernels);

  it('are in every rendering, which says that nothing was measured', () => {
    const page = renderHtml(report);
    for (const shown of [
      terminal(report),
      renderMarkdown(report),
      page,
      renderComment([row(kernels)], place),
    ]) {
      expect(shown).toContain(text);
      expect(shown).toContain('Not measured: programs were compared and no device was opened.');
      expect(shown).toContain('1 changed, 1 identical');
      expect(shown).not.toMatch(/passed|regressed|improved|energy|was measured/);
    }
    expect(page).toContain('<td class="figure-cell">393,216</td>');
    expect(annotationsOf(report)).toEqual([
      expect.objectContaining({ level: 'notice', title: 'softmax: its program changed, not measured' }),
    ]);
  });

  it('name the devices where they differ from one to another', () => {
    const [same] = diffKernel().shipped;
    const ada = { ...same!, families: ['nvidia-ada'], change: { differs: [], moved: [], unknown: [] } };
    const shown = terminal(diffReport([diffKernel({ shipped: [same!, ada] })]));
    expect(shown).toContain(`on devices that are not tuned for: ${text}`);
    expect(shown).toContain('on nvidia-ada: identical');
  });

  it.each([
    [{ differs: ['code'], moved: [], unknown: [] }, 'its code changed and no count of its work moved'],
    [{ differs: ['data'], moved: [], unknown: [] }, 'nothing in its code moved: it is what its buffers hold'],
    [{ differs: ['clock'], moved: [], unknown: [] }, 'nothing in its code moved: it is its locked clock'],
    [
      { differs: [], moved: [], unknown: [] },
      'nothing in its program moved: it is data, launch, tuning or compiler',
    ],
    [
      { differs: ['code'], moved: [], unknown: ['exp', 'barriers'] },
      'no count that is known of its work moved: it is values, the order of operations, or what a compiler makes of them; not known without running it: exp, barriers',
    ],
    [
      {
        differs: ['code'],
        moved: [{ what: 'exp', per: 'launch', unit: 'count', base: null, head: 4 }],
        unknown: [],
      },
      'exp unknown → 4',
    ],
    // What three digits do not show is written out.
    [
      {
        differs: ['code'],
        moved: [{ what: 'exp', per: 'launch', unit: 'count', base: 1_000_000, head: 1_000_064 }],
        unknown: [],
      },
      'exp 1,000,000 → 1,000,064',
    ],
    [
      {
        differs: ['code'],
        moved: [{ what: 'workgroup memory', per: 'workgroup', unit: 'bytes', base: 0, head: 2 ** 14 }],
        unknown: [],
      },
      'workgroup memory 0 B → 16 KiB',
    ],
  ] as const)('%j is said in words', (change, words) => {
    const explained = {
      ...guardKernel({ verdict: 'regressed', reason: 'energy rose' }),
      change: change as never,
    };
    expect(terminal(guardReport([explained]))).toContain(words);
  });

  it('let nothing through that is markup', () => {
    const hostile = [
      diffKernel({ kernel: '<img src=x>', workload: '](http://a.example)', status: 'changed' }),
    ];
    expect(liveMarkup(renderComment([row(hostile)], place))).toEqual([]);
    expect(liveMarkup(renderMarkdown(diffReport(hostile)))).toEqual([]);
  });

  it('are news unless all is identical', () => {
    expect(hasNews(report)).toBe(true);
    expect(hasNews(diffReport([kernels[1]!]))).toBe(false);
  });

  it('are shortened like everything else where there are many', () => {
    const workload = 'N=1'.padEnd(190, '0');
    const many = Array.from({ length: 300 }, (_, i) =>
      diffKernel({ kernel: `k${i}`.padEnd(99, 'x'), workload }),
    );
    const body = renderComment([row(many)], place);
    expect(body.length).toBeLessThanOrEqual(65_536);
    expect(/\d+ more rows not shown here/.test(body)).toBe(true);
  });
});

describe('beside a verdict', () => {
  const change = { differs: ['code' as const], moved: moves, unknown: [] };

  it.each(['regressed', 'improved'] as const)('of a kernel that %s they say what moved', (verdict) => {
    const report = guardReport([guardKernel({ verdict, reason: 'moved', change })]);
    for (const shown of [terminal(report), renderMarkdown(report), renderHtml(report)])
      expect(shown).toContain(`in its program: ${text}`);
    const [, open = ''] = /\n([\s\S]*?)<details>/.exec(renderComment([rowOf(report)], place)) ?? [];
    expect(open).toContain(text);
  });

  it('a program that cannot be read is named as such', () => {
    const report = guardReport([guardKernel({ verdict: 'regressed', change: null })]);
    expect(terminal(report)).toContain('its program was not looked at: what it does is known only when');
  });

  it('say nothing of what was not compared', () => {
    expect(terminal(guardReport([unmeasuredKernel({ verdict: 'new' })]))).not.toContain('program');
  });
});

describe('the comment', () => {
  const kernels = [diffKernel()];
  const measured = rowOf(guardReport([guardKernel()]), { leg: 'nvidia-ada' });
  const compared = row(kernels, { run: 43 });

  it('opens with what was found, and reads it back', () => {
    const body = renderComment([compared], place);
    expect(body).toContain('## ℹ️ Joulegate: not measured · 1 changed');
    expect(readComment(body)?.rows).toEqual([compared]);
  });

  it('keeps both where what was measured is of an earlier commit, until a later one is measured', () => {
    const newer = row(kernels, { run: 50, head: 'b'.repeat(40) });
    const { rows } = mergeRow([measured], newer);
    expect(rows).toHaveLength(2);
    expect(renderComment(rows, place)).toMatch(
      /not measured[\s\S]*Not measured again yet since an earlier commit/,
    );
    const later = { ...measured, run: 51, head: 'b'.repeat(40) };
    expect(mergeRow(rows, later).rows).toEqual([later]);
  });

  it('has what was measured of a commit in place of what was only compared, whichever came first', () => {
    expect(mergeRow([compared], measured)).toEqual({ rows: [measured], isSuperseded: false });
    expect(mergeRow([measured], compared)).toEqual({ rows: [measured], isSuperseded: true });
    expect(joinRows([compared], [measured])).toEqual([measured]);
    expect(joinRows([measured], [compared])).toEqual([measured]);
  });

  it('keeps both beside a run that measured nothing, and shows that one first', () => {
    const failed = rowOfFailure('No GPU.', origin);
    const { rows } = mergeRow([compared], failed);
    expect(rows).toHaveLength(2);
    expect(renderComment(rows, place)).toContain('## ⚠️ Joulegate: no verdict');
  });

  it('forgets programs that did not link once the commit was measured', () => {
    const failed = rowOfFailure('A program does not link.', { ...origin, job: 'diff', leg: programsLeg });
    expect(mergeRow([failed], measured).rows).toEqual([measured]);
  });
});
