import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { renderTerminal, reportSummary } from '../../src/report/index.ts';
import { validateReport } from '../../src/schema/index.ts';
import {
  guardKernel,
  guardReport,
  manyKernels,
  mixedKernels,
  regressedKernel,
  retunedKernels,
  retuneReport,
} from './samples.ts';

const wide = { colour: false, width: 160 };

it('renders reports that are valid', () => {
  for (const report of [
    guardReport(mixedKernels),
    guardReport(manyKernels()),
    retuneReport(retunedKernels),
  ]) {
    expect(validateReport(JSON.parse(JSON.stringify(report)))).toMatchObject({ ok: true });
  }
});

describe('a guard report on a terminal', () => {
  it('shows one regression with its evidence', () => {
    expect(renderTerminal(guardReport([regressedKernel]), wide)).toBe(
      `joulegate guard: failed, 1 regressed
softmax ROWS=1024,COLS=512 regressed in energy and latency

  base    main (0123456789ab)
  head    working tree
  device  llvmpipe (LLVM 15.0.6, 256 bits), driver Mesa 24.2.8, mesa-llvmpipe, software adapter
  meter   cpu-time: CPU time x 15 W per core (estimated, not measured by a sensor)
  took    1 min 23 s

  verdict    kernel   workload                energy (estimated)        base → head                 latency        base → head
  regressed  softmax  ROWS=1024,COLS=512  +71.2 % [+69.0, +73.4]  31.1 mJ → 53.2 mJ  +68.8 % [+66.5, +71.1]  1.23 ms → 2.08 ms

  softmax ROWS=1024,COLS=512  kernels/softmax.wesl:14
    energy rose by 71.2 % against a margin of 10 % (p < 0.001 in 9 fresh blocks)
    the movement comes from the code
    +12.3 kWh a month at the stated calls per day, from estimated energy
`,
    );
  });

  it('puts what fails first and what was not measured last', () => {
    const lines = renderTerminal(guardReport(mixedKernels), wide).split('\n');
    const table = lines.slice(lines.findIndex((line) => line.startsWith('  verdict')) + 1);
    expect(table.slice(0, 6).map((line) => line.trim().split(/ {2,}/)[0])).toEqual([
      'regressed',
      'improved',
      'new',
      'unchanged',
      'unchanged',
      'identical',
    ]);
  });

  it('folds many identical kernels into a sentence and explains only what needs it', () => {
    const text = renderTerminal(guardReport(manyKernels()), wide);
    expect(text).toContain('\n  12 identical, not measured: kernel-01 m=128');
    expect(text.match(/^ {2}identical /gm)).toBeNull();
    expect(text.match(/^ {2}(regressed|inconclusive|improved|unchanged) /gm)).toHaveLength(28);
    expect(text.match(/the interval reaches across the margin/g)).toHaveLength(6);
  });

  it.each([40, 60, 80, 100, 120, 160])('keeps its table within %d columns', (width) => {
    for (const kernels of [[regressedKernel], mixedKernels, manyKernels()]) {
      const lines = renderTerminal(guardReport(kernels), { colour: false, width }).split('\n');
      const start = lines.findIndex((line) => line.startsWith('  verdict'));
      const table = lines.slice(start, lines.indexOf('', start));
      // The columns that are never cut need 64.
      for (const line of table) expect(line.length).toBeLessThanOrEqual(Math.max(width, 72));
    }
  });

  it('drops the energy columns when no energy was read, and says why', () => {
    const kernel = guardKernel({
      estimated: false,
      energyRatio: null,
      base: { latencyMs: 1, joules: null },
      head: { latencyMs: 1, joules: null },
    });
    const text = renderTerminal(
      guardReport([kernel], { meter: null, meterReason: 'this GPU has no energy counter' }),
      wide,
    );
    expect(text).toMatch(/^ {2}verdict +kernel +workload +latency +base → head$/m);
    expect(text).toContain('meter   none, latency only: this GPU has no energy counter');
  });

  it('labels energy as estimated only where it is', () => {
    const measured = guardReport([guardKernel({ estimated: false })], {
      meter: {
        name: 'nvml',
        description: 'total energy counter',
        estimated: false,
        updatePeriodMs: 100,
        resolutionJoules: 0.001,
        idleWatts: 75.25,
      },
    });
    const text = renderTerminal(measured, wide);
    expect(text).not.toContain('estimated');
    expect(text).toContain('meter   nvml: total energy counter (measured), idle 75.3 W');
  });

  it('says that nothing was gated, in the title', () => {
    const report = guardReport([], { verdict: 'nothing-gated', reason: 'the manifest lists no kernels' });
    expect(renderTerminal(report, wide)).toMatch(
      /^joulegate guard: nothing gated, no kernels\nthe manifest lists no kernels\n/,
    );
  });

  it('is the same text with colours, only coloured', () => {
    const report = guardReport(mixedKernels, { warnings: ['something moved'] });
    const coloured = renderTerminal(report, { colour: true, width: 120 });
    expect(coloured).toContain('\u001b[31mregressed');
    expect(coloured).toContain('\u001b[32mimproved');
    expect(stripVTControlCharacters(coloured)).toBe(renderTerminal(report, { colour: false, width: 120 }));
  });

  it('aligns wide characters by the columns they take', () => {
    const report = guardReport([guardKernel({ kernel: '行列積' }), guardKernel({ kernel: 'e\u0301te' })]);
    const rows = renderTerminal(report, wide)
      .split('\n')
      .filter((line) => line.startsWith('  unchanged'));
    expect(rows[0]).toMatch(/^ {2}unchanged {2}行列積 {2}ROWS/);
    expect(rows[1]).toMatch(/^ {2}unchanged {2}e\u0301te {5}ROWS/);
  });

  it('is not steered by control characters from files and drivers', () => {
    const hostile = 'a\u001b[2J\u001b]0;owned\u0007\u009b31m\r\nfake: passed\u202egnp\u0000\u200b';
    const report = guardReport(
      [{ ...regressedKernel, kernel: hostile, workload: hostile, reason: hostile, file: hostile }],
      { reason: hostile, warnings: [hostile], base: { label: hostile, commit: null } },
    );
    const text = renderTerminal(report, wide);
    expect(text).toContain('a fake: passedgnp');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: looking for them is the point
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b\u202e]/);
    expect(text.split('\n').filter((line) => line.startsWith('fake'))).toEqual([]);
  });
});

describe('a retune report on a terminal', () => {
  it('shows gains, what changed and how the search went', () => {
    const text = renderTerminal(retuneReport(retunedKernels), wide);
    expect(text).toMatch(
      /^joulegate retune: 2 of 4 workloads with a better configuration, 1 without any that works\n/,
    );
    expect(text).toContain(
      '  softmax  ROWS=1024,COLS=512          -31.5 % [-32.9, -30.1]  31.1 mJ → 21.3 mJ  -26.1 % [-26.9, -25.3]   1.23 ms → 912 µs      64   ██▇▅▃▃▂▁▁\n',
    );
    expect(text).toContain(`  softmax ROWS=1024,COLS=512  joulegate.yaml:14
    WORKGROUP 64 → 128, PER_THREAD 1 → 4
    replaced: 31.5 % less energy in every block
    64 trials of 1,024 configurations, 18 measured for energy, 43 s, trial budget spent, seed 7; failed: compile 2, wrong-result 1
`);
    expect(text).toContain('    64 trials of at least 1,000,000 configurations,');
    expect(text).toContain('    keeps WORKGROUP=64\n');
    expect(text).toContain('    no configuration works; see the failures\n');
  });

  it('says when nothing better was found', () => {
    const kept = retunedKernels.filter((kernel) => kernel.kernel === 'row-sum');
    expect(reportSummary(retuneReport(kept))).toBe('no better configuration for 1 workload');
  });
});

it('a run is summed up in a line', () => {
  expect(reportSummary(guardReport(mixedKernels))).toBe(
    'failed: 1 regressed, 1 improved, 1 new, 2 unchanged, 1 identical (softmax ROWS=1024,COLS=512 regressed in energy and latency)',
  );
});
