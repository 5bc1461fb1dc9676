import type { CollectFault } from '../../github/index.ts';
import type { StrayReport } from '../fleet/index.ts';

/** A report that should be there and is not of use, by itself or beside the others. */
export type ReportFault = CollectFault | StrayReport;

/** `2of4, 3of4 on nvidia-hopper, rtx-4090`: each device is named once. */
function nameAll(names: readonly string[]): string {
  const shards = new Map<string, string[]>();
  for (const name of names) {
    const [shard = '', device = null] = name.split(' on ');
    if (device === null) shards.set(name, []);
    else shards.set(device, [...(shards.get(device) ?? []), shard]);
  }
  return [...shards]
    .map(([device, of]) => (of.length === 0 ? device : `${of.join(', ')} on ${device}`))
    .join(', ');
}

function gapOf(kind: ReportFault['kind'], reason: string, names: readonly string[]): string {
  if (kind === 'missing') return `No report of ${nameAll(names)}: its kernels were not judged.`;
  // What is shared out in two ways is a device, with all of its reports.
  const what = kind === 'duplicate' || names.length > 1 ? 'The reports of' : 'The report of';
  return `${what} ${nameAll(names)} cannot be used (${kind}): ${reason}. Its kernels were not judged.`;
}

/** What is missing or not of use, for people: a sentence or two for all reports of which the same is to be said. */
export function reportGaps(faults: readonly ReportFault[]): readonly string[] {
  const groups = new Map<string, { readonly fault: ReportFault; readonly names: string[] }>();
  const isMissing = ({ kind }: ReportFault) => kind === 'missing';
  for (const fault of [...faults.filter(isMissing), ...faults.filter((one) => !isMissing(one))]) {
    const key = JSON.stringify([fault.kind, fault.reason]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { fault, names: [fault.name] });
    else group.names.push(fault.name);
  }
  return [...groups.values()].map(({ fault, names }) =>
    gapOf(fault.kind, fault.reason, names).slice(0, 1500),
  );
}
