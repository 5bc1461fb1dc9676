import { isReservedName } from '../../expression/index.ts';
import {
  type DescribedEntry,
  type DescribedParameter,
  expressionText,
  multiply,
  numberOf,
  symbolsOf,
} from '../../kernel/index.ts';
import type { DraftParameter, DraftTunable } from './draft.ts';

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

/** What a program may be given, by what it is for. */
export interface SortedParameters {
  readonly tunables: readonly DraftTunable[];
  readonly workload: readonly DraftParameter[];
  readonly constraints: readonly string[];
  readonly notes: readonly string[];
}

/** Sorts the parameters of an entry point into what may be varied and what the problem is. */
export function sortParameters(entry: DescribedEntry): SortedParameters {
  const tunables: DraftTunable[] = [];
  const workload: DraftParameter[] = [];
  const notes: string[] = [];
  const axes = entry.workgroupSize.filter(({ value }) => value !== 1).length;
  const axisOf = (name: string) => entry.workgroupSize.findIndex(({ text }) => words(text).includes(name));
  for (const parameter of entry.parameters.filter(({ kind }) => kind !== 'condition')) {
    const { name, value, hasDefault, scalar } = parameter;
    if (isReservedName(name)) {
      notes.push(`${name} is a word of the manifest's expressions: rename it to set it from here`);
      continue;
    }
    if (hasDefault && value === null) continue; // computed from others, which are listed
    const axis = axisOf(name);
    const isWhole = scalar !== 'bool' && scalar !== 'f32' && scalar !== 'f16';
    if (axis >= 0 && isWhole) {
      const declared = typeof value === 'number' ? value : null;
      const values = axisSizes(axis, axes, declared);
      const initial = declared ?? values[1] ?? values[0] ?? null;
      tunables.push({ name, values: { value: values, note: 'in @workgroup_size' }, initial });
    } else if (isWhole && tunableWord.test(spaced(name)) && value !== null && restatesSize(entry, value)) {
      workload.push({ name, value, note: 'what @workgroup_size says: use it there to have both tuned' });
    } else if (isWhole && tunableWord.test(spaced(name)) && !laysOutInput(entry, name)) {
      const isKnown = typeof value === 'number' && value >= 1;
      const values = isKnown
        ? { value: around(value), note: `declared as ${value}` }
        : { value: [1, 2, 4], note: 'values to try', isGuess: true };
      tunables.push({ name, values, initial: isKnown ? value : 1 });
    } else workload.push(sizeOf(parameter));
  }
  tunables.push(...conditionTunables(entry.parameters));
  return { tunables, workload, constraints: sizeConstraint(entry, tunables), notes };
}

/** Whether a value is one that `@workgroup_size` has as a number, and so cannot be another here. */
function restatesSize({ extents, workgroupSize }: DescribedEntry, value: number | boolean): boolean {
  const sizes = workgroupSize.filter(({ text }) => /^\d/.test(text)).map((axis) => axis.value);
  const all = extents?.workgroup.reduce(multiply);
  return sizes.some((size) => size === value && size !== 1) || (all !== undefined && numberOf(all) === value);
}

/** Whether an input is as long as a parameter says: then that is how data lie, and no matter of the launch. */
function laysOutInput({ bindings, extents }: DescribedEntry, name: string): boolean {
  return bindings.some(({ name: buffer, written }) => {
    const elements = written ? null : extents?.elements.get(buffer);
    return elements !== null && elements !== undefined && symbolsOf(elements).has(name);
  });
}

function sizeOf({ name, kind, value, scalar, hasDefault }: DescribedParameter): DraftParameter {
  const what =
    kind === 'override'
      ? `override (${scalar ?? 'number'})`
      : 'constant that nothing in the program declares';
  if (value !== null) return { name, value, note: `${what}, declared so` };
  const isFloat = scalar === 'f32' || scalar === 'f16';
  if (isFloat && !hasDefault) return { name, value: 0.5, note: what, isGuess: true };
  return { name, value: null, note: what };
}

/** What all axes come to has to be possible, for each tunable as often as it is in there. */
function sizeConstraint({ extents }: DescribedEntry, tunables: readonly DraftTunable[]): readonly string[] {
  if (extents === null) return [];
  const [x, y, z] = extents.workgroup;
  const size = multiply(multiply(x, y), z);
  if (numberOf(size) !== null) return [];
  const text = expressionText(size, (symbol) => symbol);
  return words(text).some((word) => tunables.some(({ name }) => name === word))
    ? [`${text} <= max_invocations`]
    : [];
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
