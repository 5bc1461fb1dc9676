import type { ExpressionValue } from '../expression/index.ts';
import type { BufferDefinition, ScalarType } from '../manifest/index.ts';
import { evaluateOrFail, type Variables } from './buffer-counts.ts';
import { bytesPerElement, type ValueLayout } from './data-shape.ts';
import { failed, succeeded } from './failure.ts';
import { toHalf } from './half.ts';
import { roundUp } from './layout.ts';
import type { BufferBinding, Outcome } from './types.ts';

/** A scalar of a buffer, and what it is given. */
interface Member {
  /** `rows`, `scale.x`; empty where the program does not say. */
  readonly path: string;
  readonly type: ScalarType;
  readonly offsetBytes: number;
  /** Index of its value in the manifest; null: it is padding, and 0. */
  readonly value: number | null;
  /** The number whose bits the manifest gives as a whole number; null where it gives the number itself. */
  readonly fromBits: number | null;
}

/** Where the values of a buffer go. */
export interface Arrangement extends Pick<BufferBinding, 'type' | 'length' | 'byteLength' | 'slots'> {
  readonly members: readonly Member[];
}

interface Listed {
  readonly type: ScalarType;
  readonly kind: BufferBinding['kind'];
  readonly count: number;
}

/** Copies move whole words; uniform structures are rounded up to 16 bytes at most. */
function alignOf(kind: BufferBinding['kind']): number {
  return kind === 'uniform' ? 16 : 4;
}

/** Values of a buffer as expressions, with their places in the manifest. */
type Definition = Pick<BufferDefinition, 'name' | 'values' | 'valuesAt'>;

/**
 * Lays the values that the manifest lists over what the program declares: one for each scalar in order, padding left out
 * or, as 32-bit words or halves in a row, put in.
 *
 * @param options.type of listed words, and of all values where the program does not say (`layout` is null)
 */
export function arrange(
  definition: Definition,
  options: {
    readonly type: ScalarType;
    readonly layout: ValueLayout | null;
    readonly kind: BufferBinding['kind'];
  },
): Outcome<Arrangement> {
  const { type, layout, kind } = options;
  const expressions = definition.values ?? [];
  const step = bytesPerElement[type];
  const declared = layout ?? {
    slots: expressions.map((_, i) => ({ path: '', scalar: type, offsetBytes: i * step, isPadding: false })),
    byteLength: expressions.length * step,
  };
  const byteLength = roundUp(alignOf(kind), declared.byteLength);
  const { slots } = declared;
  const indices = assign(expressions.length, slots, { step, byteLength });
  if (indices === null) {
    const shown = slots.slice(0, 12).map(({ path, scalar }) => (path === '' ? scalar : `${path}: ${scalar}`));
    const list = `${shown.join(', ')}${slots.length > shown.length ? ', ...' : ''}`;
    return failed(
      'validation',
      `buffer \`${definition.name}\` has ${slots.length} ${slots.length === 1 ? 'member' : 'members'} in the program (${list}), and the manifest gives ${expressions.length} values`,
      definition.valuesAt?.(),
    );
  }
  const members = slots.map(({ path, scalar, offsetBytes }, i): Member => {
    const value = indices[i] ?? null;
    const source = value === null ? '' : (expressions[value]?.source ?? '');
    return { path, type: scalar, offsetBytes, value, fromBits: numberOfBits(source, type, scalar) };
  });
  const [first] = slots;
  const only = slots.every(({ scalar }) => scalar === first?.scalar) ? (first?.scalar ?? type) : null;
  const isPlain =
    only !== null && slots.every(({ offsetBytes }, i) => offsetBytes === i * bytesPerElement[only]);
  return succeeded({
    members,
    type: only ?? 'u32',
    length: isPlain ? slots.length : byteLength / bytesPerElement[only ?? 'u32'],
    byteLength,
    ...(isPlain
      ? {}
      : { slots: members.map((member) => ({ type: member.type, offsetBytes: member.offsetBytes })) }),
  });
}

/** For each scalar the index of its value, null for padding without one; null if they do not match. */
function assign(
  count: number,
  slots: ValueLayout['slots'],
  words: { readonly step: number; readonly byteLength: number },
): readonly (number | null)[] | null {
  if (count <= slots.length && slots.slice(count).every(({ isPadding }) => isPadding))
    return slots.map((_, i) => (i < count ? i : null));
  let next = 0;
  const own = slots.map(({ isPadding }) => (isPadding ? null : next++));
  if (next === count) return own;
  if (count < slots.length || count * words.step > words.byteLength) return null;
  // Manifests may list a structure as words, those between its members included.
  const indices = slots.map(({ offsetBytes }) => offsetBytes / words.step);
  return indices.every((index) => Number.isInteger(index) && index < count) ? indices : null;
}

/** Whether the values stand as they are listed, so that nothing has to be said of it. */
export function isAsListed({ members, slots, byteLength }: Arrangement, listed: Listed): boolean {
  const { type, kind, count } = listed;
  return (
    slots === undefined &&
    members.length === count &&
    byteLength === roundUp(alignOf(kind), count * bytesPerElement[type]) &&
    members.every((member, i) => member.type === type && member.value === i && member.fromBits === null)
  );
}

const bits = new DataView(new ArrayBuffer(4));

/** Whole numbers below this are no bits of a normal number. */
const leastBits = 2 ** 23;

/** What a list of whole numbers means by a literal where a float stands: manifests were written that way. */
function numberOfBits(source: string, listed: ScalarType, member: ScalarType): number | null {
  if (member !== 'f32' || (listed !== 'u32' && listed !== 'i32') || !/^\d+$/.test(source)) return null;
  const whole = Number(source);
  if (whole < leastBits || whole >= 2 ** 32) return null;
  bits.setUint32(0, whole);
  const value = bits.getFloat32(0);
  return Number.isFinite(value) ? value : null;
}

/** What the user should know of values that are taken for bits; null if there is none. */
export function bitsRemark(definition: Definition, { members }: Arrangement): string | null {
  const found = members.find(({ fromBits }) => fromBits !== null);
  if (found === undefined || found.value === null) return null;
  const written = definition.values?.[found.value]?.source;
  return `\`${found.path}\` of buffer \`${definition.name}\` is f32, and ${written} is taken for the bits of ${found.fromBits}; write that number, and leave out 'type'`;
}

/**
 * The value of every scalar, checked against its type.
 *
 * @returns a failure with the place in the manifest of the first that does not fit.
 */
export function evaluateMembers(
  definition: Definition,
  { members }: Arrangement,
  variables: Variables,
): Outcome<readonly number[]> {
  const numbers: number[] = [];
  for (const { path, type, value, fromBits } of members) {
    const expression = value === null ? undefined : definition.values?.[value];
    if (value === null || expression === undefined || fromBits !== null) {
      numbers.push(fromBits ?? 0);
      continue;
    }
    const what = path === '' ? `value ${value}` : `\`${path}\` (${type})`;
    const place = definition.valuesAt?.(value);
    const refuse = (why: string) =>
      failed('validation', `${what} of buffer \`${definition.name}\` ${why}`, place);
    const evaluated = evaluateOrFail((known) => expression.evaluate(known), variables);
    if (!evaluated.ok) return refuse(evaluated.failure.message);
    const fault = memberFault(evaluated.value, type);
    if (fault !== null) return refuse(`is ${evaluated.value}, ${fault}`);
    numbers.push(Number(evaluated.value));
  }
  return succeeded(numbers);
}

const ranges = { i32: [-(2 ** 31), 2 ** 31 - 1], u32: [0, 2 ** 32 - 1] } as const;

/** Why a value is none of a type's, to follow it; null if it is one. */
function memberFault(value: ExpressionValue, type: ScalarType): string | null {
  if (typeof value !== 'number') return 'which is no number';
  if (type === 'i32' || type === 'u32') {
    if (!Number.isInteger(value)) return 'which is no whole number';
    const [least, most] = ranges[type];
    return value < least || value > most ? `which is outside of ${type}, ${least} to ${most}` : null;
  }
  const fits = type === 'f32' ? Number.isFinite(Math.fround(value)) : (toHalf(value) & 0x7c00) !== 0x7c00;
  return fits ? null : `which ${type} cannot hold`;
}
