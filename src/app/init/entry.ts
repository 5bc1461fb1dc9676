import { type DescribedEntry, numberOf, type Polynomial, symbol, symbolsOf } from '../../kernel/index.ts';
import { bufferEntry } from './buffer.ts';
import type { Blank, DraftBuffer, DraftKernel, DraftPass } from './draft.ts';
import { type SortedParameters, sortParameters } from './parameters.ts';
import type { WorkloadPool } from './workload-pool.ts';

/** A kernel but for its workload, which it may share with others of its file. */
export type DraftEntry = Omit<DraftKernel, 'workload'>;

/**
 * What a kernel's entry in the manifest can say, read off its program.
 *
 * @param options.pool asks for what it needs to be told
 */
export function draftEntry(options: {
  readonly name: string;
  readonly source: string;
  readonly entry: DescribedEntry;
  readonly pool: WorkloadPool;
}): DraftEntry {
  const { name, source, entry, pool } = options;
  const sorted = sortParameters(entry);
  for (const { name: tunable } of sorted.tunables) pool.reserve(tunable);
  // What is asked for is no constant of the program, which would take its value.
  for (const constant of entry.givenNames) pool.reserve(constant);
  for (const parameter of sorted.workload) pool.addConstant(parameter);
  const names = new Set<string>();
  // What is listed comes first: lengths are made of it.
  const order = [...entry.bindings].sort((a, b) => Number(b.slots !== null) - Number(a.slots !== null));
  const drafted = new Map(order.map((binding) => [binding, bufferEntry(binding, { entry, pool, names })]));
  const buffers = entry.bindings.flatMap((binding) => drafted.get(binding) ?? []);
  const dispatch = draftDispatch(entry, pool);
  return {
    name,
    source,
    notes: [...sorted.notes, ...notesOn(entry, buffers)],
    tunables: sorted.tunables,
    constraints: [...sorted.constraints, ...wholeWorkgroups(entry, pool, sorted)],
    buffers,
    passes: [{ entry: entry.name, dispatch }],
  };
}

function notesOn(entry: DescribedEntry, buffers: readonly DraftBuffer[]): readonly string[] {
  const notes: string[] = [];
  if (
    entry.workgroupSize.length > 0 &&
    !(entry.extents?.workgroup ?? []).some((size) => numberOf(size) === null)
  ) {
    const size = entry.workgroupSize.map(({ text }) => text).join(', ');
    const first = entry.workgroupSize[0]?.value;
    notes.push(
      `@workgroup_size(${size}) is fixed: \`override WORKGROUP: u32 = ${first};\` would have it tuned.`,
    );
  }
  const changed = entry.bindings
    .flatMap((binding, i) => (binding.read && binding.written ? [buffers[i]?.name] : []))
    .join(', ');
  if (changed !== '') {
    notes.push(
      `It reads and changes ${changed}: put back before every launch, unless \`between-launches: keep\` is set.`,
    );
  }
  return notes;
}

/** Where nothing keeps invocations within bounds, workgroups have to fit. */
function wholeWorkgroups(
  { extents, name, asksForPosition }: DescribedEntry,
  pool: WorkloadPool,
  { tunables }: SortedParameters,
): readonly string[] {
  if (extents === null || !asksForPosition) return [];
  return extents.dispatch.flatMap((count, axis) => {
    const threads = `threads ${axis}`;
    const size = extents.workgroup[axis];
    if (
      size === undefined ||
      !extents.positions[axis] ||
      !symbolsOf(count).has(threads) ||
      numberOf(size) !== null
    )
      return [];
    if (![...symbolsOf(size)].every((word) => tunables.some((tunable) => tunable.name === word))) return [];
    const [whole, part] = [pool.text(symbol(threads), name), pool.text(size, name)];
    return whole === null || part === null ? [] : [`${whole} % ${/ /.test(part) ? `(${part})` : part} == 0`];
  });
}

function draftDispatch(entry: DescribedEntry, pool: WorkloadPool): DraftPass['dispatch'] {
  if (!entry.asksForPosition) {
    // A counter that invocations take their work from tells them apart as well.
    const counts = entry.bindings.some(({ type, written }) => written && /\batomic\b/.test(type));
    if (!counts) return [{ value: 1, note: 'nothing in the program tells workgroups apart' }];
    return [{ value: pool.text(symbol('groups 0'), entry.name), note: null }];
  }
  const counts = entry.extents?.dispatch ?? [];
  const positions = entry.extents?.positions ?? [true, true, true];
  const isUsed = (axis: number) => positions[axis] === true && !isOne(counts[axis]);
  const last = isUsed(2) ? 2 : isUsed(1) ? 1 : 0;
  return [...'xyz'].slice(0, last + 1).map((letter, axis): Blank<number | string> => {
    if (!isUsed(axis)) return { value: 1, note: axis > 0 ? null : 'nothing depends on the position in x' };
    const count = counts[axis];
    const text = count === undefined ? null : pool.text(count, entry.name);
    if (text !== null && entry.extents?.takesTurns[axis])
      return { value: text, note: 'invocations take turns: fewer workgroups do as well', isGuess: true };
    return { value: text, note: text === null ? `workgroups in ${letter}` : null };
  });
}

function isOne(count: Polynomial | undefined): boolean {
  return count !== undefined && numberOf(count) === 1;
}
