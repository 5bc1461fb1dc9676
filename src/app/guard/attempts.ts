import { createHash } from 'node:crypto';
import type { SubjectJudgement } from '../../judge/index.ts';
import { variantIdentity } from '../../kernel/index.ts';
import { clockOf } from '../../manifest/index.ts';
import type { BlockSample, DeviceInfo, MeterInfo } from '../../measure/index.ts';
import type { KeptState } from '../../store/index.ts';
import { machineLabel } from '../laboratory/index.ts';
import type { Contest } from './arms.ts';

/** What one run measured of one comparison, as it is kept for a run that repeats it. */
export type KeptAttempt = KeptState['attempts'][number];

/** More attempts at one comparison than this are not told apart: the oldest goes. */
const maxAttempts = 8;
/** Of all comparisons; the oldest go. */
const maxKept = 400;

/** What has to be the same for two comparisons to be one: both programs, what they work on, and what measures them. */
export function attemptDigest(
  { comparison, subject }: Contest,
  machine: { readonly device: DeviceInfo; readonly meter: MeterInfo | null },
): string {
  const { base, head } = comparison;
  const { device, meter } = machine;
  const parts = [
    subject.kernel,
    subject.workload,
    variantIdentity(base.variant),
    variantIdentity(head.variant),
    // Absent at the board's own clock, so that what was kept before there were clocks still counts.
    ...[base, head]
      .map(({ variant }) => clockOf(variant.configuration))
      .filter((_mhz, _, all) => all.some((one) => one !== null)),
    device.family,
    machineLabel(device),
    meter?.name ?? null,
    meter?.description ?? null,
  ];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
}

/** Contests with their digests, for looking up what is kept of them. */
export type Digests = ReadonlyMap<Contest, string>;

/** Earlier attempts at these contests, the n-th attempts of all of them together, oldest first. */
export function earlierAttempts(digests: Digests, kept: readonly KeptAttempt[]): BlockSample[][] {
  const attempts: BlockSample[][] = [];
  for (const [{ subject }, digest] of digests) {
    const own = kept.filter((attempt) => attempt.digest === digest).slice(-maxAttempts);
    for (const [i, { samples }] of own.entries()) {
      const { kernel, workload } = subject;
      attempts[i] ??= [];
      attempts[i].push(...samples.map((sample) => ({ ...sample, kernel, workload, voidReasons: [] })));
    }
  }
  return attempts;
}

/**
 * What is kept after a run: its valid blocks beside those of earlier runs. A comparison that the machine spoilt is not:
 * it would go on spoiling every repetition.
 */
export function keepAttempts(options: {
  readonly digests: Digests;
  readonly kept: readonly KeptAttempt[];
  readonly samples: readonly BlockSample[];
  readonly judgements: readonly SubjectJudgement[];
  readonly at: string;
}): readonly KeptAttempt[] {
  const { digests, kept, samples, judgements, at } = options;
  // One kernel that the machine moved is enough: the others were measured in the same blocks.
  if (judgements.some(({ verdict }) => verdict === 'environment')) return kept;
  const fresh = [...digests].flatMap(([{ subject }, digest]): KeptAttempt[] => {
    const own = samples.filter(
      (sample) =>
        sample.kernel === subject.kernel &&
        sample.workload === subject.workload &&
        sample.voidReasons.length === 0,
    );
    return own.length === 0 ? [] : [{ digest, at, samples: own.flatMap(toKept) }];
  });
  return [...kept, ...fresh].slice(-maxKept);
}

function toKept(sample: BlockSample): KeptAttempt['samples'] {
  const { arm, block, phase, latencyMs, joules, latencyResolution, energyResolution } = sample;
  if (arm === 'R') return [];
  return [{ arm, block, phase, latencyMs, joules, latencyResolution, energyResolution }];
}
