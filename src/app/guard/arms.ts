import type { Subject } from '../../judge/index.ts';
import {
  type Outcome,
  type Variant,
  type VariantFailure,
  variantIdentity,
  variantRemarks,
} from '../../kernel/index.ts';
import { hasReference } from '../../manifest/index.ts';
import { type BlockSubject, type Device, isShared, type Remarks } from '../../measure/index.ts';
import type { Host } from '../host.ts';
import { type Laboratory, RepeatCheck } from '../laboratory/index.ts';
import type { ArmVariant, Comparison } from './comparison.ts';

type Measurable = Extract<Comparison, { status: 'identical' | 'changed' }>;
type Added = Extract<Comparison, { status: 'new' }>;

/** A comparison that is measured: a changed kernel, or a sentinel beside one. */
export interface Contest {
  readonly comparison: Measurable;
  readonly subject: Subject;
  readonly blockSubject: BlockSubject;
}

/** An arm that does not run: what the user sees instead of a measurement. */
export interface BrokenArm {
  readonly comparison: Comparison;
  readonly status: 'missing-baseline' | 'broken-head' | 'wrong-result';
  readonly reason: string;
  readonly failure: VariantFailure;
}

/** What will be measured: everything that changed and, if anything did, the sentinels. */
export function selectMeasurable(comparisons: readonly Comparison[]): readonly Measurable[] {
  const changed = comparisons.some((comparison) => comparison.status === 'changed');
  return comparisons.filter(
    (comparison): comparison is Measurable =>
      comparison.status === 'changed' ||
      (changed && comparison.status === 'identical' && comparison.definition.sentinel),
  );
}

/** Kernels that are new in head: not compared with anything, but they have to run. */
export function selectAdded(comparisons: readonly Comparison[]): readonly Added[] {
  return comparisons.filter((comparison): comparison is Added => comparison.status === 'new');
}

/** Runs an arm and compares it with its reference. Prepared first, so that a fault is its own and not its reference's. */
async function runs(device: Device, { variant, reference }: ArmVariant): Promise<Outcome<Remarks>> {
  const prepared = await device.prepare(variant);
  return prepared.ok ? device.verify(variant, reference) : prepared;
}

/** Whether an arm can be compared with its reference again and again; what differs is its reference's. */
async function repeats(check: RepeatCheck, { reference }: ArmVariant): Promise<Outcome<null>> {
  const checked = await check.of(reference);
  if (!checked.ok || checked.value === null) return { ok: true, value: null };
  const { kind, message } = checked.value;
  return { ok: false, failure: { kind, message: `its reference does not repeat itself: ${message}` } };
}

/** Failures of a variant that runs: it computes something else, or nothing that could be compared. */
const wrongResults: readonly VariantFailure['kind'][] = [
  'wrong-result',
  'not-a-number',
  'unwritten',
  'out-of-range',
];

/** What a variant reads and what is compared of it; of what a uniform holds and how only its program knows. */
function dataOf({ program, command }: Variant): string {
  const buffers = (program?.buffers ?? []).filter(({ kind, scratch }) => kind !== 'uniform' && !scratch);
  return JSON.stringify([
    buffers.map(({ name, group, binding, type, length, fill, seed, values, check }) => [
      ...[check === null ? null : name, group, binding, type, length],
      // What is overwritten need not be the same before.
      ...[fill, seed, values],
    ]),
    command?.outputs.map(({ name, type, length }) => [name, type, length]),
  ]);
}

/** Whether one program, the same in both revisions, says what is right. */
function hasSameReference({ base, head, definition }: Measurable): boolean {
  return hasReference(definition) && variantIdentity(base.reference) === variantIdentity(head.reference);
}

/**
 * Compares head with base where no reference that both have does: one that computes something else may be cheaper for it, and
 * one that brings its own reference says itself what is right.
 *
 * @returns the failure of head, or a warning where nothing could be compared; null if all is well
 */
async function outputDifference(
  device: Device,
  comparison: Measurable,
): Promise<VariantFailure | string | null> {
  const { base, head, kernel, workload, status } = comparison;
  if (status === 'identical' || hasSameReference(comparison)) return null;
  if (dataOf(base.variant) !== dataOf(head.variant)) {
    return `${kernel} ${workload}: head has other inputs or outputs than base, so its results were not compared with base's.`;
  }
  const compared = await device.verify(head.variant, base.variant);
  if (compared.ok) return null;
  const { failure } = compared;
  return wrongResults.includes(failure.kind)
    ? failure
    : `${kernel} ${workload}: head could not be compared with base (${failure.message}).`;
}

export interface CheckedArms {
  readonly contests: readonly Contest[];
  readonly broken: readonly BrokenArm[];
  readonly warnings: readonly string[];
}

/** Runs every arm once and compares its outputs: nothing wrong or failing gets as far as a block. */
export async function checkArms(options: CheckArmsTask): Promise<CheckedArms> {
  const check = new RepeatCheck(options.laboratory);
  try {
    return await checkEach(options, check);
  } finally {
    await check.close();
  }
}

interface CheckArmsTask {
  readonly host: Host;
  readonly laboratory: Laboratory;
  readonly comparisons: readonly (Measurable | Added)[];
}

async function checkEach(options: CheckArmsTask, check: RepeatCheck): Promise<CheckedArms> {
  const { host, laboratory, comparisons } = options;
  const { device } = laboratory;
  const contests: Contest[] = [];
  const broken: BrokenArm[] = [];
  const warnings: string[] = [];
  for (const [index, comparison] of comparisons.entries()) {
    host.signal.throwIfAborted();
    const { kernel, workload, head, definition, status } = comparison;
    host.progress.update({ text: `checking ${kernel} ${workload}`, share: index / comparisons.length });
    const headRuns = await runs(device, head);
    if (!headRuns.ok) {
      const { failure } = headRuns;
      if (status === 'identical' && failure.kind === 'unsupported') {
        warnings.push(
          `${kernel} ${workload}: the device cannot run it (${failure.message}), and the change leaves it alone.`,
        );
        continue;
      }
      const isWrong = wrongResults.includes(failure.kind);
      const isBeyond = failure.kind === 'out-of-range';
      const reason = isBeyond
        ? `head goes beyond a buffer: ${failure.message}`
        : isWrong
          ? `head computes something else than its ${hasReference(definition) ? 'reference' : 'default configuration'}: ${failure.message}`
          : `head does not run: ${failure.message}`;
      broken.push({ comparison, status: isWrong ? 'wrong-result' : 'broken-head', reason, failure });
      continue;
    }
    const headRepeats = status === 'identical' ? null : await repeats(check, head);
    if (headRepeats?.ok === false) {
      const { failure } = headRepeats;
      broken.push({ comparison, status: 'broken-head', reason: failure.message, failure });
      continue;
    }
    const sizes =
      status === 'identical' ? null : await laboratory.checkSubgroups({ kernel: definition, ...head });
    const remarks = [
      ...variantRemarks(head.variant),
      ...(headRuns.value ?? []),
      ...(sizes === null ? [] : [sizes]),
    ];
    warnings.push(...remarks.map((remark) => `${kernel} ${workload}: ${remark}.`));
    if (comparison.status === 'new') continue;
    const { base, codeOnly } = comparison;
    const baseRuns = await runs(device, base);
    if (!baseRuns.ok) {
      const { failure } = baseRuns;
      const reason = `base does not run: ${failure.message}`;
      broken.push({ comparison, status: 'missing-baseline', reason, failure });
      continue;
    }
    const baseRepeats = status === 'identical' ? null : await repeats(check, base);
    if (baseRepeats?.ok === false) {
      const { failure } = baseRepeats;
      broken.push({ comparison, status: 'missing-baseline', reason: `base: ${failure.message}`, failure });
      continue;
    }
    const difference = await outputDifference(device, comparison);
    if (typeof difference === 'string') warnings.push(difference);
    else if (difference !== null) {
      const reason = `head computes something else than base: ${difference.message}`;
      broken.push({ comparison, status: 'wrong-result', reason, failure: difference });
      continue;
    }
    const codeOnlyRuns = codeOnly !== null && (await runs(device, codeOnly)).ok;
    contests.push({
      comparison,
      subject: {
        kernel,
        workload,
        gate: definition.gate,
        // One that the change touches shows nothing about the machine: in this run it is a kernel like any other.
        sentinel: definition.sentinel && comparison.status === 'identical',
        arms: codeOnlyRuns ? ['B', 'H', 'X'] : ['B', 'H'],
        energyEstimated: laboratory.meter?.info.estimated ?? false,
        energyShared: isShared(laboratory.meter?.info ?? {}),
      },
      blockSubject: {
        kernel,
        workload,
        variants: {
          B: base.variant,
          H: head.variant,
          X: codeOnlyRuns ? codeOnly.variant : undefined,
        },
      },
    });
  }
  return { contests, broken, warnings };
}
