import fc from 'fast-check';
import { expect } from 'vitest';
import type { BufferDefinition, OutputCheck } from '../../src/manifest/index.ts';
import type { Device } from '../../src/measure/index.ts';
import type { Configuration } from '../../src/space/index.ts';
import {
  checkOperator,
  type Definition,
  type DefinitionOfSeveral,
  maxExpected,
  operatorWorkload,
  type Sizes,
  thoroughness,
} from './support.ts';

/** A length that tiles do not like: 1, primes, powers of two and their neighbours, and any other. */
function lengths(largest: number): fc.Arbitrary<number> {
  const special = [1, 2, 3, 5, 7, 13, 16, 31, 32, 61, 64, 97, 127, 128, 256, 257, 509, 512, 1000, 1024, 1031];
  return fc.oneof(
    fc.constantFrom(...special.filter((length) => length <= largest)),
    fc.integer({ min: 1, max: largest }),
    fc.integer({ min: 1, max: Math.floor(largest / 4) }).map((quarter) => 4 * quarter),
  );
}

/** Rows and columns of a matrix that is small enough to be compared with numbers computed here. */
export function matrices(): fc.Arbitrary<{ readonly rows: number; readonly cols: number }> {
  const shape = fc.record({ rows: lengths(160), cols: lengths(1100) });
  const wide = fc.record({ rows: fc.constant(1), cols: lengths(4099) });
  return fc
    .oneof({ weight: 4, arbitrary: shape }, { weight: 1, arbitrary: wide })
    .filter(({ rows, cols }) => rows * cols <= maxExpected);
}

interface Subject {
  readonly device: Device;
  readonly operator: string;
  readonly definition: Definition | DefinitionOfSeveral;
  /** Configurations that take a software adapter too long to compile to be checked every time. */
  readonly slow?: (configuration: Configuration) => boolean;
}

/** Few of each in a normal run. */
const shapes = 5;
const fewShapes = 2;
const configurations = 2;

/**
 * Holds if the reference, the default and a sample of the configurations of any workload agree with the definition. Every
 * workload is checked in every type the device has; with `few` there are fewer of both, and a normal run has one shape in
 * one type with one configuration: there are many operators, and compiling takes a second each.
 */
export async function expectRightForShapes(
  subject: Subject & {
    readonly workloads: fc.Arbitrary<Sizes>;
    readonly seed: number;
    readonly few?: boolean;
  },
): Promise<void> {
  const { device, operator, definition, workloads, seed, slow } = subject;
  const few = subject.few === true;
  const isSmall = few && thoroughness.isQuick;
  const types = device.info.limits.has_f16 ? ['f32', 'f16'].slice(isSmall ? 1 : 0) : ['f32'];
  const numRuns = isSmall ? 1 : thoroughness.shapes(few ? fewShapes : shapes);
  let right = 0;
  for (const type of types) {
    const holds = fc.asyncProperty(workloads, async (sizes) => {
      const checked = await checkOperator({
        device,
        definition,
        seed,
        configurations: thoroughness.configurations(few ? 1 : configurations),
        withDefault: !isSmall,
        ...(thoroughness.isQuick && slow !== undefined ? { skip: slow } : {}),
        ...operatorWorkload(operator, { ...sizes, type }),
      });
      expect(checked.faults).toEqual([]);
      right += checked.right;
    });
    await fc.assert(holds, { seed, numRuns, endOnFailure: true });
  }
  if (!thoroughness.isQuick)
    console.info(`${operator}: ${right} programs right, ${numRuns} shapes x ${types.join(', ')}`);
}

/** Holds if these configurations, laid over the default, are allowed for the workload and agree with the definition. */
export async function expectRight(
  subject: Subject & {
    readonly sizes: Sizes;
    readonly configurations: readonly Configuration[];
    /** Other contents of inputs than the operator's. */
    readonly fills?: Readonly<Record<string, BufferDefinition['fill']>>;
    readonly tolerance?: OutputCheck;
  },
): Promise<void> {
  const { device, operator, definition, sizes, fills = {}, tolerance } = subject;
  const { kernel, workload } = operatorWorkload(operator, sizes);
  const filled = kernel.buffers.map((buffer) => ({ ...buffer, fill: fills[buffer.name] ?? buffer.fill }));
  const checked = await checkOperator({
    device,
    kernel: { ...kernel, buffers: filled },
    workload,
    definition,
    configurations: subject.configurations.map((values) => ({ ...kernel.defaults, ...values })),
    seed: 0,
    ...(tolerance === undefined ? {} : { tolerance }),
  });
  expect(checked.faults).toEqual([]);
}
