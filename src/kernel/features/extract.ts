import type { FeatureVector, Program } from '../types.ts';

/** Names of the static features, in the order of the vectors that `VariantBuilder.features` returns. */
export const featureNames: readonly string[] = ['workgroups', 'invocations'];

const log2 = (value: number) => Math.log2(1 + Math.abs(value));

/** Static features of a program; all NaN for a variant without one (replay). */
export function extractFeatures(program: Program | null): FeatureVector {
  const features = new Float64Array(featureNames.length).fill(Number.NaN);
  if (program === null) return features;
  const workgroups = program.dispatch.reduce((product, count) => product * count, 1);
  const perGroup = program.workgroupSize?.reduce((product, count) => product * count, 1) ?? Number.NaN;
  features.set([log2(workgroups), log2(workgroups * perGroup)]);
  return features;
}
