import { describe, expect, it } from 'vitest';
import {
  annotationsOf,
  hasNews,
  renderComment,
  renderMarkdown,
  renderTerminal,
} from '../../src/report/index.ts';
import { place, rowOf } from './comment-rows.ts';
import { guardKernel, guardReport, regressedKernel, retunedKernels, retuneReport } from './samples.ts';

const wide = { colour: false, width: 200 };

const loosening = {
  ...guardReport([guardKernel()]),
  policy: {
    source: 'base' as const,
    changes: [
      { kernel: 'softmax', setting: 'gate.energy.margin', base: '3 %', head: '30 %', loosens: true },
      { kernel: null, setting: 'gate.latency.margin', base: '5 %', head: '2 %', loosens: false },
    ],
  },
};

describe('a change of its own gate', () => {
  const told =
    "This change loosens its own gate: gate.energy.margin of softmax from 3 % to 30 %. It was judged by base's gate; its own applies once it is merged.";

  it('is a warning in every place', () => {
    expect(renderMarkdown(loosening)).toContain(`> [!WARNING]\n> ${told.replaceAll('_', '\\_')}`);
    expect(renderTerminal(loosening, wide)).toContain(told);
    expect(annotationsOf(loosening)[0]).toMatchObject({
      level: 'warning',
      title: 'Joulegate: this change loosens its own gate',
      message: told,
    });
    expect(hasNews(loosening)).toBe(true);
    expect(hasNews(guardReport([guardKernel()]))).toBe(false);
  });

  it('is told without a warning where it only gets stricter', () => {
    const [, stricter] = loosening.policy.changes;
    const report = {
      ...loosening,
      policy: { source: 'base' as const, changes: stricter === undefined ? [] : [stricter] },
    };
    const text = renderMarkdown(report);
    expect(text).not.toContain('[!WARNING]');
    expect(text).toContain('This change also sets gate.latency.margin from 5 % to 2 %');
    expect(annotationsOf(report)).toEqual([]);
  });

  it('cannot smuggle markup in by a name', () => {
    const [change] = loosening.policy.changes;
    if (change === undefined) throw new Error('no change');
    const evil = { ...change, kernel: '</sub>\n\n# owned [x](http://e.x) @all' };
    const text = renderMarkdown({ ...loosening, policy: { source: 'base', changes: [evil] } });
    expect(text).not.toMatch(/^# owned/m);
    expect(text).not.toContain('</sub>\n\n#');
    expect(text).not.toContain('@all');
  });
});

describe('an accepted regression', () => {
  const report = guardReport([{ ...regressedKernel, fails: false, accepted: 'slower-is-fine', attempt: 2 }]);

  it('is shown as one, with the label', () => {
    for (const text of [renderMarkdown(report), renderTerminal(report, wide)]) {
      expect(text).toContain('regressed, accepted');
      expect(text).toContain('accepted by the label slower-is-fine: it does not fail the run');
      expect(text).toContain('attempt 2 at this comparison, judged on the blocks of all of them');
    }
    expect(annotationsOf(report)[0]).toMatchObject({
      level: 'warning',
      title: 'softmax: regressed, accepted',
    });
  });
});

it('a run that judged only a part says so in its title, not only in its reason', () => {
  const partial = { ...guardReport([guardKernel()]), verdict: 'partial' as const };
  expect(renderMarkdown(partial)).toMatch(/^## ⚠️ Joulegate: passed in part/);
  expect(renderTerminal(partial, wide)).toContain('passed in part');
  expect(annotationsOf(partial)[0]).toMatchObject({ level: 'warning', title: 'Joulegate: passed in part' });
});

describe('advice to retune', () => {
  const ratio = { estimate: 0.9, low: 0.88, high: 0.92 };
  const advised = {
    ...guardReport([
      {
        ...regressedKernel,
        retuned: {
          configuration: { WORKGROUP: 128, PER_THREAD: 4, VECTORIZE: true },
          energyRatio: { estimate: 1.1, low: 1.08, high: 1.12 },
          latencyRatio: null,
          overHead: { energyRatio: ratio, latencyRatio: ratio },
        },
      },
    ]),
    suggestion: { path: 'tuned.json', file: 'tuned.suggested.json' },
  };

  it('is a diff of the tuned state, and says that it is no verdict', () => {
    for (const text of [renderMarkdown(advised), renderTerminal(advised, wide)]) {
      expect(text).toMatch(/^ *--- tuned\.json$/m);
      expect(text).toMatch(/^ *-"configuration": \{"WORKGROUP":64,"PER_THREAD":4,"VECTORIZE":true\}$/m);
      expect(text).toMatch(/^ *\+"configuration": \{"WORKGROUP":128,"PER_THREAD":4,"VECTORIZE":true\}$/m);
      expect(text).toContain('It is advice: the verdict is on what ships.');
      expect(text).toContain('tuned.suggested.json beside the report');
      expect(text.replaceAll('\\', '')).toContain('against base, energy (estimated) -10.0 % [-12.0, -8.0]');
    }
    expect(renderMarkdown(advised)).toContain('```diff\n--- tuned.json\n+++ tuned.json\n@@ softmax');
  });

  it('cannot end its own code block', () => {
    const evil = { ...advised, suggestion: { path: '```\n# owned', file: null } };
    const text = renderMarkdown(evil);
    expect(text).toContain('````diff\n--- ``` # owned');
    expect(text).not.toMatch(/^# owned/m);
  });

  it('stays within the length of a comment, however much there is of it', () => {
    const [kernel] = advised.kernels;
    if (kernel === undefined) throw new Error('no kernel');
    const many = {
      ...advised,
      kernels: Array.from({ length: 3000 }, (_, i) => ({ ...kernel, kernel: `kernel-${i}` })),
    };
    const body = renderComment([rowOf(many)], place);
    expect(body.length).toBeLessThanOrEqual(65_536);
    expect(body).toContain('The whole file is tuned.suggested.json beside the report.');
    expect(renderMarkdown(many)).toContain('more in the JSON report');
  });
});

describe('the history of a kernel', () => {
  it('tells of its drift and its last changes', () => {
    const [kernel] = retuneReport(retunedKernels).kernels;
    if (kernel === undefined) throw new Error('no kernel');
    const change = { commit: 'abcdef0123'.repeat(4), p: 0.005, driverChanged: false };
    const history = {
      nights: 60,
      changes: [
        { ...change, metric: 'latency' as const, at: '2026-01-10T03:00:00.000Z', ratio: 1.042 },
        {
          ...change,
          metric: 'energy' as const,
          at: '2026-02-10T03:00:00.000Z',
          ratio: 0.9,
          driverChanged: true,
        },
      ],
      drift: {
        since: '2026-01-01T03:00:00.000Z',
        commit: null,
        label: 'v1.2',
        energy: 1.061,
        latency: 1.002,
        exceeds: true,
      },
    };
    const report = { ...retuneReport(retunedKernels), kernels: [{ ...kernel, estimated: false, history }] };
    for (const text of [renderMarkdown(report), renderTerminal(report, wide)]) {
      const plain = text.replaceAll('\\', '');
      expect(plain).toContain('since v1.2 (2026-01-01): energy +6.1 %, latency +0.2 %, beyond the margin');
      expect(plain).toContain(
        'energy changed for good by -10.0 % on 2026-02-10 at abcdef012345abcdef01'.slice(0, 60),
      );
      expect(plain).toContain('with another driver or device');
      expect(plain).toContain('latency changed for good by +4.2 % on 2026-01-10');
    }
  });
});
