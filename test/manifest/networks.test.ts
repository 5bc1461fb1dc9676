import { describe, expect, it } from 'vitest';
import { faultsOf, manifestOf } from './support.ts';

const kernels = `version: 1
kernels:
  copy:
    source: other/plain.wgsl
    workloads: [{ N: 1024 }, { N: 2048 }]
    buffers:
      b: { binding: 1, type: f32, length: N, check: { absolute: 0 } }
    dispatch: [N]
  scale:
    source: other/plain.wgsl
    workloads: [{ N: 64 }]
    buffers:
      b: { binding: 1, type: f32, length: N, check: { absolute: 0 } }
    dispatch: [N]
`;

function withNetwork(lines: string): string {
  return `${kernels}networks:\n  decoder:\n${lines}`;
}

describe('a network', () => {
  it('names launches per inference of kernels, or of their workloads', () => {
    const { networks } = manifestOf(
      withNetwork(`    calls: { scale: 0.5, copy: { "N=1024": 16, N=2048: 32 } }
    launch-overhead-us: 30
    covers: { macs: 97%, bytes: 0.95 }
    inferences-per-day: 2.0e6
    gate: { energy: { margin: 0.5% } }
`),
    );
    expect(networks).toEqual([
      {
        name: 'decoder',
        position: { file: 'joulegate.yaml', line: 16, column: 3 },
        calls: [
          { kernel: 'scale', workload: 'N=64', calls: 0.5 },
          { kernel: 'copy', workload: 'N=1024', calls: 16 },
          { kernel: 'copy', workload: 'N=2048', calls: 32 },
        ],
        launchOverheadMs: 0.03,
        covers: { macs: 0.97, bytes: 0.95 },
        inferencesPerDay: 2e6,
        gate: expect.objectContaining({
          energy: { margin: 0.005, allowEstimated: false },
          latency: { margin: 0.01 },
        }),
      },
    ]);
  });

  it("has margins of its own, and the rest of the manifest's gate", () => {
    const gate = 'gate: { energy: { margin: 9%, allow-estimated: true }, fail-on: [inconclusive] }\n';
    const { networks } = manifestOf(`${gate}${withNetwork('    calls: { scale: 1 }\n')}`);
    expect(networks[0]).toMatchObject({
      launchOverheadMs: 0,
      covers: { macs: null, bytes: null },
      inferencesPerDay: null,
      gate: {
        energy: { margin: 0.01, allowEstimated: true },
        latency: { margin: 0.01 },
        failOn: expect.arrayContaining(['inconclusive']),
      },
    });
  });

  it('is nothing that a manifest must have', () => {
    expect(manifestOf(kernels).networks).toEqual([]);
  });
});

describe('faults of a network', () => {
  it.each([
    [
      'a number for several workloads',
      '    calls: { copy: 16 }\n',
      `17:20 'copy' has 2 workloads, and one number does not say which are meant | give numbers by the workload's name: "N=1024", "N=2048"`,
    ],
    [
      'an unknown kernel',
      '    calls: { coppy: 1 }\n',
      "17:14 there is no kernel 'coppy' | did you mean 'copy'?",
    ],
    [
      'an unknown workload',
      '    calls: { copy: { "N=1025": 1 } }\n',
      "17:22 kernel 'copy' has no workload 'N=1025' | did you mean 'N=1024'?",
    ],
    [
      'no launch at all',
      '    calls: { scale: 0 }\n',
      "17:21 'scale' must be more than 0 | write for example 16",
    ],
    [
      'no calls',
      '    covers: { macs: 50% }\n',
      "16:3 'calls' is missing | add for example 'calls: { softmax-rows: 16 }'",
    ],
    [
      'a share that is none',
      '    calls: { scale: 1 }\n    covers: { macs: 150% }\n',
      "18:21 'macs' must be a share between 0 and 100 % | write for example 3%",
    ],
    [
      'an unknown key',
      '    calls: { scale: 1 }\n    cover: 1\n',
      "18:5 unknown key 'cover' | did you mean 'covers'?",
    ],
  ])('%s', (_, lines, fault) => {
    expect(faultsOf(withNetwork(lines))).toEqual([fault]);
  });

  it('include sentinels, which nothing is judged by', () => {
    const text = withNetwork('    calls: { scale: 1 }\n').replace('  scale:', '  scale:\n    sentinel: true');
    expect(faultsOf(text)).toEqual([
      "18:14 'scale' is a sentinel, which is no part of what is judged | remove it, or guard a kernel of another name beside it",
    ]);
  });

  it('are not those that only follow from a kernel that is faulty itself', () => {
    const text = withNetwork('    calls: { copy: { N=1024: 1, N=2048: 1 }, scale: 1 }\n');
    expect(faultsOf(text.replace('{ N: 2048 }', '{ M: 2048 }'))).toEqual([
      "5:30 the workload misses 'N', which the kernel's first workload has | give all workloads of a kernel the same parameters",
      "5:32 'M' is no parameter of the kernel's first workload | give all workloads of a kernel the same parameters",
    ]);
  });

  it('include a name that cannot be one', () => {
    expect(faultsOf(`${kernels}networks:\n  a b:\n    calls: { scale: 1 }\n`)).toEqual([
      "16:3 'a b' must be letters, digits, dots, dashes and underscores, at most 64 characters | use another name",
    ]);
  });
});
