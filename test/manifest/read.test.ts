import { describe, expect, it } from 'vitest';
import type { DeviceLimits, KernelDefinition, Workload } from '../../src/manifest/index.ts';
import { alignClock, clockOf, createKernelSpace, workloadVariables } from '../../src/manifest/index.ts';
import { countsOf, kernelOf, manifestOf, parse, softmax } from './support.ts';

const minimal = `version: 1
kernels:
  copy:
    source: other/plain.wgsl
    workloads: [{ N: 1024 }]
    buffers:
      a: { binding: 0, type: f32, length: N }
      b: { binding: 1, type: f32, length: N, check: { absolute: 0 } }
    dispatch: [N]
`;

const limits: DeviceLimits = {
  max_workgroup_storage: 16384,
  max_invocations: 256,
  max_workgroup_size_x: 256,
  max_workgroup_size_y: 256,
  max_workgroup_size_z: 64,
  max_workgroups: 65535,
  max_buffer_bytes: 2 ** 30,
  has_f16: false,
  has_subgroups: false,
  subgroup_min: 4,
  subgroup_max: 128,
};

describe('settings', () => {
  it('has defaults for everything that is left out', () => {
    const manifest = manifestOf(minimal);
    expect(manifest).toMatchObject({
      path: 'joulegate.yaml',
      objective: { minimize: 'energy', latencySlack: 0.03 },
      budget: {
        guard: { trials: 64, searchSeconds: 60, judgeSeconds: 90 },
        retune: { trials: 512, searchSeconds: 600, judgeSeconds: 180 },
      },
      gate: {
        energy: { margin: 0.03, allowEstimated: false },
        latency: { margin: 0.05 },
        failOn: ['regressed', 'wrong-result', 'missing-baseline'],
      },
      tunedPath: 'tuned.json',
    });
  });

  it('takes percentages with their sign or as numbers', () => {
    for (const [written, value] of [
      ['3%', 0.03],
      ['2.5 %', 0.025],
      ['0.07', 0.07],
      ['100%', 1],
      ['0', 0],
    ] as const) {
      const text = minimal.replace('kernels:', `gate: { energy: { margin: ${written} } }\nkernels:`);
      expect(manifestOf(text).gate.energy.margin).toBe(value);
    }
  });

  it('lays what is given over the defaults, and a kernel over the manifest', () => {
    const text = minimal
      .replace(
        'kernels:',
        `objective: { minimize: edp }
budget: { guard: { trials: 9 } }
gate: { energy: { margin: 10%, allow-estimated: true }, fail-on: [regressed] }
tuned: state/tuned.json
kernels:`,
      )
      .concat('    gate: { energy: { margin: 20% }, latency: { margin: 1% } }\n')
      .concat('    objective: { minimize: energy, latency-slack: 0.5 }\n')
      .concat('    sentinel: true\n    calls-per-day: 2.0e9\n');
    const manifest = manifestOf(text);
    expect(manifest.objective).toEqual({ minimize: 'edp' });
    expect(manifest.budget.guard).toEqual({ trials: 9, searchSeconds: 60, judgeSeconds: 90 });
    expect(manifest.tunedPath).toBe('state/tuned.json');
    expect(manifest.gate).toEqual({
      energy: { margin: 0.1, allowEstimated: true },
      latency: { margin: 0.05 },
      failOn: ['regressed', 'wrong-result'],
    });
    expect(manifest.kernels[0]).toMatchObject({
      sentinel: true,
      callsPerDay: new Map([['N=1024', 2e9]]),
      objective: { minimize: 'energy', latencySlack: 0.5 },
      gate: {
        energy: { margin: 0.2, allowEstimated: true },
        latency: { margin: 0.01 },
        failOn: ['regressed', 'wrong-result'],
      },
    });
  });
});

describe('calls per day', () => {
  const kernel = (workloads: string) =>
    kernelOf(minimal.replace('[{ N: 1024 }]', workloads).concat('    calls-per-day: 2.0e9\n'));

  it("are a workload's own, or the kernel's, and no parameter", () => {
    const { workloads, callsPerDay } = kernel(
      '[{ N: 1024 }, { calls-per-day: 5, N: 2048 }, { N: 4096, calls-per-day: 0.5 }]',
    );
    expect(workloads).toEqual([
      { name: 'N=1024', parameters: { N: 1024 } },
      { name: 'N=2048', parameters: { N: 2048 } },
      { name: 'N=4096', parameters: { N: 4096 } },
    ]);
    expect([...callsPerDay]).toEqual([
      ['N=1024', 2e9],
      ['N=2048', 5],
      ['N=4096', 0.5],
    ]);
  });

  it('make no workload by themselves, nor two of one', () => {
    const problemsOf = (workloads: string) =>
      parse(minimal.replace('[{ N: 1024 }]', workloads)).problems.map(({ message }) => message);
    expect(problemsOf('[{ N: 1 }, { calls-per-day: 5 }]')).toEqual(['this must have at least 2 keys']);
    expect(problemsOf('[{ N: 1 }, { N: 1, calls-per-day: 5 }]')).toEqual(['workload N=1 is given twice']);
    expect(problemsOf('[{ N: 1, calls-per-day: 0 }]')).toEqual(["'calls-per-day' must be more than 0"]);
  });
});

describe('a kernel', () => {
  const kernel = kernelOf(softmax);

  it('reads the example of the design', () => {
    expect(kernel).toMatchObject({
      name: 'softmax-rows',
      operator: null,
      sentinel: false,
      position: { file: 'joulegate.yaml', line: 11, column: 3 },
      workloads: [{ name: 'ROWS=4096,COLS=1024', parameters: { ROWS: 4096, COLS: 1024 } }],
      tunables: [
        { name: 'WORKGROUP', values: [32, 64, 128, 256] },
        { name: 'PER_THREAD', values: [1, 2, 4, 8] },
        { name: 'VECTORIZE', values: [true, false] },
      ],
      defaults: { WORKGROUP: 64, PER_THREAD: 1, VECTORIZE: false },
      callsPerDay: new Map(),
    });
    expect(kernel.constraints.map(({ source, names }) => [source, names])).toEqual([
      ['WORKGROUP * PER_THREAD <= COLS', ['WORKGROUP', 'PER_THREAD', 'COLS']],
    ]);
    expect(kernel.passes).toMatchObject([{ name: 'main', entry: 'main', when: null, bindings: {} }]);
    expect(countsOf(kernel.passes)).toEqual([['ROWS', '1', '1']]);
  });

  it('says whether launches go on from each other, or leaves that to the program', () => {
    expect(kernel).not.toHaveProperty('betweenLaunches');
    expect(kernelOf(`${softmax}    between-launches: keep\n`).betweenLaunches).toBe('keep');
    expect(kernelOf(`${softmax}    between-launches: reset\n`).betweenLaunches).toBe('reset');
  });

  it('fills in what a buffer leaves out', () => {
    expect(kernel.buffers).toMatchObject([
      {
        name: 'input',
        group: 0,
        binding: 0,
        kind: 'storage',
        type: 'f32',
        fill: 'normal',
        seed: 1,
        check: null,
      },
      {
        name: 'output',
        binding: 1,
        fill: 'zeros',
        seed: 2,
        check: { relative: 1e-3, absolute: 0 },
        values: null,
      },
    ]);
    expect(kernel.buffers[0]?.length.evaluate({ ROWS: 3, COLS: 5 })).toBe(15);
  });

  it('brings every module that its WESL program may import, and nothing else', () => {
    expect(kernel.passes[0]?.source.path).toBe('kernels/softmax.wesl');
    expect(kernel.passes[0]?.source.language).toBe('wesl');
    expect(Object.keys(kernel.passes[0]?.source.files ?? {}).sort()).toEqual([
      'kernels/softmax.wesl',
      'kernels/util.wesl',
    ]);
    expect(kernelOf(minimal).passes[0]?.source).toEqual({
      path: 'other/plain.wgsl',
      language: 'wgsl',
      files: { 'other/plain.wgsl': '@compute fn main() {}' },
    });
  });

  it('takes a reference as a path, with the entry and dispatch of the kernel, or in full', () => {
    expect(kernel.reference).toMatchObject({
      passes: [{ source: { path: 'kernels/softmax-naive.wesl' }, entry: 'main' }],
    });
    expect(kernel.reference?.passes[0]?.dispatch).toEqual(kernel.passes[0]?.dispatch);
    const full = kernelOf(
      softmax.replace(
        'reference: kernels/softmax-naive.wesl',
        "reference: { source: kernels/softmax-naive.wesl, entry: naive, dispatch: ['ROWS * 2'] }",
      ),
    );
    expect(full.reference).toMatchObject({ passes: [{ entry: 'naive' }] });
    expect(countsOf(full.reference?.passes ?? [])).toEqual([['ROWS * 2', '1', '1']]);
    expect(kernelOf(minimal).reference).toBeNull();
  });

  it('needs neither tunables nor a default', () => {
    expect(kernelOf(minimal)).toMatchObject({ tunables: [], defaults: {}, constraints: [] });
  });

  it('reads uniforms and element types that a workload names, also where CEL has the name too', () => {
    const uniform = kernelOf(`version: 1
kernels:
  scale:
    source: other/plain.wgsl
    workloads: [{ n: 64, type: f16 }, { n: 128, type: f32 }]
    constraints: ['type == "f32" || has_f16']
    buffers:
      data: { binding: 0, type: type, length: n, check: { relative: 0.01 } }
      sizes: { group: 1, binding: 0, kind: uniform, type: f32, values: [n, 0.5, 1.0 / double(n)] }
    dispatch: [n]
`);
    expect(uniform.buffers[0]?.type).toEqual({ parameter: 'type' });
    const values = uniform.buffers[1]?.values?.map((value) => value.evaluate({ n: 4 }));
    expect(values).toEqual([4, 0.5, 0.25]);
    expect(uniform.buffers[1]?.length.evaluate({})).toBe(3);
    expect(createKernelSpace(uniform, uniform.workloads[0] as Workload, limits).count().value).toBe(0);
    expect(createKernelSpace(uniform, uniform.workloads[1] as Workload, limits).count().value).toBe(1);
  });

  it('takes integers where some values have a fraction as doubles', () => {
    const kernel = kernelOf(
      minimal
        .replace('[{ N: 1024 }]', '[{ N: 1024, EPS: 1 }, { N: 8, EPS: 0.5 }]')
        .concat("    tunables: { T: [1, 1.5] }\n    default: { T: 1 }\n    constraints: ['EPS * T > 0.0']\n"),
    );
    expect(createKernelSpace(kernel, kernel.workloads[1] as Workload, limits).count().value).toBe(2);
  });

  it('expands aliases', () => {
    const text = softmax
      .replace('length: ROWS * COLS, fill', 'length: &size ROWS * COLS, fill')
      .replace('length: ROWS * COLS, check', 'length: *size, check');
    expect(kernelOf(text).buffers[1]?.length.source).toBe('ROWS * COLS');
  });

  it('finds programs from the folder of the manifest, also beside it', () => {
    const inFolder = { folder: 'projects/app', files: { 'projects/shared/x.wgsl': 'x' } };
    const text = minimal.replace('other/plain.wgsl', '../shared/x.wgsl');
    expect(kernelOf(text, inFolder).passes[0]?.source).toEqual({
      path: '../shared/x.wgsl',
      language: 'wgsl',
      files: { '../shared/x.wgsl': 'x' },
    });
  });

  it('survives names that JavaScript gives a meaning', () => {
    const { manifest } = parse(`version: 1
kernels:
  constructor:
    source: other/plain.wgsl
    workloads: [{ toString: 4 }]
    tunables: { hasOwnProperty: [1, 2] }
    default: { hasOwnProperty: 2 }
    constraints: [hasOwnProperty <= toString]
    buffers: { valueOf: { binding: 0, type: f32, length: toString * hasOwnProperty, check: { relative: 0 } } }
    dispatch: [1]
`);
    expect(manifest?.kernels[0]).toMatchObject({
      name: 'constructor',
      defaults: { hasOwnProperty: 2 },
      workloads: [{ name: 'toString=4' }],
    });
  });
});

describe('the space of a kernel', () => {
  const kernel: KernelDefinition = kernelOf(
    softmax.replace('<= COLS\n', '<= COLS\n      - WORKGROUP <= max_invocations\n'),
  );
  const workload = kernel.workloads[0] as Workload;

  it('binds workload and device', () => {
    expect(createKernelSpace(kernel, workload, limits).count()).toEqual({ value: 30, exact: true });
    const small: DeviceLimits = { ...limits, max_invocations: 64 };
    expect(createKernelSpace(kernel, workload, small).count().value).toBe(16);
    const narrow: Workload = { name: 'ROWS=1,COLS=64', parameters: { ROWS: 1, COLS: 64 } };
    expect(createKernelSpace(kernel, narrow, limits).count().value).toBe(6);
  });

  it('gives expressions everything they may read', () => {
    const variables = workloadVariables(kernel, workload, kernel.defaults, limits);
    expect(variables).toMatchObject({ ROWS: 4096, WORKGROUP: 64, VECTORIZE: false, max_invocations: 256 });
  });

  it('stops at a constraint that cannot be evaluated instead of taking it either way', () => {
    const text = softmax
      .replace('PER_THREAD: [1, 2', 'PER_THREAD: [0, 1, 2')
      .replace('WORKGROUP * PER_THREAD <= COLS', 'COLS % (WORKGROUP * PER_THREAD) == 0');
    const divided = kernelOf(text);
    const space = createKernelSpace(divided, workload, limits);
    expect(() => space.count()).toThrow('division by zero');
  });
});

describe('clocks', () => {
  const clocks = '    clocks: { sm-mhz: [1200, 1500] }\n';
  const clocked = (text: string) => text.replace('    dispatch:', `${clocks}    dispatch:`);

  it('are one more tunable, with the board’s own clock as the default', () => {
    const kernel = kernelOf(clocked(softmax));
    expect(kernel.tunables.at(-1)).toEqual({ name: 'SM_MHZ', values: [0, 1200, 1500] });
    expect(kernel.defaults).toMatchObject({ WORKGROUP: 64, SM_MHZ: 0 });
    expect(kernelOf(softmax).tunables).toHaveLength(3);
  });

  it('count for every kernel without its own where the manifest gives them', () => {
    const all = softmax.replace('kernels:\n', 'clocks: { sm-mhz: [900] }\nkernels:\n');
    expect(kernelOf(all).tunables.at(-1)?.values).toEqual([0, 900]);
    expect(kernelOf(clocked(all)).tunables.at(-1)?.values).toEqual([0, 1200, 1500]);
  });

  it('may be named by constraints, but not by what the program is launched with', () => {
    const text = clocked(softmax);
    const constrained = kernelOf(text.replace('<= COLS\n', '<= COLS\n      - SM_MHZ == 0 || VECTORIZE\n'));
    const space = createKernelSpace(constrained, constrained.workloads[0] as Workload, limits);
    const values = { WORKGROUP: 64, PER_THREAD: 1, SM_MHZ: 1200 };
    const validity = [true, false].map((VECTORIZE) => {
      const point = space.point({ ...values, VECTORIZE });
      return point !== null && space.isValid(point);
    });
    expect(validity).toEqual([true, false]);
    expect(() => kernelOf(text.replace('dispatch: [ROWS', 'dispatch: [SM_MHZ'))).toThrow();
  });

  it('leave what was tuned without them in force, and the other way round', () => {
    const [plain, timed] = [kernelOf(softmax), kernelOf(clocked(softmax))];
    expect(alignClock(timed, plain.defaults)).toEqual(timed.defaults);
    expect(alignClock(plain, timed.defaults)).toEqual(plain.defaults);
    const locked = { ...timed.defaults, SM_MHZ: 1200 };
    expect(alignClock(plain, locked)).toBe(locked);
    expect([clockOf(locked), clockOf(timed.defaults), clockOf(plain.defaults)]).toEqual([1200, null, null]);
  });
});
