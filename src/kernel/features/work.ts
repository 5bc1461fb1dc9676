import type { BufferBinding } from '../types.ts';
import { at, type CountedPass, type Measure, measureAll } from './measure.ts';
import type { Counter } from './tally.ts';

/** What a figure of work is of. What a launch does is the sum over its invocations. */
export type WorkScope = 'launch' | 'workgroup' | 'invocation';

/** A kind of work, in the words of the field. */
export interface WorkKind {
  readonly what: string;
  readonly per: WorkScope;
  readonly unit: 'count' | 'bytes';
}

/** How much of a kind a program does; NaN if that cannot be known without running it. */
export interface Work extends WorkKind {
  readonly amount: number;
  /** The same of one invocation, of what a launch does; null for everything else. */
  readonly perInvocation: number | null;
}

type Source = Counter | ((measure: Measure) => number);

/** Every kind of work: what it is called, per what, in which unit, and where it is found. What tells most comes first. */
const kinds: readonly (readonly [what: string, per: WorkScope, unit: WorkKind['unit'], source: Source])[] = [
  ['launches', 'launch', 'count', (m) => m.passes],
  ['workgroups', 'launch', 'count', (m) => m.workgroups],
  ['invocations', 'workgroup', 'count', (m) => m.perWorkgroup],
  ['invocations', 'launch', 'count', (m) => m.invocations],
  ['workgroup memory', 'workgroup', 'bytes', (m) => m.workgroupBytes],
  ['barriers', 'invocation', 'count', 'barriers'],
  ['barriers after zeroing', 'invocation', 'count', (m) => (m.zeroing === 0 ? 0 : m.zeroing / m.invocations)],
  ['atomics', 'launch', 'count', 'atomics'],
  ['contended atomics', 'launch', 'count', 'contendedAtomics'],
  ['pow', 'launch', 'count', 'pow'],
  ['exp', 'launch', 'count', 'exp'],
  ['log', 'launch', 'count', 'log'],
  ['sin and cos', 'launch', 'count', 'sin'],
  ['tanh', 'launch', 'count', 'tanh'],
  ['square roots', 'launch', 'count', 'sqrt'],
  ['other special functions', 'launch', 'count', 'special'],
  ['float divisions', 'launch', 'count', 'floatDiv'],
  ['integer divisions', 'launch', 'count', 'intDiv'],
  ['strided access to storage', 'launch', 'bytes', 'stridedBytes'],
  ['irregular access to storage', 'launch', 'bytes', 'irregularBytes'],
  ['bytes read from storage', 'launch', 'bytes', 'storageLoadBytes'],
  ['bytes written to storage', 'launch', 'bytes', 'storageStoreBytes'],
  ['turns of workgroup memory with bank conflicts', 'launch', 'count', 'workgroupConflicts'],
  ['iterations', 'invocation', 'count', 'iterations'],
  ['private arrays', 'invocation', 'bytes', (m) => m.privateBytes],
  ['depth of loops', 'launch', 'count', (m) => m.counts.loopDepth],
  ['float multiplications', 'launch', 'count', 'floatMul'],
  ['float additions', 'launch', 'count', 'floatAdd'],
  ['fused multiply-adds', 'launch', 'count', 'floatFma'],
  ['operations in half precision', 'launch', 'count', 'halfOps'],
  ['storage loads', 'launch', 'count', 'storageLoads'],
  ['storage stores', 'launch', 'count', 'storageStores'],
  ['contiguous access to storage', 'launch', 'bytes', 'contiguousBytes'],
  ['broadcast access to storage', 'launch', 'bytes', 'broadcastBytes'],
  ['bytes read from workgroup memory', 'launch', 'bytes', 'workgroupLoadBytes'],
  ['bytes written to workgroup memory', 'launch', 'bytes', 'workgroupStoreBytes'],
  ['workgroup loads', 'launch', 'count', 'workgroupLoads'],
  ['workgroup stores', 'launch', 'count', 'workgroupStores'],
  ['loads from private arrays', 'launch', 'count', 'privateLoads'],
  ['stores to private arrays', 'launch', 'count', 'privateStores'],
  ['uniform loads', 'launch', 'count', 'uniformLoads'],
  ['subgroup operations', 'launch', 'count', 'subgroupOps'],
  ['texture operations', 'launch', 'count', 'textureOps'],
  ['divergent branches', 'launch', 'count', 'divergentBranches'],
  ['branches', 'launch', 'count', 'branches'],
  ['integer multiplications', 'launch', 'count', 'intMul'],
  ['integer additions', 'launch', 'count', 'intAdd'],
  ['comparisons', 'launch', 'count', 'compare'],
  ['conversions', 'launch', 'count', 'convert'],
  ['buffers', 'launch', 'bytes', (m) => m.uniqueBytes],
];

/**
 * What a program does, kind by kind, of several passes all of them together: as the features count it, but as it is.
 *
 * @param buffers of the program
 */
export function workOf(passes: readonly CountedPass[], buffers: readonly BufferBinding[]): readonly Work[] {
  const measure = measureAll(passes, buffers);
  return kinds.map(([what, per, unit, source]) => {
    const kind = { what, per, unit };
    if (typeof source === 'function') return { ...kind, amount: source(measure), perInvocation: null };
    const perInvocation = measure.counts.get(at[source]);
    if (per === 'invocation') return { ...kind, amount: perInvocation, perInvocation: null };
    // Nothing of an unknown number of invocations is still nothing.
    const amount = perInvocation === 0 ? 0 : perInvocation * measure.invocations;
    return { ...kind, amount, perInvocation };
  });
}
