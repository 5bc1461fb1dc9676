import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { builderOf, configurationsOf, demoFolder, identityOf, kernelOf, revisions } from './project.ts';

const expected = JSON.parse(readFileSync(join(demoFolder, 'expected.json'), 'utf8')) as Record<
  string,
  { verdicts: string[] }
>;

/** How many of base's configurations build the same program at head, out of how many. */
async function identical(name: string): Promise<{ same: number; of: number }> {
  const [base, head] = [kernelOf('base', name), kernelOf('head', name)];
  const [baseBuilder, headBuilder] = [builderOf(base), builderOf(head)];
  const configurations = configurationsOf(base);
  let same = 0;
  for (const configuration of configurations) {
    const [before, after] = [
      await identityOf(baseBuilder, configuration),
      await identityOf(headBuilder, configuration),
    ];
    if (before === after) same++;
  }
  return { same, of: configurations.length };
}

describe.each(['base', 'head'] as const)('the manifest of %s', (revision) => {
  it('has no fault', () => {
    expect(revisions[revision].faults).toBe('');
  });

  it('gates estimated energy in the open, with margins that software noise cannot cross', () => {
    expect(revisions[revision].manifest?.gate).toEqual({
      energy: { margin: 0.1, allowEstimated: true },
      latency: { margin: 0.1 },
      failOn: ['regressed', 'wrong-result', 'missing-baseline'],
    });
  });
});

describe('the two revisions', () => {
  const names = (revision: 'base' | 'head') => revisions[revision].manifest!.kernels.map(({ name }) => name);

  it('have the kernels whose verdicts the demo expects, and one is new', () => {
    expect(names('base')).toEqual(['matmul', 'softmax', 'row-norm', 'bias-gelu', 'sentinel']);
    expect(names('head')).toEqual(['matmul', 'softmax', 'row-norm', 'bias-gelu', 'transpose', 'sentinel']);
    expect(Object.keys(expected).sort()).toEqual(names('head').sort());
  });

  it.each(['softmax', 'row-norm', 'bias-gelu', 'sentinel'])('have the same space of %s', (name) => {
    expect(configurationsOf(kernelOf('head', name))).toEqual(configurationsOf(kernelOf('base', name)));
  });

  it('have spaces worth a search, small enough for one', () => {
    const sizes = ['softmax', 'row-norm', 'bias-gelu', 'transpose', 'sentinel'].map((name) => [
      name,
      configurationsOf(kernelOf('head', name)).length,
    ]);
    expect(Object.fromEntries(sizes)).toEqual({
      softmax: 30,
      'row-norm': 22,
      'bias-gelu': 9,
      transpose: 20,
      sentinel: 1,
    });
  });

  it('build the same program of what is only reformatted or not touched, at every configuration', async () => {
    expect(await identical('bias-gelu')).toEqual({ same: 9, of: 9 });
    expect(await identical('sentinel')).toEqual({ same: 1, of: 1 });
  });

  it('build different programs of what was changed, at every configuration', async () => {
    expect(await identical('softmax')).toEqual({ same: 0, of: 30 });
    expect(await identical('row-norm')).toEqual({ same: 0, of: 22 });
  });

  it('build the same matmul by default', async () => {
    const [base, head] = [kernelOf('base', 'matmul'), kernelOf('head', 'matmul')];
    expect(await identityOf(builderOf(head), head.defaults)).toBe(
      await identityOf(builderOf(base), base.defaults),
    );
    expect(configurationsOf(base).length).toBeGreaterThanOrEqual(20);
  });

  it('build transpose, which is new, at every configuration', async () => {
    const kernel = kernelOf('head', 'transpose');
    const builder = builderOf(kernel);
    for (const configuration of configurationsOf(kernel)) await identityOf(builder, configuration);
  });
});
