import { type Variant, type VariantFailure, variantIdentity, variantRemarks } from '../../../kernel/index.ts';
import {
  clockOf,
  hasReference,
  type KernelDefinition,
  sourceGenerators,
  type Workload,
} from '../../../manifest/index.ts';
import { type DiffKernel, notLookedAtText } from '../../../report/index.ts';
import { changedPass, kernelPlace } from '../kernel-place.ts';
import { changeBetween } from '../program-changes.ts';
import { programDiff } from '../program-diff.ts';
import { isUntouched, type Revision, untouchedReason } from '../revision.ts';
import { anyOther, familiesOf, Shipped } from './shipped.ts';

type ShippedChange = DiffKernel['shipped'][number];

/** What came of one kernel and workload. */
export type Compared =
  | { readonly ok: true; readonly kernel: DiffKernel; readonly warnings: readonly string[] }
  /** Head's program does not link. */
  | { readonly ok: false; readonly failure: VariantFailure };

export interface CompareTask {
  /** null: that revision has no manifest. */
  readonly base: Revision | null;
  readonly head: Revision;
  readonly kernel: KernelDefinition;
  readonly workload: Workload;
}

/** What decides on a device whether a tuned configuration counts. */
function spaceOf({ tunables, constraints }: KernelDefinition): string {
  return JSON.stringify([tunables, constraints]);
}

function isEqualProgram(base: Variant, head: Variant): boolean {
  const identity = variantIdentity(head);
  // One program at two clocks is two things.
  return (
    identity !== null &&
    identity === variantIdentity(base) &&
    clockOf(base.configuration) === clockOf(head.configuration)
  );
}

/** Devices for which the same moved stand together. */
function grouped(changes: readonly ShippedChange[]): readonly ShippedChange[] {
  const groups = new Map<string, ShippedChange>();
  for (const one of changes) {
    const key = JSON.stringify(one.change);
    const known = groups.get(key);
    groups.set(key, known === undefined ? one : { ...known, families: [...known.families, ...one.families] });
  }
  return [...groups.values()];
}

const nothing = { differs: [], moved: [], unknown: [] } as const;

/** Builds what both revisions ship of a kernel and workload, and says how it differs. */
export async function compareShipped(task: CompareTask): Promise<Compared> {
  const { base, head, kernel, workload } = task;
  const [name, of] = [kernel.name, workload.name];
  const warnings: string[] = [];
  const plain = (
    status: DiffKernel['status'],
    reason: string,
    more: Partial<Pick<DiffKernel, 'shipped' | 'diff'>> & { readonly pass?: string | null } = {},
  ): Compared => {
    const { pass = null, shipped = [], diff = null } = more;
    const isTuning = base !== null && isUntouched({ ...base, tuned: null }, { ...head, tuned: null }, kernel);
    const place = kernelPlace(kernel, isTuning ? 'tuning' : null, null, pass);
    return {
      ok: true,
      warnings,
      kernel: { kernel: name, workload: of, status, reason, ...place, shipped, diff },
    };
  };
  if (base !== null && isUntouched(base, head, kernel)) return plain('identical', untouchedReason);
  const ours = new Shipped(head, kernel, workload);
  const before = base?.manifest.kernels.find((one) => one.name === name);
  // What another program prints is known only when that is run.
  const printed = [kernel, before].some((one) => one !== undefined && sourceGenerators(one).length > 0);
  const beforeWorkload = before?.workloads.find((one) => one.name === of);
  const theirs =
    base === null || before === undefined || beforeWorkload === undefined
      ? null
      : new Shipped(base, before, beforeWorkload);
  const revisions = theirs === null || base === null ? [head] : [head, base];
  const missing = before === undefined ? 'not' : 'this workload is not';
  const added = base === null ? 'the base revision has no manifest' : `${missing} in the base revision`;
  if (printed) return theirs === null ? plain('new', added) : plain('not-looked-at', notLookedAtText);
  const families = new Set([anyOther, ...revisions.flatMap((revision) => familiesOf(revision, name, of))]);
  const changes: ShippedChange[] = [];
  const unread: string[] = [];
  const unsure: string[] = [];
  let different: { readonly base: Variant; readonly head: Variant } | null = null;
  for (const family of families) {
    const { configuration, problem } = ours.configuration(family);
    if (problem !== null) warnings.push(`${problem} on ${family}.`);
    const built = await ours.build(configuration);
    if (!built.ok) return { ok: false, failure: built.failure };
    if (family === anyOther) {
      warnings.push(...variantRemarks(built.value).map((remark) => `${name} ${of}: ${remark}.`));
    }
    if (theirs === null) continue;
    const baseConfiguration = theirs.configuration(family).configuration;
    const baseBuilt = await theirs.build(baseConfiguration);
    if (!baseBuilt.ok) return plain('missing-baseline', `base does not build: ${baseBuilt.failure.message}`);
    const isEqual = isEqualProgram(baseBuilt.value, built.value);
    const change = isEqual ? nothing : changeBetween(baseBuilt.value, built.value);
    if (!isEqual) different ??= { base: baseBuilt.value, head: built.value };
    if (change === null) unread.push(family);
    else {
      const both = { base: baseConfiguration, head: configuration };
      changes.push({ families: [family], configuration: both, change });
    }
    const isSameTuned =
      JSON.stringify(baseConfiguration) === JSON.stringify(configuration) &&
      spaceOf(theirs.kernel) === spaceOf(kernel);
    if (isEqual && family !== anyOther && !isSameTuned) unsure.push(family);
  }
  if (hasReference(kernel)) {
    const reference = await ours.reference();
    if (!reference.ok) return { ok: false, failure: reference.failure };
  }
  if (theirs === null) return plain('new', added);
  if (different === null && unsure.length > 0) {
    const reason = `equal programs, but what may be tuned changed: on ${unsure.join(', ')} the device decides which of them ships`;
    return plain('changed', reason);
  }
  if (different === null) return plain('identical', 'same program, launch and workload as in base');
  const diff = programDiff(different.base, different.head);
  if (unread.length > 0) return plain('not-looked-at', notLookedAtText, { diff });
  const pass = changedPass(different.base, different.head);
  const reason = 'the program, its launch or its data changed';
  return plain('changed', reason, { diff, pass, shipped: grouped(changes) });
}
