import type { BufferBinding, FeatureVector } from '../types.ts';
import { at, type CountedPass, type Measure, measureAll, subgroup } from './measure.ts';
import type { Counter } from './tally.ts';

const specialCounters = ['exp', 'log', 'pow', 'sin', 'tanh', 'sqrt', 'special'] as const;

const flops = ({ counts }: Measure) =>
  counts.get(at.floatAdd) + counts.get(at.floatMul) + counts.get(at.floatDiv) + 2 * counts.get(at.floatFma);
const specialOps = ({ counts }: Measure) =>
  specialCounters.reduce((sum, counter) => sum + counts.get(at[counter]), 0);
const integerOps = ({ counts }: Measure) =>
  counts.get(at.intAdd) + counts.get(at.intMul) + counts.get(at.intDiv);
const storageBytes = ({ counts }: Measure) =>
  counts.get(at.storageLoadBytes) + counts.get(at.storageStoreBytes);
const workgroupTraffic = ({ counts }: Measure) =>
  counts.get(at.workgroupLoadBytes) + counts.get(at.workgroupStoreBytes);

/** Sizes and counts span many orders of magnitude; zero stays zero. */
const log = (value: number) => Math.log2(1 + Math.abs(value));
/** A ratio with nothing below it says nothing: 0. */
const ratio = (part: number, whole: number) => (whole === 0 ? 0 : part / whole);
const counted = (counter: Counter) => (measure: Measure) => log(measure.counts.get(at[counter]));

/** Every feature by name. Sizes, counts and ratios of them are log2(1 + x); shares are between 0 and 1. */
const definitions: Readonly<Record<string, (measure: Measure) => number>> = {
  workgroups: (m) => log(m.workgroups),
  invocations: (m) => log(m.invocations),
  workgroupSize: (m) => log(m.perWorkgroup),
  workgroupSizeX: (m) => log(m.workgroupSize[0]),
  workgroupSizeY: (m) => log(m.workgroupSize[1]),
  /** Subgroups that are launched in all: what a device runs in waves. */
  waves: (m) => log(m.subgroups),
  /** Share of idle lanes in the last subgroup of a workgroup. */
  subgroupWaste: (m) => 1 - m.perWorkgroup / (subgroup * Math.ceil(m.perWorkgroup / subgroup)),
  workgroupBytes: (m) => log(m.workgroupBytes),
  /** Bytes that an invocation zeroes before its program begins, since workgroup memory starts as zeros, ... */
  zeroedBytes: (m) => log(ratio(m.zeroedBytes, m.invocations)),
  /** ... and the share of invocations that meet at the barrier after it. */
  impliedBarriers: (m) => ratio(m.zeroing, m.invocations),
  privateBytes: (m) => log(m.privateBytes),

  floatAdd: counted('floatAdd'),
  floatMul: counted('floatMul'),
  floatDiv: counted('floatDiv'),
  floatFma: counted('floatFma'),
  halfShare: (m) => ratio(m.counts.get(at.halfOps), flops(m) - m.counts.get(at.floatFma)),
  /** All special functions together; what they cost differs tenfold, so each class counts by itself as well. */
  special: (m) => log(specialOps(m)),
  exp: counted('exp'),
  log: counted('log'),
  pow: counted('pow'),
  sin: counted('sin'),
  tanh: counted('tanh'),
  sqrt: counted('sqrt'),
  intAdd: counted('intAdd'),
  intMul: counted('intMul'),
  intDiv: counted('intDiv'),
  compare: counted('compare'),
  convert: counted('convert'),
  storageLoads: counted('storageLoads'),
  storageLoadBytes: counted('storageLoadBytes'),
  storageStores: counted('storageStores'),
  storageStoreBytes: counted('storageStoreBytes'),
  contiguousBytes: counted('contiguousBytes'),
  broadcastBytes: counted('broadcastBytes'),
  stridedBytes: counted('stridedBytes'),
  irregularBytes: counted('irregularBytes'),
  workgroupLoads: counted('workgroupLoads'),
  workgroupLoadBytes: counted('workgroupLoadBytes'),
  workgroupStores: counted('workgroupStores'),
  workgroupStoreBytes: counted('workgroupStoreBytes'),
  /** Mean slowdown of workgroup memory by bank conflicts; 0 without accesses. */
  bankConflicts: (m) =>
    ratio(
      m.counts.get(at.workgroupConflicts),
      m.counts.get(at.workgroupLoads) + m.counts.get(at.workgroupStores),
    ),
  privateLoads: counted('privateLoads'),
  privateStores: counted('privateStores'),
  uniformLoads: counted('uniformLoads'),
  atomics: counted('atomics'),
  /** Those that change the place which the neighbour changes. */
  contendedAtomics: counted('contendedAtomics'),
  barriers: counted('barriers'),
  subgroupOps: counted('subgroupOps'),
  branches: counted('branches'),
  /** Those whose condition reads where its invocation is: neighbours may go different ways. */
  divergentBranches: counted('divergentBranches'),
  iterations: counted('iterations'),
  loopDepth: (m) => m.counts.loopDepth,

  totalFlops: (m) => log(flops(m) * m.invocations),
  totalIntegerOps: (m) => log(integerOps(m) * m.invocations),
  totalStorageBytes: (m) => log(storageBytes(m) * m.invocations),
  totalWorkgroupTraffic: (m) => log(workgroupTraffic(m) * m.invocations),
  /** Bytes of all buffers: what has to be moved at least once. */
  uniqueBytes: (m) => log(m.uniqueBytes),
  /** How often each byte is moved. */
  reuse: (m) => log(ratio(storageBytes(m) * m.invocations, m.uniqueBytes)),
  /** Floating-point operations per byte of storage traffic. */
  arithmeticIntensity: (m) => log(ratio(flops(m), storageBytes(m))),
  /** Floating-point operations per byte of workgroup memory traffic. */
  workgroupIntensity: (m) => log(ratio(flops(m), workgroupTraffic(m))),
  /** Bytes a storage load brings on average: the vector width. */
  loadWidth: (m) => log(ratio(m.counts.get(at.storageLoadBytes), m.counts.get(at.storageLoads))),
  /** Bytes a storage store writes on average. */
  storeWidth: (m) => log(ratio(m.counts.get(at.storageStoreBytes), m.counts.get(at.storageStores))),
  /** Bytes an access to workgroup memory moves on average. */
  workgroupWidth: (m) =>
    log(ratio(workgroupTraffic(m), m.counts.get(at.workgroupLoads) + m.counts.get(at.workgroupStores))),
  /** Output elements per invocation: below 1 where invocations are wasted at the edges. */
  outputsPerInvocation: (m) => log(ratio(m.outputs, m.invocations)),
};

/** Names of the static features, in the order of the vectors that `VariantBuilder.features` returns. */
export const featureNames: readonly string[] = Object.keys(definitions);

const definitionList = Object.values(definitions);

/** All unknown: the features of a variant without a program. */
export function unknownFeatures(): FeatureVector {
  return new Float64Array(featureNames.length).fill(Number.NaN);
}

/**
 * Static features of a program, counted per invocation with functions inlined and loops multiplied out; NaN where
 * something cannot be known without running it. Of several passes: totals are sums, what is per invocation is the mean over
 * all invocations, what a workgroup takes is that of the pass which takes most, and its shape that of the largest pass.
 *
 * @param buffers of the program
 */
export function featuresOf(passes: readonly CountedPass[], buffers: readonly BufferBinding[]): FeatureVector {
  const measure = measureAll(passes, buffers);
  const features = new Float64Array(definitionList.length);
  for (let index = 0; index < definitionList.length; index++) {
    features[index] = (definitionList[index] as (measure: Measure) => number)(measure);
  }
  return features;
}
