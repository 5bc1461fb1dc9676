import type { BufferBinding } from '../types.ts';
import type { NumberedProgram, ProgramNeeds } from './program-code.ts';
import type { Launch } from './run.ts';
import { type Counter, counterIndex, counters, Tally } from './tally.ts';

/** Invocations that run in step on most GPUs. */
export const subgroup = 32;

/** What features are made of: a program's counts and what surrounds them. */
export interface Measure {
  readonly passes: number;
  readonly counts: Tally;
  readonly workgroupSize: readonly [number, number, number];
  readonly workgroups: number;
  readonly perWorkgroup: number;
  readonly invocations: number;
  /** Subgroups that are launched in all. */
  readonly subgroups: number;
  readonly workgroupBytes: number;
  /** Bytes that all workgroups zero: the language has workgroup memory start as zeros. */
  readonly zeroedBytes: number;
  /** Invocations that wait for that. */
  readonly zeroing: number;
  readonly privateBytes: number;
  readonly uniqueBytes: number;
  readonly outputs: number;
}

/** Where each counter stands. */
export const at = Object.fromEntries(counters.map((counter) => [counter, counterIndex(counter)])) as Readonly<
  Record<Counter, number>
>;

/** One pass of a program, ready to be counted. */
export interface CountedPass {
  readonly program: NumberedProgram;
  readonly launch: Launch;
  readonly needs: Pick<ProgramNeeds, 'workgroupBytes'>;
}

/**
 * What passes are made of, counted; of several as one launch: totals are sums, what is per invocation is the mean over
 * all invocations, what a workgroup takes is that of the pass which takes most, and its shape that of the largest pass.
 *
 * @param buffers of the program
 */
export function measureAll(passes: readonly CountedPass[], buffers: readonly BufferBinding[]): Measure {
  const measures = passes.map((pass) => measureOf(pass, buffers));
  return measures.length === 1 ? (measures[0] as Measure) : together(measures);
}

/** Counts one pass. */
function measureOf({ program, launch, needs }: CountedPass, buffers: readonly BufferBinding[]): Measure {
  const unknownSize = [Number.NaN, Number.NaN, Number.NaN] as const;
  const workgroupSize = launch.workgroupSize ?? unknownSize;
  const outputs = buffers.filter((buffer) => buffer.check !== null);
  const workgroups = launch.dispatch.reduce((product, size) => product * size, 1);
  const perWorkgroup = workgroupSize.reduce((product, size) => product * size, 1);
  return {
    passes: 1,
    counts: program.count(launch),
    workgroupSize,
    workgroups,
    perWorkgroup,
    invocations: workgroups * perWorkgroup,
    subgroups: workgroups * Math.ceil(perWorkgroup / subgroup),
    workgroupBytes: needs.workgroupBytes,
    zeroedBytes: needs.workgroupBytes === 0 ? 0 : needs.workgroupBytes * workgroups,
    zeroing: needs.workgroupBytes === 0 ? 0 : workgroups * perWorkgroup,
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
    passes: passes.length,
    counts,
    invocations,
    workgroups: sum((pass) => pass.workgroups),
    subgroups: sum((pass) => pass.subgroups),
    workgroupBytes: most((pass) => pass.workgroupBytes),
    zeroedBytes: sum((pass) => pass.zeroedBytes),
    zeroing: sum((pass) => pass.zeroing),
    privateBytes: most((pass) => pass.privateBytes),
  };
}
