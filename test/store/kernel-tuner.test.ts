import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  exportKernelTuner,
  importKernelTuner,
  type KernelTunerImport,
  type Recording,
  readTextFile,
} from '../../src/store/index.ts';
import { recording } from './samples.ts';

const provenance = { version: '0.1.0', command: 'joulegate import', createdAt: '2025-06-01T12:00:00.000Z' };

/** A cache as Kernel Tuner writes it, with one entry of every kind. */
const entries = [
  '"32,True": {"block": 32, "fast": true, "time": 2.0, "times": [2.5, 2.0, 1.5], "energy": 0.4, "power": 210.0}',
  '"64,True": {"block": 64, "fast": true, "time": 1.0, "times": [1.0, 1.0], "energy": 0.3, "power": 290.0}',
  '"64,False": {"block": 64, "fast": false, "time": "CompilationFailedConfig"}',
  '"32,False": {"block": 32, "fast": false, "GFLOP/s": "RuntimeFailedConfig"}',
  '"96,True": {"block": 96, "fast": true, "compile_time": 3.5}',
  '"96,False": {"block": 96, "fast": false, "time": NaN}',
];

const header = `{
"device_name": "NVIDIA RTX 4000 Ada Generation",
"kernel_name": "vector_add",
"problem_size": [
4096,
16
],
"tune_params_keys": ["block", "fast"],
"tune_params": {"block": [32, 64], "fast": [true, false]},
"objective": "GFLOP/s",
"cache": {
`;

const closed = `${header}${entries.join(',\n')}}\n}`;

function load(text: string, options: Partial<KernelTunerImport> = {}): Recording {
  return importKernelTuner({ text, label: 'cache.json', provenance, ...options });
}

describe('a Kernel Tuner cache as a recording', () => {
  it('names device, kernel, workload and tunables', () => {
    expect(load(closed)).toMatchObject({
      device: {
        family: 'nvidia-rtx-4000-ada-generation',
        vendor: 'nvidia',
        description: 'NVIDIA RTX 4000 Ada Generation',
        software: false,
      },
      meter: null,
      kernel: 'vector_add',
      workload: { name: 'x=4096,y=16', parameters: { x: 4096, y: 16 } },
      // 96 was tried without being declared.
      tunables: [
        { name: 'block', values: [32, 64, 96] },
        { name: 'fast', values: [true, false] },
      ],
      provenance: { tool: 'joulegate', source: 'Kernel Tuner cache cache.json' },
    });
  });

  it('has times in milliseconds and failures by the name they had', () => {
    expect(load(closed).measurements).toEqual([
      { values: [0, 0], latencyMs: 2 },
      { values: [1, 0], latencyMs: 1 },
      { values: [1, 1], failure: { kind: 'recorded', message: 'CompilationFailedConfig' } },
      { values: [0, 1], failure: { kind: 'recorded', message: 'RuntimeFailedConfig' } },
      { values: [2, 0], failure: { kind: 'recorded', message: 'no time' }, spentMs: { compile: 3.5 } },
      { values: [2, 1], failure: { kind: 'recorded', message: 'no time' } },
    ]);
  });

  it('has energy and samples where their fields are named', () => {
    const { meter, measurements } = load(closed, {
      energyField: 'energy',
      powerField: 'power',
      samplesField: 'times',
    });
    expect(meter).toMatchObject({ name: 'replay', estimated: false });
    expect(measurements[0]).toEqual({
      values: [0, 0],
      latencyMs: 2,
      latencySamplesMs: [2.5, 2, 1.5],
      joules: 0.4,
      watts: 210,
    });
  });

  it('has energy as power times time where only power is named', () => {
    expect(load(closed, { powerField: 'power' }).measurements[1]).toEqual({
      values: [1, 0],
      latencyMs: 1,
      joules: 0.29,
      watts: 290,
    });
  });

  it('converts units', () => {
    const [first] = load(closed, { timeUnit: 's', energyField: 'energy', energyUnit: 'mJ' }).measurements;
    expect(first).toEqual({ values: [0, 0], latencyMs: 2000, joules: 0.0004 });
  });

  it('lists the fields there are when one is asked for that has no figures', () => {
    expect(() => load(closed, { energyField: 'ps_energy' })).toThrow(
      expect.objectContaining({
        code: 'unknown-field',
        message: 'cache.json has no figures in a field "ps_energy"',
        nextStep: 'Choose another field; those with figures are: compile_time, energy, power, time.',
      }),
    );
  });

  it('takes the later of two entries for the same configuration', () => {
    const text = `${header}${entries[0]},\n"again": {"block": 32, "fast": true, "time": 7.0}}\n}`;
    expect(load(text).measurements).toEqual([{ values: [0, 0], latencyMs: 7 }]);
  });

  it.each<[string, string]>([
    ['after a comma', `${header}${entries.slice(0, 3).join(',\n')},`],
    ['after an entry', `${header}${entries.slice(0, 3).join(',\n')}`],
    [
      'in the middle of an entry',
      `${header}${entries.slice(0, 3).join(',\n')},\n${entries[3]?.slice(0, 25)}`,
    ],
    ['in the middle of a text', `${header}${entries.slice(0, 3).join(',\n')},\n"32,Fa`],
  ])('is read although the run ended %s', (_, text) => {
    expect(load(text).measurements).toEqual(load(closed).measurements.slice(0, 3));
  });

  it('is read wherever it was cut off between the first and the last entry', () => {
    const whole = load(closed).measurements;
    fc.assert(
      fc.property(
        fc.integer({ min: header.length + (entries[0]?.length ?? 0), max: closed.length }),
        (end) => {
          const { measurements } = load(closed.slice(0, end));
          expect(measurements).toEqual(whole.slice(0, measurements.length));
        },
      ),
    );
  });

  it.each([
    ['nothing', ''],
    ['no cache', '{"tune_params_keys": []}'],
    ['a list', '[1, 2]'],
    ['tunables that are no list', '{"tune_params_keys": 3, "cache": {}}'],
    ['values that are no values', '{"tune_params": {"a": [{}]}, "cache": {}}'],
    ['an entry that is no mapping', '{"tune_params": {"a": [1]}, "cache": {"1": 5}}'],
    ['an entry without a tunable', '{"tune_params": {"a": [1]}, "cache": {"1": {"time": 1}}}'],
    ['endless nesting', `{"cache": ${'['.repeat(1e5)}`],
  ])('with %s is refused', (_, text) => {
    expect(() => load(text)).toThrow(expect.objectContaining({ kind: 'bad-input' }));
  });

  it('does not let a tunable be called __proto__', () => {
    const text =
      '{"tune_params": {"__proto__": [1]}, "tune_params_keys": ["__proto__"], "cache": {"1": {"__proto__": 1, "time": 1}}}';
    expect(() => load(text)).toThrow(expect.objectContaining({ code: 'damaged-file' }));
  });
});

/** Its simulation mode adds these up, and fails without them. */
function spent(benchmarkMs: number) {
  return { compile_time: 0, verification_time: 0, benchmark_time: benchmarkMs };
}

describe('a recording as a Kernel Tuner cache', () => {
  it('comes back the same', () => {
    const options = { energyField: 'energy', powerField: 'power', samplesField: 'times' };
    const once = load(closed, options);
    const again = load(exportKernelTuner(once), options);
    // What it does not know of the time of an evaluation is written as 0.
    const known = (one: Recording) => one.measurements.slice(0, 4).map(({ spentMs: _, ...rest }) => rest);
    expect(known(again)).toEqual(known(once));
    expect(again.tunables).toEqual(once.tunables);
    expect(again.workload).toEqual(once.workload);
    expect(again.device).toEqual(once.device);
  });

  it('has the keys and the names of errors that Kernel Tuner expects', () => {
    const text = exportKernelTuner(recording(), 'energy');
    expect(text.endsWith('}\n}')).toBe(true);
    expect(JSON.parse(text)).toEqual({
      device_name: 'llvmpipe (LLVM 15.0.6, 256 bits)',
      kernel_name: 'softmax',
      problem_size: [1024],
      tune_params_keys: ['WORKGROUP', 'VECTORIZE'],
      tune_params: { WORKGROUP: [32, 64], VECTORIZE: [true, false] },
      objective: 'energy',
      cache: {
        '32,True': {
          WORKGROUP: 32,
          VECTORIZE: true,
          time: 1.5,
          times: [1.4, 1.5, 1.6],
          energy: 0.03,
          power: 20,
          ...spent(4.5),
        },
        '64,True': { WORKGROUP: 64, VECTORIZE: true, time: 1.25, times: [1.25], ...spent(1.25) },
        '64,False': {
          ...{ WORKGROUP: 64, VECTORIZE: false, time: 'CompilationFailedConfig', ...spent(0) },
          __error__: 'CompilationFailedConfig',
        },
      },
    });
  });
});

const data = process.env.JOULEGATE_DATA;
const dataFolder = data !== undefined && existsSync(data) ? data : null;
if (dataFolder === null) {
  console.warn('JOULEGATE_DATA names no folder of recordings: tests on caches of real GPUs are skipped.');
}

describe.skipIf(dataFolder === null)('caches of real GPUs', () => {
  it.each<[string, Partial<KernelTunerImport>, object]>([
    [
      'powersensor3/tcbf_RTX_4000_Ada.json.gz',
      { energyField: 'ps_energy', powerField: 'ps_power' },
      {
        all: 5120,
        valid: 4690,
        withEnergy: 4690,
        bestMs: 6.834751946585519,
        leastJoules: 0.5902135915223751,
      },
    ],
    [
      'benchmark_hub/convolution_A100.json.gz',
      {},
      { all: 4362, valid: 4201, withEnergy: 0, bestMs: 0.5536000076681376, leastJoules: null },
    ],
    [
      'kernel_tuner/synthetic_fp32_cache_NVIDIA_RTX_A4000.json',
      { powerField: 'nvml_power' },
      { all: 10, valid: 10, withEnergy: 10, bestMs: 76.95706253051758, leastJoules: 8.067499706311798 },
    ],
  ])('%s', (file, fields, expected) => {
    const text = readTextFile(join(dataFolder ?? '', file), 64 * 1024 * 1024);
    const { measurements } = load(text, { ...fields });
    const valid = measurements.filter((measurement) => measurement.failure === undefined);
    const joules = valid.flatMap((measurement) => measurement.joules ?? []);
    expect({
      all: measurements.length,
      valid: valid.length,
      withEnergy: joules.length,
      bestMs: Math.min(...valid.map((measurement) => measurement.latencyMs ?? Number.NaN)),
      leastJoules: joules.length === 0 ? null : Math.min(...joules),
    }).toEqual(expected);
    const back = load(exportKernelTuner(load(text, { ...fields, samplesField: 'times' })), {
      ...(joules.length === 0 ? {} : { energyField: 'energy', powerField: 'power' }),
    });
    // A cache says how long a trial took, 0 where nobody knows.
    const untimed = (all: typeof measurements) => all.map(({ spentMs: _, ...rest }) => rest);
    expect(untimed(back.measurements)).toEqual(untimed(measurements));
  });
});

/** Entries as Kernel Tuner 1.4 writes them. */
const times14 = { compile_time: 414.5, verification_time: 2.5, benchmark_time: 611.25 };
const cache14 = (error: object) =>
  JSON.stringify({
    ...{ device_name: 'Acme One', kernel_name: 'scale', problem_size: 65536 },
    ...{ tune_params_keys: ['BLOCK'], tune_params: { BLOCK: [64, 256] }, objective: ['time'] },
    cache: {
      64: { BLOCK: 64, time: 0.5, times: [0.4, 0.5, 0.6], ...times14 },
      256: { BLOCK: 256, ...error, compile_time: 0, verification_time: 0, benchmark_time: 0 },
    },
  });

describe('a cache of Kernel Tuner 1.4', () => {
  const errors = ['InvalidConfig', 'CompilationFailedConfig', 'RuntimeFailedConfig'];

  it.each<readonly [object, string]>([
    ...errors.map((name): readonly [object, string] => [{ __error__: name }, name]),
    [{ __error__: 'TimeoutConfig', time: 1e-3 }, 'TimeoutConfig'],
    [{ time: 1e-3, 'GFLOP/s': 'RuntimeFailedConfig' }, 'RuntimeFailedConfig'],
    [{ time: 'some text' }, 'some text'],
  ])('has a failure where it notes one: %j', (error, message) => {
    const [, failed] = load(cache14(error)).measurements;
    expect(failed).toMatchObject({ failure: { kind: 'recorded', message } });
    expect(failed).not.toHaveProperty('latencyMs');
  });

  it('has no failure where a figure is written as a text', () => {
    const [first] = load(cache14({ time: '2.5e-1' })).measurements.slice(1);
    expect(first).toMatchObject({ latencyMs: 0.25 });
  });

  it.each(errors)('keeps names and times through export: %s', (name) => {
    const imported = load(cache14({ __error__: name }), { samplesField: 'times' });
    expect(imported.measurements[0]?.spentMs).toEqual({ compile: 414.5, verify: 2.5, benchmark: 611.25 });
    const exported = JSON.parse(exportKernelTuner(imported));
    expect(exported).toMatchObject({ device_name: 'Acme One', kernel_name: 'scale' });
    expect(exported.cache['64']).toMatchObject({ BLOCK: 64, time: 0.5, times: [0.4, 0.5, 0.6], ...times14 });
    expect(exported.cache['256']).toMatchObject({ BLOCK: 256, __error__: name, compile_time: 0 });
    const again = load(exportKernelTuner(imported), { samplesField: 'times' });
    expect(again.measurements).toEqual(imported.measurements);
  });
});

describe('results in the T4 format', () => {
  const result = (BLOCK: number, invalidity: string, value: unknown) => ({
    timestamp: '2026-11-28 22:40:33+00:00',
    configuration: { BLOCK, MODE: 'fast' },
    times: {
      compilation: 414.5,
      benchmark: 611.25,
      framework: 1,
      search_algorithm: 2,
      validation: 2.5,
      runtimes: [0.5],
    },
    ...{ invalidity, correctness: 1, objectives: ['time'] },
    measurements: [{ name: 'time', value, unit: 'ms' }],
  });
  const text = (...results: readonly object[]) =>
    JSON.stringify({ schema_version: '1.0.0', results, metadata: {} });

  it('are a recording of the kernel and device that are named beside them', () => {
    const recording = load(
      text(
        result(64, 'correct', 0.5),
        result(256, 'compile', 'CompilationFailedConfig'),
        result(512, 'constraints', 1e-3),
        result(1024, 'odd', 1e-3),
      ),
      { device: 'Acme One', kernel: 'scale', samplesField: 'times' },
    );
    expect(recording).toMatchObject({
      kernel: 'scale',
      device: { family: 'acme-one', device: 'Acme One' },
      tunables: [
        { name: 'BLOCK', values: [64, 256, 512, 1024] },
        { name: 'MODE', values: ['fast'] },
      ],
    });
    expect(recording.measurements).toMatchObject([
      {
        latencyMs: 0.5,
        latencySamplesMs: [0.5],
        spentMs: { compile: 414.5, verify: 2.5, benchmark: 611.25 },
      },
      { failure: { message: 'CompilationFailedConfig' } },
      { failure: { message: 'InvalidConfig' } },
      { failure: { message: 'odd' } },
    ]);
  });

  it('without configurations are refused', () => {
    expect(() => load(text({ measurements: [] }))).toThrow('has a result without a configuration: number 1');
  });
});
