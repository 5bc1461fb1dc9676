import { describe, expect, it } from 'vitest';
import { countsOf, faultsOf, kernelOf } from './support.ts';

const files = { 'k/a.wgsl': '@compute fn main() {}', 'k/b.wgsl': '@compute fn other() {}' };

const text = `version: 1
kernels:
  attention:
    source: k/a.wgsl
    passes:
      - { entry: split, dispatch: [HEADS, SPLITS] }
      - { entry: combine, dispatch: [HEADS], when: SPLITS > 1 }
      - { source: k/b.wgsl, dispatch: { indirect: size, offset: 4 * HEADS }, bindings: { output: 0 } }
    workloads: [{ HEADS: 8 }]
    tunables: { SPLITS: [1, 2] }
    default: { SPLITS: 1 }
    buffers:
      input: { binding: 0, type: f32, length: HEADS, fill: normal }
      partial: { binding: 1, type: f32, length: HEADS * SPLITS, scratch: true }
      size: { binding: 2, type: u32, length: 64, clear: launch }
      output: { binding: 3, group: 1, type: f32, length: HEADS, check: { relative: 1.0e-3 } }
`;

const faultsWith = (from: string, to: string) => {
  if (!text.includes(from)) throw new Error(`there is no '${from}'`);
  return faultsOf(text.replace(from, to), { files });
};

describe('passes', () => {
  const kernel = kernelOf(text, { files });

  it('are the launches of a kernel, in order', () => {
    expect(kernel.passes).toMatchObject([
      { name: 'split', entry: 'split', source: { path: 'k/a.wgsl' }, when: null, bindings: {} },
      { name: 'combine', entry: 'combine', when: { source: 'SPLITS > 1' } },
      { name: 'main', source: { path: 'k/b.wgsl' }, bindings: { output: { group: 1, binding: 0 } } },
    ]);
    expect(countsOf(kernel.passes)).toEqual([
      ['HEADS', 'SPLITS', '1'],
      ['HEADS', '1', '1'],
      ['size', '4 * HEADS'],
    ]);
    expect(kernel.passes.map(({ at }) => at?.())).toEqual([
      { file: 'joulegate.yaml', line: 6, column: 18 },
      { file: 'joulegate.yaml', line: 7, column: 18 },
      { file: 'joulegate.yaml', line: 8, column: 9 },
    ]);
  });

  it('share buffers that are scratch, or zeroed', () => {
    expect(kernel.buffers.map(({ scratch, clear, seed }) => [scratch, clear, seed])).toEqual([
      [undefined, undefined, 1],
      [true, undefined, 2],
      [undefined, 'launch', 2],
      [undefined, undefined, 3],
    ]);
  });

  it('are numbered where they have the same entry', () => {
    const repeated = text.replace('entry: combine,', 'entry: split,');
    expect(kernelOf(repeated, { files }).passes.map(({ name }) => name)).toEqual([
      'split',
      'split_2',
      'main',
    ]);
  });

  it('are those of the reference too, unless it has others', () => {
    const referenceOf = (reference: string) =>
      kernelOf(`${text}    reference: ${reference}\n`, { files }).reference?.passes.map(
        ({ entry, source, when }) => [entry, source.path, when?.source],
      );
    expect(referenceOf('k/b.wgsl')).toEqual([
      ['split', 'k/b.wgsl', undefined],
      ['combine', 'k/b.wgsl', 'SPLITS > 1'],
      ['main', 'k/b.wgsl', undefined],
    ]);
    expect(referenceOf('{ source: k/b.wgsl, entry: other, dispatch: [1] }')).toEqual([
      ['other', 'k/b.wgsl', undefined],
    ]);
    expect(
      referenceOf('{ source: k/b.wgsl, passes: [{ dispatch: [1] }, { entry: two, dispatch: [2] }] }'),
    ).toEqual([
      ['main', 'k/b.wgsl', undefined],
      ['two', 'k/b.wgsl', undefined],
    ]);
  });
});

describe('faults of passes', () => {
  it.each([
    [
      'source: k/a.wgsl\n    passes',
      'source: k/a.wgsl\n    entry: main\n    passes',
      "5:5 'entry' cannot be given together with 'passes' | remove one of them",
    ],
    [
      '    source: k/a.wgsl\n',
      '',
      "5:9 the pass has no program | add 'source: kernels/NAME.wesl' to it, or to the kernel for all of its passes",
    ],
    ['indirect: size', 'indirect: sizes', "8:51 there is no buffer 'sizes' | did you mean 'size'?"],
    [
      'bindings: { output: 0 }',
      'bindings: { output: 0, input: { group: 1, binding: 0 } }',
      "8:108 binding 0 of group 1 is taken by 'output' | give every buffer the group and binding that it has in this pass",
    ],
    ['SPLITS > 1', 'SPLIT > 1', "7:52 unknown name 'SPLIT' | did you mean 'SPLITS'?"],
    [
      'entry: combine,',
      'entry: combine, name: split,',
      "7:33 there is another pass 'split' | give it another name",
    ],
    ['[HEADS, SPLITS]', '[HEADS, SPLITS - 1]', '6:43 the dispatch is 0 for workload HEADS=8 at the default'],
    ['scratch: true', 'scratch: true, fill: ones', "14:80 a scratch buffer has no 'fill' | remove it"],
    [
      'clear: launch',
      'clear: launch, fill: ones',
      "15:71 the buffer is zeroed before each launch, so nothing reads its ones | remove 'fill' or 'clear'",
    ],
  ])('%s -> %s', (from, to, expected) => {
    expect(faultsWith(from, to)[0]).toContain(expected);
  });

  it('are none of a launch that is left out at the default', () => {
    expect(faultsWith('[HEADS], when', '[SPLITS - 1], when')).toEqual([]);
  });

  it('tell of conditions that leave nothing to launch at the default', () => {
    const faults = faultsOf(
      text
        .replace('[HEADS, SPLITS] }', '[HEADS, SPLITS], when: SPLITS == 2 }')
        .replace(/ +- { source.*\n/, ''),
      { files },
    );
    expect(faults).toEqual([
      "6:7 'when' leaves out every pass for workload HEADS=8 at the default | change the conditions so that a pass is left, or remove one's 'when'",
    ]);
  });

  it('tell of a reference that could be any of the launches', () => {
    const faults = faultsOf(`${text}    reference: { source: k/b.wgsl, entry: other }\n`, { files });
    expect(faults).toEqual([
      "17:5 the kernel has 3 passes, and its reference only 'entry' | give the reference 'entry' and 'dispatch', or 'passes'",
    ]);
    const both = '{ source: k/b.wgsl, entry: other, passes: [{ dispatch: [1] }] }';
    expect(faultsOf(`${text}    reference: ${both}\n`, { files })).toEqual([
      "17:50 'passes' cannot be given together with 'entry' | remove one of them",
    ]);
  });
});
