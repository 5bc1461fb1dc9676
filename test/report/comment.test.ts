import { describe, expect, it } from 'vitest';
import { mergeRow, readComment, renderComment, rowOfFailure } from '../../src/report/index.ts';
import { liveMarkup } from '../hostile/markdown-rules.ts';
import { origin, place, rowOf } from './comment-rows.ts';
import {
  guardKernel,
  guardReport,
  manyKernels,
  mixedKernels,
  regressedKernel,
  unmeasuredKernel,
} from './samples.ts';

const measured = {
  device: {
    family: 'nvidia-ada',
    vendor: 'nvidia',
    architecture: '',
    device: '',
    description: 'NVIDIA GeForce RTX 4090',
    driver: 'NVIDIA 550.54',
    software: false,
  },
  meter: {
    name: 'nvml',
    description: 'total energy counter',
    estimated: false,
    updatePeriodMs: 100,
    resolutionJoules: 0.001,
    idleWatts: 22.4,
  },
} as const;

const slow = { ...regressedKernel, estimated: false, acceptLabel: 'slower-is-fine' };
const kernels = [slow, ...mixedKernels.slice(2).map((kernel) => ({ ...kernel, estimated: false }))];

/** What is shown without opening anything, line by line. */
function open(body: string): string[] {
  const [, rest = ''] = /^<!--.*-->\n([\s\S]*)<!--/.exec(body) ?? [];
  let text = rest;
  for (let before = ''; before !== text; ) {
    before = text;
    text = text.replace(/<details><summary>(?:(?!<details>)[\s\S])*?<\/details>\n*/g, '');
  }
  return text.split('\n').filter((line) => line !== '');
}

describe('a comment in five seconds', () => {
  const body = renderComment(
    [rowOf(guardReport(kernels, measured), { leg: 'nvidia-ada', artifact: 991 })],
    place,
  );

  it('says what, how much and where, the sum, what to do, and where the report is', () => {
    const run = 'https://github.com/octo/kernels/actions/runs/42';
    const blob = `https://github.com/octo/kernels/blob/${'a'.repeat(40)}`;
    expect(open(body)).toEqual([
      '## ❌ Joulegate: failed · softmax +71 % energy, +69 % latency on NVIDIA GeForce RTX 4090',
      '**Sum: +11 % energy, +9.7 % latency over all 3 measured kernels.**',
      `**Next:** Make \`softmax\` cheaper. If the cost is wanted, put the label \`slower-is-fine\` on this pull request and run the job again. Details: <a href="${run}/artifacts/991">report</a>.`,
      '**1 regressed, 1 improved, 1 new, 1 unchanged, 1 identical.**',
      `- 🔴 **\`softmax\`** regressed: +71 % energy, +69 % latency<br><sub>\`ROWS=1024,COLS=512\` · <a href="${blob}/kernels/softmax.wesl#L14">\`kernels/softmax.wesl:14\`</a></sub>`,
      `- 🟢 **\`row-sum\`** improved: -38 % energy, -40 % latency<br><sub>\`ROWS=4096,COLS=1024\` · <a href="${blob}/kernels/row-sum.wgsl#L3">\`kernels/row-sum.wgsl:3\`</a></sub>`,
      `<sub>NVIDIA GeForce RTX 4090 · energy by nvml · <a href="${run}/artifacts/991">report</a> · <a href="${run}/attempts/1">Run 42</a>, attempt 1</sub>`,
    ]);
  });

  it('has no table, and folds what needs no attention and how it was measured', () => {
    expect(body).not.toMatch(/^\|/m);
    expect(body).toContain('<details><summary>1 new, 1 unchanged, 1 identical</summary>\n\n- `transpose`');
    expect(body).toContain(
      '<details><summary>Why, and how it was measured</summary>\n\nsoftmax ROWS=1024,COLS=512 regressed in energy and latency\n\n- **`softmax`** `ROWS=1024,COLS=512`\n  - energy rose by 71.2 %',
    );
    expect(body).toContain('- meter: nvml: total energy counter (measured), updated every 100 ms');
    expect(body.match(/<details>/g)?.length).toBe(body.match(/<\/details>/g)?.length);
  });

  it('counts kernels once, where the reason counts them', () => {
    const report = guardReport([unmeasuredKernel({ verdict: 'identical' })], {
      reason: 'Nothing had to be measured: 1 identical.',
    });
    expect(open(renderComment([rowOf(report)], place)).slice(0, 2)).toEqual([
      '## ✅ Joulegate: passed · no kernel changed',
      'Nothing had to be measured: 1 identical.',
    ]);
  });

  it('names what has no verdict beside what failed', () => {
    const failed = rowOf(guardReport(kernels, measured), { leg: 'rtx-4090' });
    const silent = ['a100', null].map((leg) =>
      rowOfFailure('no adapter', { ...origin, leg, job: `on ${leg}` }),
    );
    const next = open(renderComment([failed, ...silent], place)).find((line) => line.startsWith('**Next:**'));
    expect(next).toMatch(
      /^\*\*Next:\*\* Make `softmax` cheaper\. .* There is no verdict of a100, a job: see below\.$/,
    );
  });

  it('says of energy that no sensor measured that it is estimated', () => {
    expect(renderComment([rowOf(guardReport([regressedKernel]))], place)).toContain(
      'softmax +71 % energy (estimated), +69 % latency on llvmpipe\n',
    );
  });

  it.each([
    [
      'nothing changed',
      [unmeasuredKernel({ verdict: 'identical' })],
      {},
      '✅ Joulegate: passed · no kernel changed',
    ],
    ['nothing regressed', [guardKernel()], {}, '✅ Joulegate: passed · no regression on llvmpipe'],
    [
      'it could not be measured',
      [guardKernel({ verdict: 'inconclusive' })],
      { verdict: 'could-not-measure', exitCode: 3 },
      '⚠️ Joulegate: could not measure on llvmpipe',
    ],
    [
      'it does not run',
      [unmeasuredKernel({ verdict: 'regressed', fails: true, reason: 'it does not build' })],
      {},
      '❌ Joulegate: failed · softmax regressed on llvmpipe',
    ],
    [
      'several regressed',
      [
        regressedKernel,
        { ...regressedKernel, kernel: 'gelu', energyRatio: { estimate: 3, low: 2.9, high: 3.1 } },
      ],
      {},
      '❌ Joulegate: failed · gelu +200 % energy (estimated), +69 % latency on llvmpipe, and 1 more',
    ],
    [
      'a regression fails nothing',
      [{ ...regressedKernel, fails: false }],
      {},
      '✅ Joulegate: passed · softmax +71 % energy (estimated), +69 % latency on llvmpipe',
    ],
  ] as const)('says in its first line that %s', (_, all, changes, heading) => {
    const [, first] = renderComment([rowOf(guardReport(all, changes))], place).split('\n');
    expect(first).toBe(`## ${heading}`);
  });

  it.each([
    ['make it build', { verdict: 'regressed', fails: true }, 'Make `softmax` build and run.'],
    ['repair a baseline', { verdict: 'missing-baseline', fails: true }, 'Repair the baseline of `softmax`.'],
  ] as const)('tells to %s', (_, changes, step) => {
    expect(renderComment([rowOf(guardReport([unmeasuredKernel(changes)]))], place)).toContain(
      `**Next:** ${step} Details:`,
    );
  });

  it('says where no label accepts a regression how it is accepted', () => {
    expect(renderComment([rowOf(guardReport([regressedKernel]))], place)).toContain(
      'merge a wider `gate` first: there is no `gate.accept-label` at base',
    );
  });

  it.each([
    ['slower-is-fine', 'put the label `slower-is-fine` on this pull request and run the job again. Details:'],
    [null, 'there is no `gate.accept-label` at base'],
  ])('says how a network is accepted that alone regressed, label %s', (acceptLabel, said) => {
    const network = {
      network: 'detector',
      verdict: 'regressed',
      reason: 'above the margin',
      fails: true,
      failOn: ['regressed'],
      accepted: null,
      acceptLabel,
      covers: { macs: null, bytes: null },
      estimated: false,
      base: null,
      head: null,
      metrics: [],
      kWhPerMonth: null,
      inferencesPerDay: null,
      parts: [],
      beside: { energy: { base: 0, head: 0 }, latency: { base: 0, head: 0 } },
      lacking: { energy: null, latency: null },
      margins: { energy: 0.01, latency: 0.01 },
      allowsEstimated: false,
      allowsShared: false,
    } as const;
    const report = guardReport([guardKernel()], { networks: [{ ...network, failOn: ['regressed'] }] });
    const row = rowOf({ ...report, verdict: 'failed' });
    const body = renderComment([row], place);
    expect(body).toContain('**Next:** Make `network detector` cheaper. If the cost is wanted, ');
    expect(body).toContain(said);
    const [wanting] = row.networks ?? [];
    const older = { line: 'detector: slower', verdict: 'inconclusive', fails: true, notes: [] } as const;
    expect(renderComment([{ ...row, networks: [{ ...older }] }], place)).toContain(
      '**Next:** Run the job again for `network`. Details:',
    );
    expect(wanting).toMatchObject({ name: 'detector', acceptLabel });
  });

  it('shows what a regressed kernel cost over the last nights', () => {
    const nights = [1, 1.1, 0.9, 0.5, 0.5].map((joules) => ({ joules, latencyMs: 1 }));
    const told = renderComment([rowOf(guardReport([{ ...slow, nights }]))], place);
    expect(told).toContain(' · nights ▇█▆▁▁</sub>');
    const unmeasured = nights.map(({ joules }) => ({ joules: null, latencyMs: joules }));
    expect(renderComment([rowOf(guardReport([{ ...slow, nights: unmeasured }]))], place)).toContain('▇█▆▁▁');
    expect(renderComment([rowOf(guardReport([guardKernel({ nights })]))], place)).not.toContain('▇');
  });
});

describe('a comment of several legs', () => {
  const legs = [
    rowOf(guardReport(kernels, measured), { leg: 'rtx-4090' }),
    rowOf(guardReport([guardKernel()], measured), { leg: 'a_100' }),
    rowOfFailure('no adapter found', { ...origin, leg: 'h100' }),
  ];
  const body = renderComment(
    legs.reduce<ReturnType<typeof mergeRow>['rows']>((rows, row) => mergeRow(rows, row).rows, []),
    place,
  );

  it('begins with the worst, and folds what passed', () => {
    expect(body.split('\n').filter((line) => /^#|<b>/.test(line))).toEqual([
      '## ❌ Joulegate: failed · softmax +71 % energy, +69 % latency on rtx-4090',
      '### ❌ rtx-4090: failed',
      '### ⚠️ h100: no verdict',
      '<details><summary>✅ <b>a&#95;100</b>: passed</summary>',
    ]);
    expect(body).toContain('`no adapter found`');
  });

  it('is not green as long as one of them is not', () => {
    const { rows } = mergeRow(legs.slice(1, 2), legs[2]!);
    expect(renderComment(rows, place).split('\n')[1]).toBe('## ⚠️ Joulegate: no verdict on h100');
  });
});

describe('a comment that is long', () => {
  it('keeps what matters, counts what is missing, and fits', () => {
    const many = Array.from({ length: 800 }, (_, i) =>
      guardKernel({
        kernel: `kernel-${i}`,
        verdict: 'inconclusive',
        fails: true,
        reason: 'x|_*<'.repeat(100),
      }),
    );
    const row = rowOf(guardReport([...many, regressedKernel]), { notes: ['no artifact was uploaded'] });
    for (const maxLength of [65_536, 20_000, 5000]) {
      const body = renderComment([row], { ...place, maxLength });
      expect(body.length).toBeLessThanOrEqual(maxLength);
      const items = body.match(/^- 🔴/gm)?.length ?? 0;
      expect(body).toContain(`${801 - items} more rows not shown here; the JSON report has them.`);
      expect(body).toContain('**`softmax`** regressed');
      expect(readComment(body)?.rows).toHaveLength(1);
    }
    expect(renderComment([row], place)).toContain('- ⚠️ no artifact was uploaded\n');
  });

  it('of two dozen legs fits as well, and shows each', () => {
    const rows = Array.from({ length: 24 }, (_, i) =>
      rowOf(guardReport(manyKernels(), measured), { leg: `gpu-${i}` }),
    );
    const body = renderComment(rows, place);
    expect(body.length).toBeLessThanOrEqual(65_536);
    expect(body.match(/^### ❌ gpu-\d+: failed/gm)).toHaveLength(24);
    expect(readComment(body)?.rows).toHaveLength(24);
  });
});

describe('a comment of nothing but long and strange names', () => {
  it('fits, and begins with the worst', () => {
    const strange = (i: number) => `${String.fromCodePoint(0x6f22 + i)}<`.repeat(2000);
    const rows = Array.from({ length: 24 }, (_, i) => {
      const text = strange(i);
      const kernel = { ...slow, kernel: text, workload: text, reason: text, file: text, acceptLabel: text };
      const all = i === 23 ? Array(50).fill(kernel) : Array(50).fill({ ...kernel, fails: false });
      return rowOf(guardReport(all, { ...measured, reason: text, warnings: Array(20).fill(text) }), {
        leg: text,
      });
    });
    const body = renderComment(rows, place);
    expect(body.length).toBeLessThanOrEqual(65_536);
    expect(body.split('\n')[1]).toMatch(/^## ❌ Joulegate: failed/);
    expect(readComment(body)?.rows.length).toBeGreaterThan(0);
    expect(liveMarkup(body)).toEqual([]);
  });
});

describe('foreign text in a comment', () => {
  it('is no markup, link or mention, wherever it stands', () => {
    const text = '</summary><img src=x> @octo #1 [a](//b) `c` | **d** $e$ <!-- joulegate-rows:AA -->';
    const kernel = {
      ...slow,
      kernel: text,
      workload: text,
      reason: text,
      file: `${text}.wgsl`,
      acceptLabel: text,
    };
    const report = guardReport([kernel, guardKernel({ kernel: text })], {
      ...measured,
      reason: text,
      warnings: [text],
    });
    const told = [
      rowOf(report, { leg: text, notes: [text] }),
      rowOf(guardReport([guardKernel({ kernel: text })]), { leg: `b${text}` }),
      rowOfFailure(text, { ...origin, leg: `c${text}` }),
    ];
    for (const rows of [told, ...told.map((row) => [row])]) {
      const body = renderComment(rows, place);
      expect(liveMarkup(body)).toEqual([]);
      expect(body.match(/joulegate-rows:/g)?.length).toBeGreaterThan(0);
      expect(readComment(body)?.rows).toHaveLength(rows.length);
    }
  });

  it('leads nowhere outside of the repository', () => {
    const at = (file: string, repositoryUrl = place.repositoryUrl) =>
      renderComment([rowOf(guardReport([{ ...slow, file }]), { folder: 'gpu' })], {
        ...place,
        repositoryUrl,
      });
    expect(at('a b"ä.wgsl')).toContain('/gpu/a%20b%22%C3%A4.wgsl#L14">');
    const gitea = renderComment([rowOf(guardReport([slow]))], { ...place, sourcePath: 'src/commit' });
    expect(gitea).toContain(`/src/commit/${'a'.repeat(40)}/kernels/softmax.wesl#L14">`);
    for (const file of ['../../secret.wgsl', '/etc/passwd', '..\\..\\x'])
      expect(at(file)).not.toContain('/blob/');
    expect(at('x.wgsl', 'https://x/"><script>')).not.toMatch(/href|script/);
  });
});
