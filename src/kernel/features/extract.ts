import type { BufferBinding, FeatureVector } from '../types.ts';
import type { NumberedProgram, ProgramNeeds } from './program-code.ts';
import { type Launch, usualSubgroup as subgroup } from './run.ts';
import { type Counter, counterIndex, counters, Tally } from './tally.ts';

/** What features are made of: a program's counts and what surrounds them. */
interface Measure {
  readonly counts: Tally;
  readonly workgroupSize: readonly [number, number, number];
  readonly workgroups: number;
  readonly perWorkgroup: number;
  readonly invocations: number;
  /** Subgroups that are launched in all. */
  readonly subgroups: number;
  readonly workgroupBytes: number;
  readonly privateBytes: number;
  readonly uniqueBytes: number;
  readonly outputs: number;
}

/** Where each counter stands. */
const at = Object.fromEntries(counters.map((counter) => [counter, counterIndex(counter)])) as Readonly<
  Record<Counter, number>
>;

const flops = ({ counts }: Measure) =>
  counts.get(at.floatAdd) + counts.get(at.floatMul) + counts.get(at.floatDiv) + 2 * counts.get(at.floatFma);
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
  privateBytes: (m) => log(m.privateBytes),

  floatAdd: counted('floatAdd'),
  floatMul: counted('floatMul'),
  floatDiv: counted('floatDiv'),
  floatFma: counted('floatFma'),
  halfShare: (m) => ratio(m.counts.get(at.halfOps), flops(m) - m.counts.get(at.floatFma)),
  special: counted('special'),
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

/** One pass of a program, ready to be counted. */
export interface CountedPass {
  readonly program: NumberedProgram;
  readonly launch: Launch;
  readonly needs: Pick<ProgramNeeds, 'workgroupBytes'>;
}

/**
 * Static features of a program, counted per invocation with functions inlined and loops multiplied out; NaN where
 * something cannot be known without running it. Of several passes: totals are sums, what is per invocation is the mean over
 * all invocations, what a workgroup takes is that of the pass which takes most, and its shape that of the largest pass.
 *
 * @param buffers of the program
 */
export function featuresOf(passes: readonly CountedPass[], buffers: readonly BufferBinding[]): FeatureVector {
  const measures = passes.map((pass) => measureOf(pass, buffers));
  const measure = measures.length === 1 ? (measures[0] as Measure) : together(measures);
  const features = new Float64Array(definitionList.length);
  for (let index = 0; index < definitionList.length; index++) {
    features[index] = (definitionList[index] as (measure: Measure) => number)(measure);
  }
  return features;
}

function measureOf({ program, launch, needs }: CountedPass, buffers: readonly BufferBinding[]): Measure {
  const unknownSize = [Number.NaN, Number.NaN, Number.NaN] as const;
  const workgroupSize = launch.workgroupSize ?? unknownSize;
  const outputs = buffers.filter((buffer) => buffer.check !== null);
  const workgroups = launch.dispatch.reduce((product, size) => product * size, 1);
  const perWorkgroup = workgroupSize.reduce((product, size) => product * size, 1);
  return {
    counts: program.count(launch),
    workgroupSize,
    workgroups,
    perWorkgroup,
    invocations: workgroups * perWorkgroup,
    subgroups: workgroups * Math.ceil(perWorkgroup / subgroup),
    workgroupBytes: needs.workgroupBytes,
    privateBytes: program.privateBytes(),
    uniqueBytes: buffers.reduce((sum, buffer) => sum + buffer.byteLength, 0),
    outputs: outputs.reduce((sum, buffer) => sum + buffer.length, 0),
  };
}

/** Several passes as one launch. */
function together(passes: readonly Measure[]): Measure {
  const sum = (of: (pass: Measure) => number) => passes.reduce((total, pass) => total + of(pass), 0);
  const most = (of: (pass: Measure) => number) => Math.max(...passes.map(of));
  const invocations = sum((pass) => pass.invocations);
  const counts = new Tally();
  for (const pass of passes) counts.addShare(pass.counts, pass.invocations / invocations);
  const largest = passes.reduce((a, b) => (b.invocations > a.invocations ? b : a));
  return {
    ...largest,
    counts,
    invocations,
    workgroups: sum((pass) => pass.workgroups),
    subgroups: sum((pass) => pass.subgroups),
    workgroupBytes: most((pass) => pass.workgroupBytes),
    privateBytes: most((pass) => pass.privateBytes),
  };
}
