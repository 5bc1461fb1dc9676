import type { Variant } from '../../kernel/index.ts';
import type { Device } from '../../measure/index.ts';
import type { ReportPassTime } from '../../schema/index.ts';
import type { Host } from '../host.ts';
import type { Laboratory } from './laboratory.ts';

/** What is timed pass by pass: a kernel as it was and as it is. */
export interface PassSubject {
  readonly kernel: string;
  readonly workload: string;
  /** null: it is new, or does not run. */
  readonly before: Variant | null;
  readonly after: Variant;
}

/** The passes of one kernel and workload. */
export interface PassTable {
  readonly kernel: string;
  readonly workload: string;
  readonly passes: readonly ReportPassTime[];
}

/** Enough for a median of short launches, little beside a block. */
const maxMs = 300;

function passesOf(variant: Variant | null) {
  return variant?.program?.passes ?? [];
}

async function timesOf(device: Device, variant: Variant | null): Promise<ReadonlyMap<string, number> | null> {
  if (variant === null) return new Map();
  const timed = await device.timePasses?.(variant, maxMs);
  if (timed === undefined || !timed.ok || timed.value === null) return null;
  return new Map(timed.value.map(({ name, latencyMs }) => [name, latencyMs]));
}

async function tableOf(device: Device, subject: PassSubject): Promise<PassTable | null> {
  const { kernel, workload, before, after } = subject;
  const [was, is] = [await timesOf(device, before), await timesOf(device, after)];
  if (was === null || is === null) return null;
  const identities = new Map(passesOf(before).map(({ name, identity }) => [name, identity]));
  const own = passesOf(after).map(({ name, identity }) => ({
    name,
    beforeMs: was.get(name) ?? null,
    afterMs: is.get(name) ?? null,
    changed: identities.get(name) !== identity,
  }));
  const gone = passesOf(before)
    .filter(({ name }) => !own.some((pass) => pass.name === name))
    .map(({ name }) => ({ name, beforeMs: was.get(name) ?? null, afterMs: null, changed: true }));
  return { kernel, workload, passes: [...own, ...gone] };
}

/** Times the passes of kernels that have several, one by one, in one process; what cannot be told is left out. */
export async function timePasses(options: {
  readonly host: Host;
  readonly laboratory: Laboratory;
  readonly subjects: readonly PassSubject[];
}): Promise<readonly PassTable[]> {
  const { host, laboratory } = options;
  const subjects = options.subjects.filter(({ before, after }) =>
    [before, after].some((variant) => passesOf(variant).length > 1),
  );
  if (subjects.length === 0 || host.signal.aborted) return [];
  const device = await laboratory.openDevice();
  try {
    const tables: PassTable[] = [];
    for (const subject of subjects) {
      if (host.signal.aborted) break;
      const table = await tableOf(device, subject);
      if (table !== null) tables.push(table);
    }
    return tables;
  } finally {
    await device.close();
  }
}
