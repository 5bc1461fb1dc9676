import { describe, expect, it } from 'vitest';
import type { OperatorDefinition } from '../../src/manifest/index.ts';
import { operators as library } from '../../src/operators/index.ts';
import { faultsOf, kernelOf, parse } from './support.ts';

const scale: OperatorDefinition = {
  name: 'scale',
  fragment: `group: elements
description: y = 2 x.
parameters:
  n: { type: int, minimum: 1, maximum: 1000, description: number of elements }
  type: { type: string, values: [f32, f16], default: f32 }
source: scale/scale.wesl
tunables:
  WORKGROUP: [32, 64, 128]
  PER_THREAD: [1, 2, 4]
constraints:
  - WORKGROUP * PER_THREAD <= n
default: { WORKGROUP: 32, PER_THREAD: 1 }
buffers:
  x: { binding: 0, type: type, length: n, fill: normal }
  y: { binding: 1, type: type, length: n, check: { relative: 1.0e-3 } }
dispatch: ['ceil_div(n, WORKGROUP * PER_THREAD)']
reference: scale/naive.wesl
`,
  files: { 'scale/scale.wesl': 'a', 'scale/naive.wesl': 'b', 'other/x.wesl': 'c' },
};

const operators = [scale];

function manifest(entry: string): string {
  return `version: 1\nkernels:\n  mine:\n    operator: scale\n${entry}`;
}

describe('a kernel that uses an operator', () => {
  it("is the operator's program and space with the manifest's workloads", () => {
    const kernel = kernelOf(manifest('    workloads: [{ n: 256 }, { type: f16, n: 512 }]\n'), { operators });
    expect(kernel).toMatchObject({
      name: 'mine',
      operator: 'scale',
      position: { file: 'joulegate.yaml', line: 3, column: 3 },
      passes: [{ entry: 'main', source: { path: 'scale/scale.wesl', language: 'wesl' } }],
      reference: { passes: [{ source: { path: 'scale/naive.wesl' } }] },
      defaults: { WORKGROUP: 32, PER_THREAD: 1 },
      workloads: [
        { name: 'n=256', parameters: { n: 256, type: 'f32' } },
        { name: 'n=512,type=f16', parameters: { n: 512, type: 'f16' } },
      ],
    });
    expect(Object.keys(kernel.passes[0]?.source.files ?? {})).toEqual(['scale/scale.wesl']);
    expect(kernel.buffers.map(({ type }) => type)).toEqual([{ parameter: 'type' }, { parameter: 'type' }]);
  });

  it('can narrow the space and move the default', () => {
    const kernel = kernelOf(
      manifest(`    workloads: [{ n: 256 }]
    tunables: { WORKGROUP: [128, 64] }
    default: { WORKGROUP: 64 }
    constraints: [WORKGROUP * PER_THREAD >= 64]
    gate: { energy: { margin: 10% } }
    objective: { minimize: latency }
`),
      { operators },
    );
    expect(kernel.tunables).toEqual([
      { name: 'WORKGROUP', values: [64, 128] },
      { name: 'PER_THREAD', values: [1, 2, 4] },
    ]);
    expect(kernel.defaults).toEqual({ WORKGROUP: 64, PER_THREAD: 1 });
    expect(kernel.constraints.map(({ source }) => source)).toEqual([
      'WORKGROUP * PER_THREAD <= n',
      'WORKGROUP * PER_THREAD >= 64',
    ]);
    expect(kernel).toMatchObject({ objective: { minimize: 'latency' }, gate: { energy: { margin: 0.1 } } });
  });

  it.each<[string, string]>([
    ['    workloads: [{ n: 0 }]', "5:22 'n' must be at least 1 | 'n' means: number of elements"],
    ['    workloads: [{ n: 2000 }]', "5:22 'n' must be at most 1000"],
    ['    workloads: [{ n: 2.5 }]', "5:22 'n' must be a whole number"],
    ['    workloads: [{ n: 64, type: f64 }]', "5:32 'type' must be f32 or f16"],
    [
      '    workloads: [{ n: 64, typ: f16 }]',
      "5:26 'typ' is no parameter of this operator | did you mean 'type'?",
    ],
    ['    workloads: [{ type: f16 }]', "5:17 the workload misses 'n' | add 'n: …' (number of elements)"],
    ['    workloads: [{ n: 64 }, { n: 64, type: f32 }]', '5:28 workload n=64 is given twice'],
    [
      '    workloads: [{ n: 16 }]',
      "3:3 operator 'scale': the default breaks the constraint 'WORKGROUP * PER_THREAD <= n' for workload n=16",
    ],
    [
      '    workloads: [{ n: 64 }]\n    source: x.wgsl',
      "6:5 'source' cannot be given together with 'operator'",
    ],
    ['    workloads: [{ n: 64 }]\n    tunables: { WG: [1] }', "6:17 'WG' is no tunable of this kernel"],
    [
      '    workloads: [{ n: 64 }]\n    tunables: { WORKGROUP: [32, 48] }',
      "6:33 48 is not among the values of 'WORKGROUP'",
    ],
    [
      '    workloads: [{ n: 64 }]\n    tunables: { WORKGROUP: [64] }',
      "6:17 the operator's default WORKGROUP=32 is not among these values | add 'default: { WORKGROUP: 64 }'",
    ],
  ])('%s', (entry, expected) => {
    const faults = faultsOf(manifest(`${entry}\n`), { operators });
    expect(faults).toHaveLength(1);
    expect(faults[0]).toContain(expected);
  });

  it('may be several launches, with buffers that only they share', () => {
    const split: OperatorDefinition = {
      ...scale,
      fragment: scale.fragment
        .replace(
          'buffers:',
          'buffers:\n  parts: { binding: 2, type: f32, length: n * PER_THREAD, scratch: true }',
        )
        .replace(
          /dispatch: .*/,
          'passes:\n  - { entry: split, dispatch: [PER_THREAD] }\n  - { entry: combine, dispatch: [1], when: PER_THREAD > 1 }',
        ),
    };
    const kernel = kernelOf(manifest('    workloads: [{ n: 256 }]\n'), { operators: [split] });
    expect(kernel.passes.map(({ name, when }) => [name, when?.source ?? null])).toEqual([
      ['split', null],
      ['combine', 'PER_THREAD > 1'],
    ]);
    expect(kernel.buffers.map(({ name, scratch = false }) => [name, scratch])).toEqual([
      ['parts', true],
      ['x', false],
      ['y', false],
    ]);
  });

  it('must exist', () => {
    const text = manifest('    workloads: [{ n: 64 }]\n').replace('operator: scale', 'operator: scael');
    expect(faultsOf(text, { operators })).toEqual([
      "4:15 there is no operator 'scael' | did you mean 'scale'?",
    ]);
  });

  it('counts a faulty operator as our fault, not as one of the manifest', () => {
    const faulty = { ...scale, fragment: scale.fragment.replace('tunables:', 'tuneables:') };
    const use = () => parse(manifest('    workloads: [{ n: 64 }]\n'), { operators: [faulty] });
    expect(use).toThrow('operator scale');
  });
});

describe('the library', () => {
  it('is read without faults, whatever the operator', () => {
    for (const operator of library) {
      const text = `version: 1\nkernels:\n  k:\n    operator: ${operator.name}\n    workloads: [{}]\n`;
      // An empty workload is refused by the schema; the operator itself is loaded for it all the same.
      expect(() => parse(text, { operators: library })).not.toThrow();
    }
  });

  it('takes the matmul of the design', () => {
    const kernel = kernelOf(
      `version: 1
kernels:
  mlp-up:
    operator: matmul
    workloads: [{ m: 512, n: 4096, k: 1024, type: f16 }, { m: 1, n: 4096, k: 1024, type: f16, calls-per-day: 7 }]
    calls-per-day: 2.0e9
`,
      { operators: library },
    );
    expect(kernel.workloads.map(({ name }) => name)).toEqual([
      'm=512,n=4096,k=1024,type=f16',
      'm=1,n=4096,k=1024,type=f16',
    ]);
    expect([...kernel.callsPerDay.values()]).toEqual([2e9, 7]);
  });
});
