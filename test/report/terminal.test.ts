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
  retunedKernel,
  retunedKernels,
  retuneReport,
  unmeasuredKernel,
} from './samples.ts';

const wide = { colour: false, width: 160 };

/** The table of a report as its lines, titles first. */
function tableLines(text: string): string[] {
  const lines = text.split('\n');
  const start = lines.findIndex((line) => /^ {2}(verdict|kernel) /.test(line));
  return lines.slice(start, lines.indexOf('', start));
}

/** The facts about a report's run: label and text. */
function fact(text: string, label: string): string | undefined {
  return text
    .split('\n')
    .find((line) => line.startsWith(`  ${label} `))
    ?.slice(label.length + 2)
    .trim();
}

/** What a retune leaves alone: no comparison, only what its own configuration costs. */
const keptKernel = retunedKernel({
  configuration: { WORKGROUP: 64 },
  previousConfiguration: { WORKGROUP: 64 },
  energyRatio: null,
  latencyRatio: null,
  before: null,
  failures: {},
  failureExamples: [],
});

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
  it('adds up what workloads come to in a month, at the calls that each has', () => {
    const kernels = [
      regressedKernel,
      guardKernel({ kernel: 'row-sum', kWhPerMonth: -2.045, estimated: false }),
    ];
    expect(fact(renderTerminal(guardReport(kernels), wide), 'energy')).toBe(
      '+10.3 kWh a month at the stated calls per day, all 2 workloads together, from estimated energy',
    );
    expect(fact(renderTerminal(guardReport([regressedKernel]), wide), 'energy')).toBeUndefined();
  });

  it('shows one regression with its evidence', () => {
    expect(renderTerminal(guardReport([regressedKernel]), wide)).toBe(
      `joulegate guard: failed, 1 regressed
softmax ROWS=1024,COLS=512 regressed in energy and latency

  base    main (0123456789ab)
  head    working tree
  device  llvmpipe (LLVM 15.0.6, 256 bits), driver Mesa 24.2.8, mesa-llvmpipe, software adapter
  meter   cpu-time: CPU time x 15 W per core (estimated, not measured by a sensor), in steps of 15.0 mJ
  noise   floor unknown, nightly runs measure it
  took    1 min 23 s

  verdict    kernel   workload            energy change (estimated)  energy (estimated)          latency change            latency
  regressed  softmax  ROWS=1024,COLS=512     +71.2 % [+69.0, +73.4]   31.1 mJ → 53.2 mJ  +68.8 % [+66.5, +71.1]  1.23 ms → 2.08 ms

  softmax ROWS=1024,COLS=512  kernels/softmax.wesl:14
    energy rose by 71.2 % against a margin of 10 % (p < 0.001 in 9 fresh blocks)
    the movement comes from the code
    +12.3 kWh a month at the stated calls per day, from estimated energy
`,
    );
  });

  it('puts what fails first and what was not measured last', () => {
    const [, ...rows] = tableLines(renderTerminal(guardReport(mixedKernels), wide));
    expect(rows.map((line) => line.trim().split(/ {2,}/)[0])).toEqual([
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
      const table = tableLines(renderTerminal(guardReport(kernels), { colour: false, width }));
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
    expect(text).toMatch(/^ {2}verdict +kernel +workload +latency change +latency$/m);
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
    expect(text).toContain(
      'meter   nvml: total energy counter (measured), updated every 100 ms, in steps of 1.00 mJ, idle 75.3 W',
    );
  });

  it('titles every column by itself, whichever others are empty', () => {
    const uncompared = guardKernel({ energyRatio: null, latencyRatio: null, verdict: 'inconclusive' });
    expect(tableLines(renderTerminal(guardReport([uncompared]), wide))).toEqual([
      '  verdict       kernel   workload            energy (estimated)            latency',
      '  inconclusive  softmax  ROWS=1024,COLS=512   31.1 mJ → 31.1 mJ  1.23 ms → 1.23 ms',
    ]);
  });

  it('names changes shortly where there is no room for the figures they are changes of', () => {
    expect(tableLines(renderTerminal(guardReport([regressedKernel]), { colour: false, width: 70 }))).toEqual([
      '  verdict    kernel   workload            energy (estimated)  latency',
      '  regressed  softmax  ROWS=1024,COLS=512             +71.2 %  +68.8 %',
    ]);
  });

  it('lists a removed kernel, which has no file, by its name', () => {
    const removed = unmeasuredKernel({
      kernel: 'gone',
      verdict: 'removed',
      reason: 'not in head',
      fails: true,
      file: null,
      line: null,
      configuration: { base: { WORKGROUP: 64 }, head: null },
    });
    const text = renderTerminal(guardReport([removed]), wide);
    expect(tableLines(text)[1]).toBe('  removed  gone    ROWS=1024,COLS=512');
    expect(text).toContain('\n  gone ROWS=1024,COLS=512\n    not in head\n');
  });

  const commit = '18b637aac225fe01234567890abcdef012345678';
  it.each([
    ['HEAD', 'HEAD (18b637aac225)'],
    ['HEAD (18b637aac225)', 'HEAD (18b637aac225)'],
    ['18b637aac225', '18b637aac225'],
    ['18b6', '18b637aac225'],
    [commit, '18b637aac225'],
    ['18b637aac225-fix', '18b637aac225-fix'],
    ['1', '1 (18b637aac225)'],
    ['', '18b637aac225'],
  ])('names the revision labelled %j with its hash once', (label, shown) => {
    const report = guardReport(mixedKernels, { base: { label, commit } });
    expect(fact(renderTerminal(report, wide), 'base')).toBe(shown);
  });

  it('says that nothing was gated, in the title', () => {
    const report = guardReport([], { verdict: 'nothing-gated', reason: 'the manifest lists no kernels' });
    expect(renderTerminal(report, wide)).toMatch(
      /^joulegate guard: nothing gated, no kernels\nthe manifest lists no kernels\n/,
    );
  });

  it('tells once of kernels that are judged by themselves', () => {
    const alone = { selfJudged: true };
    const kernels = [
      guardKernel({ kernel: 'a', ...alone }),
      guardKernel({ kernel: 'a', workload: 'N=2', ...alone }),
      guardKernel({ kernel: 'b' }),
    ];
    const text = renderTerminal(guardReport(kernels), wide).replace(/\s+/g, ' ');
    expect(text.split('judged by itself')).toHaveLength(2);
    expect(text).toContain("a: no 'reference' says what is right");
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
      '  softmax  ROWS=1024,COLS=512             -31.5 % [-32.9, -30.1]   31.1 mJ → 21.3 mJ  -26.1 % [-26.9, -25.3]   1.23 ms → 912 µs      64   ██▇▅▃▃▂▁▁\n',
    );
    expect(text).toContain(`  softmax ROWS=1024,COLS=512  joulegate.yaml:14
    WORKGROUP 64 → 128, PER_THREAD 1 → 4
    replaced: 31.5 % less energy in every block
    64 trials of 1,024 configurations, 18 measured for energy, 43 s, trial budget spent, seed 7
    failed: compile 2, e.g. kernels/softmax.wesl:12: struct member zz not found (WORKGROUP=64, PER_THREAD=1, VECTORIZE=true)
    failed: wrong-result 1, e.g. \`output\`: 3 of 4 elements are wrong; first at index 1: 5, expected 2 (WORKGROUP=256, PER_THREAD=1, VECTORIZE=false)
`);
    expect(text).toContain('    64 trials of at least 1,000,000 configurations,');
    expect(text).toContain('    keeps WORKGROUP=64\n');
    expect(text).toContain('    no configuration works; see the failures\n');
  });

  it('says when nothing better was found', () => {
    expect(reportSummary(retuneReport([keptKernel]))).toBe('no better configuration for 1 workload');
  });

  const figures = 'energy \\(estimated\\) +latency +trials';
  const changes = 'energy change \\(estimated\\) +energy \\(estimated\\) +latency change +latency +trials';
  it.each([
    ['nothing was replaced', [keptKernel], figures],
    ['all was', [retunedKernel()], changes],
    ['some was', [keptKernel, retunedKernel()], changes],
    ['nothing was measured', retunedKernels.filter((kernel) => kernel.kernel === 'broken'), 'trials'],
  ])('titles every column by itself when %s', (_, kernels, titles) => {
    const [line] = tableLines(renderTerminal(retuneReport(kernels), wide));
    expect(line).toMatch(new RegExp(`^ {2}kernel +workload +${titles} +search$`));
  });

  it('claims nothing for a run that was interrupted', () => {
    const found = retunedKernel({
      before: null,
      energyRatio: null,
      latencyRatio: null,
      reason: 'interrupted',
    });
    const report = retuneReport([found, keptKernel], { exitCode: 130 });
    const text = renderTerminal(report, wide);
    expect(text).toMatch(/^joulegate retune: interrupted, no configuration was replaced\n/);
    expect(text).toContain('    best so far WORKGROUP=128, PER_THREAD=4, VECTORIZE=true\n');
    expect(text).not.toMatch(/better configuration|→/);
    expect(reportSummary(report)).toBe('interrupted, no configuration was replaced');
  });

  it('says of a kernel without tunables that there is nothing to tune', () => {
    for (const previousConfiguration of [{}, null]) {
      const report = retuneReport([retunedKernel({ configuration: {}, previousConfiguration })]);
      expect(renderTerminal(report, wide)).toContain('    nothing to tune\n');
      expect(reportSummary(report)).toBe('no better configuration for 1 workload');
    }
  });

  it('counts failures without an example together, after those with one', () => {
    const kernel = retunedKernel({
      failures: { timeout: 9, compile: 3, crash: 1 },
      failureExamples: [
        { kind: 'compile', message: 'too\nlong', file: 'a.wgsl', line: null, configuration: {} },
        { kind: 'unsupported', message: 'of which there is none', file: null, line: null, configuration: {} },
      ],
    });
    const notes = renderTerminal(retuneReport([kernel]), wide).match(/^ {4}failed: .*$/gm);
    expect(notes).toEqual(['    failed: compile 3, e.g. a.wgsl: too long', '    failed: timeout 9, crash 1']);
  });
});

it('a run is summed up in a line', () => {
  expect(reportSummary(guardReport(mixedKernels))).toBe(
    'failed: 1 regressed, 1 improved, 1 new, 2 unchanged, 1 identical (softmax ROWS=1024,COLS=512 regressed in energy and latency)',
  );
});
