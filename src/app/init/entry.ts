import { isReservedName } from '../../expression/index.ts';
import type { DataSlot, DescribedBinding, DescribedEntry, DescribedParameter } from '../../kernel/index.ts';
import { bufferEntry } from './buffer.ts';
import type { DraftKernel, DraftTunable } from './draft.ts';

/** Most parameters a workload may have. */
const mostParameters = 16;

/** Words that programs use for what may be varied without changing the result. */
const tunableWord =
  /(?:^|_)(?:tile|block|blk|work_?group|workgroup|wg|group|local|threads?|lanes?|unroll|vec|vector|vectorize|items?|per|stages?|split|chunk|simd|warp|subgroup|pad)(?:_|$|\d)/i;

function words(text: string): readonly string[] {
  return text.match(/[A-Za-z_]\w*/g) ?? [];
}

/** Shapes worth trying for a workgroup axis, the declared one among them. */
function axisSizes(axis: number, axes: number, declared: number | null): readonly number[] {
  const usual = axes === 1 ? [32, 64, 128, 256] : axis === 2 ? [1, 2, 4] : [4, 8, 16, 32];
  return sorted([...usual, ...(declared === null ? [] : [declared])]);
}

/** Powers of two around a value, and itself. */
function around(value: number): readonly number[] {
  return sorted(
    [value / 4, value / 2, value, value * 2, value * 4].filter((n) => n >= 1 && Number.isInteger(n)),
  );
}

function sorted(values: readonly number[]): readonly number[] {
  return [...new Set(values)].sort((a, b) => a - b);
}

/** `camelCase` as `camel_case`, so that words can be told apart. */
function spaced(name: string): string {
  return name.replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2');
}

interface Sorted {
  readonly tunables: readonly DraftTunable[];
  readonly workload: DraftKernel['workload'];
  readonly constraints: readonly string[];
  readonly notes: readonly string[];
}

function sortParameters(entry: DescribedEntry): Sorted {
  const tunables: DraftTunable[] = [];
  const workload: DraftKernel['workload'][number][] = [];
  const notes: string[] = [];
  const axes = entry.workgroupSize.filter(({ value }) => value !== 1).length;
  const axisOf = (name: string) => entry.workgroupSize.findIndex(({ text }) => words(text).includes(name));
  const inSize: string[] = [];
  for (const parameter of entry.parameters.filter(({ kind }) => kind !== 'condition')) {
    const { name, kind, value, hasDefault, scalar } = parameter;
    if (isReservedName(name)) {
      notes.push(`${name} is a word of the manifest's expressions: rename it to set it from here`);
      continue;
    }
    if (hasDefault && value === null) continue; // computed from others, which are listed
    const axis = axisOf(name);
    const isWhole = scalar !== 'bool' && scalar !== 'f32' && scalar !== 'f16';
    if (axis >= 0 && isWhole) {
      inSize.push(name);
      const declared = typeof value === 'number' ? value : null;
      const values = axisSizes(axis, axes, declared);
      const initial = declared ?? values[1] ?? values[0] ?? null;
      tunables.push({ name, values: { value: values, note: 'in @workgroup_size' }, initial });
    } else if (isWhole && tunableWord.test(spaced(name))) {
      const values = typeof value === 'number' && value >= 1 ? around(value) : null;
      const note = values === null ? 'values to try, e.g. [1, 2, 4]' : `declared as ${value}`;
      tunables.push({ name, values: { value: values, note }, initial: values === null ? null : value });
    } else {
      const what = kind === 'override' ? `override (${scalar ?? 'number'})` : 'constant of the program';
      workload.push({ name, value, note: value === null ? what : `${what}, declared so`, isCount: isWhole });
    }
  }
  tunables.push(...conditionTunables(entry.parameters));
  return { tunables, workload, constraints: sizeConstraint(inSize), notes };
}

function sizeConstraint(names: readonly string[]): readonly string[] {
  return names.length === 0 ? [] : [`${names.join(' * ')} <= max_invocations`];
}

/** What `@if` tells apart; without values it is a switch. */
function conditionTunables(parameters: readonly DescribedParameter[]): DraftTunable[] {
  return parameters
    .filter(({ kind }) => kind === 'condition')
    .map(({ name, value, values }) => {
      const choices = values ?? [false, true];
      return { name, values: { value: choices, note: 'in @if' }, initial: value ?? choices[0] ?? null };
    });
}

/** What a kernel's entry in the manifest can say, read off its program. */
export function draftKernel(options: {
  readonly name: string;
  readonly source: string;
  readonly entry: DescribedEntry;
}): DraftKernel {
  const { name, source, entry } = options;
  const sortedParameters = sortParameters(entry);
  const workload = [...sortedParameters.workload];
  const taken = new Set([...workload, ...sortedParameters.tunables].map((item) => item.name));

  /** The workload parameter that a member of a uniform becomes; null if there is no room for one. */
  const parameterOf = (binding: DescribedBinding, slot: DataSlot): string | null => {
    if (workload.length >= mostParameters) return null;
    const base = (slot.path === '' ? binding.name : slot.path).replaceAll(/\W+/g, '_').replace(/_$/, '');
    const free = [base, `${binding.name}_${base}`].find(
      (candidate) => !taken.has(candidate) && !candidate.startsWith('__') && !isReservedName(candidate),
    );
    if (free === undefined || free.length > 64) return null;
    taken.add(free);
    const shown = slot.path === '' ? `\`${binding.name}\`` : `\`${slot.path}\` of \`${binding.name}\``;
    const isCount = slot.scalar === 'u32' || slot.scalar === 'i32';
    workload.push({ name: free, value: null, note: `${shown} (${slot.scalar})`, isCount });
    return free;
  };

  const names = new Set<string>();
  const buffers = entry.bindings.map((binding) => bufferEntry(binding, names, parameterOf));
  const notes = [...sortedParameters.notes];
  if (entry.unknownNames.length > 0) {
    const listed = entry.unknownNames.slice(0, 5).join(', ');
    const more = entry.unknownNames.length > 5 ? ', ...' : '';
    notes.push(
      `Nothing here declares ${listed}${more}: put the parts of the program into one file, or import them with WESL.`,
    );
  }
  if (entry.workgroupSize.length > 0 && entry.workgroupSize.every(({ value }) => value !== null)) {
    const size = entry.workgroupSize.map(({ text }) => text).join(', ');
    notes.push(
      `@workgroup_size(${size}) is fixed. To have it tuned, declare \`override WORKGROUP: u32 = ${entry.workgroupSize[0]?.value};\` and use that.`,
    );
  }
  if (workload.length < mostParameters && !taken.has('N') && !workload.some(({ isCount }) => isCount)) {
    workload.push({ name: 'N', value: null, note: 'the size of the problem', isCount: true });
  }
  return {
    name,
    source,
    entry: entry.name,
    notes,
    workload,
    tunables: sortedParameters.tunables,
    constraints: sortedParameters.constraints,
    buffers,
    dispatch: draftDispatch(entry, workload, sortedParameters.tunables),
  };
}

function draftDispatch(
  entry: DescribedEntry,
  workload: DraftKernel['workload'],
  tunables: readonly DraftTunable[],
): DraftKernel['dispatch'] {
  const [x] = entry.workgroupSize;
  const size = x === undefined ? '64' : (x.value ?? tunables.find(({ name }) => name === x.text)?.name ?? 64);
  const example = `"ceil_div(${workload.find(({ isCount }) => isCount)?.name ?? 'N'}, ${size})"`;
  const blank = (axis: string, hint: string) => ({ value: null, note: `workgroups in ${axis}, ${hint}` });
  return [
    blank('x', `e.g. ${example}`),
    ...(entry.axes.y || entry.axes.z ? [blank('y', '1 if it has one row of them')] : []),
    ...(entry.axes.z ? [blank('z', '1 if it has one layer of them')] : []),
  ];
}
