import {
  type BufferBinding,
  compareOutput,
  type Outcome,
  type Variant,
  type VariantFailure,
} from '../kernel/index.ts';
import type { Clock, Device, Outputs } from './ports.ts';

/** A race need not show at once: WGSL, which costs no process, is launched for so long, or so often. */
const raceMs = 300;
const raceRounds = 8;

/** Launches before the one that is compared, in the one process and in the other. */
const launchesBefore = [0, 2] as const;

function checkedOutputs({ program, command }: Variant): readonly BufferBinding[] {
  const all = command?.outputs ?? program?.buffers ?? [];
  return all.filter(({ check, kind }) => check !== null && kind === 'storage');
}

/** The first difference beyond tolerances, a clause; null if there is none. */
function differenceIn(bindings: readonly BufferBinding[], one: Outputs, other: Outputs): string | null {
  for (const binding of bindings) {
    const [first, second] = [one.get(binding.name), other.get(binding.name)];
    if (first === undefined || second === undefined || Buffer.compare(first, second) === 0) continue;
    // What nothing can be compared with is another fault, which is told where variants are.
    if (!compareOutput(binding, first, first).ok) continue;
    const compared = compareOutput(binding, second, first);
    if (!compared.ok) return compared.failure.message;
  }
  return null;
}

function fault(variant: Variant, difference: string, dependsOnLaunches: boolean): VariantFailure {
  const [few, more] = launchesBefore.map((launches) => launches + 1);
  if (dependsOnLaunches) {
    const told = `after ${more} launches its outputs are not those after ${few}: ${difference}`;
    return {
      kind: 'wrong-result',
      message: `${told}. Put back what a launch changes, outside of the time that is told`,
    };
  }
  const why =
    variant.command === undefined
      ? 'Invocations race'
      : 'Either inputs are drawn without a seed, or invocations race';
  const told = `started twice, it writes different outputs: ${difference}`;
  return { kind: 'wrong-result', message: `${told}. ${why} for what they write` };
}

/** The first difference that launching on and on in both processes shows; null if there is none. */
async function raceIn(
  devices: readonly [Device, Device],
  variant: Variant,
  first: Outputs,
  clock: Clock,
): Promise<string | null> {
  const bindings = checkedOutputs(variant);
  const startMs = clock.nowMs();
  for (let round = 0; round < raceRounds && clock.nowMs() - startMs < raceMs; round++) {
    const outputs = await devices[round % 2 === 0 ? 1 : 0].outputs?.(variant, 0);
    if (outputs?.ok !== true || outputs.value === null) return null;
    const difference = differenceIn(bindings, first, outputs.value);
    if (difference !== null) return difference;
  }
  return null;
}

/**
 * Whether a variant, whose outputs others are to be compared with, repeats itself: it writes in two processes, after different
 * numbers of launches. One that does not would have others blamed for it, or replaced.
 * @param task.devices processes of one adapter; the second has run nothing of the variant
 * @returns what differs and why; null if nothing does, or nothing could be compared
 */
export async function repeatFault(task: {
  readonly devices: readonly [Device, Device];
  readonly variant: Variant;
  readonly clock: Clock;
}): Promise<Outcome<VariantFailure | null>> {
  const { devices, variant, clock } = task;
  const [here, there] = devices;
  const [few, more] = launchesBefore;
  const first = await here.outputs?.(variant, few);
  if (first === undefined || !first.ok) return first ?? { ok: true, value: null };
  const second = await there.outputs?.(variant, more);
  if (second === undefined || !second.ok) return second ?? { ok: true, value: null };
  if (first.value === null || second.value === null) return { ok: true, value: null };
  const bindings = checkedOutputs(variant);
  const found = differenceIn(bindings, first.value, second.value);
  if (variant.command === undefined) {
    // It starts from the described contents each time.
    const difference = found ?? (await raceIn(devices, variant, first.value, clock));
    return { ok: true, value: difference === null ? null : fault(variant, difference, false) };
  }
  if (found === null) return { ok: true, value: null };
  const again = await here.outputs?.(variant, more);
  const repeated = again?.ok === true ? again.value : null;
  const dependsOnLaunches = repeated !== null && differenceIn(bindings, second.value, repeated) === null;
  return { ok: true, value: fault(variant, found, dependsOnLaunches) };
}
