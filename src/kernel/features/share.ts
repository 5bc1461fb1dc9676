import { type Frame, type Run, sampledPlace, type ValueCode } from './run.ts';

/** Of the invocations that come to a condition, counted by subgroups: the share in which some find it true, and some find it false. */
export interface Share {
  readonly met: number;
  readonly unmet: number;
}

/** Places that are looked at: all of them, more where one invocation stands for all, else as many as tell a share to a few percent. */
const allPlaces = { invocations: 64, turns: 256 };
const somePlaces = 32;

/** Irrational, so that places keep no step with what repeats. */
const golden = 0.618033988749895;

/**
 * Code for the share of a launch for which a condition holds, by where its invocations are and which turns of the loops around they
 * are in. Subgroups run in step: a way that one of their invocations takes, all of them wait for. Null where data decides.
 */
export function shareCode(value: ValueCode): (run: Run, frame: Frame) => Share | null {
  return (run, frame) => {
    const { sample } = run;
    sample.reads.clear();
    const [x, y, z] = run.launch.dispatch;
    const groups = x * y * z;
    if (run.launch.workgroupSize === null || !(groups > 0)) return null;
    // What is read is known once it was: a condition of two parts may not ask for the second.
    for (;;) {
      const known = sample.reads.size;
      const share = shareOver(value, run, frame);
      if (share === null || sample.reads.size === known) return share;
    }
  };
}

/** The share over all that was read so far. */
function shareOver(value: ValueCode, run: Run, frame: Frame): Share | null {
  const { sample, launch } = run;
  const [x, y, z] = launch.dispatch;
  const perWorkgroup = (launch.workgroupSize ?? [1, 1, 1]).reduce((product, size) => product * size, 1);
  const sizes = [
    sample.reads.has('workgroup') ? x * y * z : 1,
    sample.reads.has('invocation') ? Math.ceil(perWorkgroup / run.subgroupSize) : 1,
    ...sample.loops.map(({ variable, trips }) =>
      sample.reads.has(variable) ? Math.max(1, Math.ceil(trips)) : 1,
    ),
  ];
  const total = sizes.reduce((product, size) => product * size, 1);
  if (Number.isNaN(total)) return null;
  const all = sample.reads.has('invocation') ? allPlaces.invocations : allPlaces.turns;
  const places = total <= all ? total : somePlaces;
  let met = 0;
  let unmet = 0;
  for (let place = 0; place < places; place++) {
    const at = places === total ? digits(place, sizes) : drawn(place, places, sizes);
    const found = inSubgroup(value, run, frame, at, perWorkgroup);
    if (found === null) return null;
    if (found.met) met++;
    if (found.unmet) unmet++;
  }
  return { met: met / places, unmet: unmet / places };
}

/** A number as digits of several bases, the first of which counts least. */
function digits(number: number, bases: readonly number[]): number[] {
  let rest = number;
  return bases.map((base) => {
    const digit = rest % base;
    rest = Math.floor(rest / base);
    return digit;
  });
}

/** Spread over everything: evenly along what is largest, and out of step with that along the others. */
function drawn(place: number, places: number, sizes: readonly number[]): number[] {
  const largest = sizes.indexOf(Math.max(...sizes));
  return sizes.map((size, axis) => {
    const jitter = (place * golden) % 1;
    const part =
      axis === largest ? (place + jitter) / places : ((place + 1) * golden * Math.sqrt(axis + 2)) % 1;
    return Math.min(size - 1, Math.floor(part * size));
  });
}

/** Whether some of a subgroup's invocations find a condition true, and some false: its first, its last and one between are asked. */
function inSubgroup(
  value: ValueCode,
  run: Run,
  frame: Frame,
  ...[at, perWorkgroup]: [at: readonly number[], perWorkgroup: number]
): { readonly met: boolean; readonly unmet: boolean } | null {
  const { sample, launch } = run;
  const [x, y] = launch.dispatch;
  const [group = 0, subgroup = 0, ...turns] = at;
  sample.workgroup = [group % x, Math.floor(group / x) % y, Math.floor(group / (x * y))];
  const first = subgroup * run.subgroupSize;
  const last = Math.min(first + run.subgroupSize, perWorkgroup) - 1;
  const found = { met: false, unmet: false };
  for (const invocation of new Set([
    first,
    last,
    first + Math.floor(((group + 1) * golden * (last - first)) % (last - first + 1)),
  ])) {
    sample.invocation = invocation;
    sample.number++;
    sample.turns = turns;
    const holds = value(run, frame, sampledPlace);
    if (typeof holds !== 'boolean') return null;
    if (holds) found.met = true;
    else found.unmet = true;
    if (!sample.reads.has('invocation')) break;
  }
  return found;
}
