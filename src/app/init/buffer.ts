import {
  add,
  constant,
  type DescribedBinding,
  type DescribedEntry,
  type DescribedSlot,
  memberSymbol,
  multiply,
  type Polynomial,
  symbol,
  symbolsOf,
  type Use,
} from '../../kernel/index.ts';
import type { Blank, DraftBuffer } from './draft.ts';
import type { WorkloadPool } from './workload-pool.ts';

/** Most members that are listed one by one. */
const mostListed = 256;

/** Floats beyond this are data, as a matrix is, and filled as such. */
const mostFloats = 8;

/** Longest expression that says more than it takes to read. */
const longestText = 100;

const bytesOf: Readonly<Record<string, number>> = { f32: 4, f16: 2, i32: 4, u32: 4 };

/** Where buffers are drafted. */
export interface BufferSurroundings {
  readonly entry: DescribedEntry;
  readonly pool: WorkloadPool;
  /** Names of the buffers so far; the new one is added. */
  readonly names: Set<string>;
}

/** The buffer for a binding, as far as the program tells. */
export function bufferEntry(binding: DescribedBinding, surroundings: BufferSurroundings): DraftBuffer {
  const name = freeName(binding, surroundings.names);
  surroundings.names.add(name);
  const { group, binding: slot, kind } = binding;
  const place = { name, group, binding: slot, isUniform: kind === 'uniform', isScratch: false };
  const isListed = binding.slots !== null || kind === 'uniform';
  return { ...place, ...(isListed ? listed(binding, surroundings) : storage(binding, surroundings)) };
}

type Rest = Omit<DraftBuffer, 'name' | 'group' | 'binding' | 'isUniform' | 'isScratch'>;

function freeName({ name, group, binding }: DescribedBinding, names: ReadonlySet<string>): string {
  const plain = name.replaceAll(/[^A-Za-z0-9_]/g, '_').slice(0, 48);
  return names.has(plain) || plain.startsWith('__') ? `buffer_${group}_${binding}` : plain;
}

function storage(binding: DescribedBinding, surroundings: BufferSurroundings): Rest {
  const { scalar } = binding.shape;
  // Structures of several types are seen as words: their bits have to come from a fill all the same.
  const type = scalar ?? 'u32';
  const mixed = scalar === null ? `32-bit words of ${binding.type}` : null;
  const isFloat = scalar === 'f32' || scalar === 'f16';
  return {
    type: { value: type, note: mixed },
    length: storageLength(binding, bytesOf[type] ?? 4, surroundings),
    fill: storageFill(binding, surroundings),
    check: !binding.written
      ? null
      : isFloat
        ? `{ relative: ${scalar === 'f16' ? '1.0e-2' : '1.0e-3'} }`
        : '{ absolute: 0 }',
    values: null,
  };
}

function storageLength(
  binding: DescribedBinding,
  bytes: number,
  { entry, pool }: BufferSurroundings,
): Blank<number | string> {
  const { fixedBytes, elementBytes } = binding.shape;
  const per = Math.ceil(elementBytes / bytes);
  const head = Math.ceil(fixedBytes / bytes);
  if (elementBytes === 0 && Number.isFinite(fixedBytes)) return { value: head, note: binding.type };
  const text = Number.isNaN(per + head) ? null : scalarsText(binding, { per, head }, { entry, pool });
  if (text !== null) return { value: text, note: null };
  const count = Number.isNaN(per) || per <= 1 ? '' : `, ${per} in each element`;
  const before = Number.isNaN(head) || head === 0 ? '' : `, and ${head} before them`;
  return { value: null, note: `number of scalars in ${binding.type}${count}${before}` };
}

/** As far as the program's indices go, in scalars; null if that is unknown. */
function scalarsText(
  binding: DescribedBinding,
  { per, head }: { readonly per: number; readonly head: number },
  { entry, pool }: Pick<BufferSurroundings, 'entry' | 'pool'>,
): string | null {
  const elements = elementsOf(binding, entry);
  if (elements === null) return null;
  const scalars = add(multiply(elements, constant(per)), constant(head));
  const text = pool.text(scalars, entry.name);
  return text === null || text.length > longestText ? null : text;
}

function elementsOf(
  { name, read, written }: DescribedBinding,
  { extents }: DescribedEntry,
): Polynomial | null {
  if (extents === null) return null;
  const elements = extents.elements.get(name);
  // What is bound and never looked into has to be there all the same.
  if (elements === undefined) return read || written ? null : constant(1);
  return elements !== null && elements.terms.size === 0 ? constant(1) : elements;
}

const startsAtZero = 'where counters start';

function storageFill(binding: DescribedBinding, { entry, pool }: BufferSurroundings): Blank<string> | null {
  const { read, written, shape, type, name } = binding;
  if (!read) return null;
  const use = entry.extents === null ? 'index' : entry.extents.uses.get(name);
  if (/\batomic\b/.test(type) && written) return { value: 'zeros', note: startsAtZero };
  if (shape.scalar === null) return mixedFill(binding, use);
  if (shape.scalar === 'f32' || shape.scalar === 'f16') {
    return use === 'index'
      ? { value: 'uniform', note: 'the program works indices or counts out of them', isGuess: true }
      : { value: 'normal', note: null };
  }
  // Whole numbers may be indices, counts or packed data: that shows in what the program does with them.
  if (use === 'bits')
    return {
      value: null,
      note: 'floats in their bits: { blocks: q4_0 } of packed weights, or { file: PATH }',
    };
  if (use === 'index') return indexFill(name, { entry, pool });
  if (use === 'condition')
    return { value: '{ integers: [0, 256] }', note: 'the program decides on them', isGuess: true };
  return { value: 'uniform', note: 'all bits random: the program makes no index of them' };
}

function mixedFill({ written, type }: DescribedBinding, use: Use | undefined): Blank<string> {
  if (use === undefined && !written)
    return { value: 'uniform', note: `all bits random, also those of floats in ${type}`, isGuess: true };
  return {
    value: null,
    note: `the bits of ${type}: { file: PATH }, or zeros where launches start from nothing`,
  };
}

function indexFill(name: string, { entry, pool }: Pick<BufferSurroundings, 'entry' | 'pool'>): Blank<string> {
  const longest = `longest ${name}`;
  if (entry.extents?.rowStarts.has(name)) {
    const rows = pool.text(symbol(longest), entry.name);
    if (rows !== null) return { value: `{ cumulative: [0, ${rows}] }`, note: 'where rows start' };
  }
  const below = `below ${name}`;
  const values = [...(entry.extents?.elements.values() ?? []), ...(entry.extents?.dispatch ?? [])];
  const bound = values.find((value) => value !== null && symbolsOf(value).has(below));
  if (bound !== undefined && bound !== null && pool.text(bound, entry.name) !== null) {
    return { value: `{ integers: [0, ${name}_below] }`, note: null };
  }
  const note =
    'of indices { integers: [0, COUNT] } or { permutation: COUNT }; of row starts { cumulative: [0, MOST] }; else index';
  return { value: null, note };
}

/** A uniform, or storage that is read like one. */
function listed(binding: DescribedBinding, { entry, pool }: BufferSurroundings): Rest {
  const { slots, shape } = binding;
  const unlisted: Blank<string> = { value: null, note: `the members of ${binding.type}, in order` };
  const rest = { type: null, length: null, fill: null, check: null };
  const own = (slots ?? []).filter(({ isPadding }) => !isPadding);
  const isFloat = shape.scalar === 'f32' || shape.scalar === 'f16';
  if (isFloat && (slots ?? []).length > mostFloats && Number.isFinite(shape.fixedBytes)) {
    const bytes = bytesOf[shape.scalar ?? 'f32'] ?? 4;
    const note = `${binding.type}; list its members under \`values\` if they matter`;
    return {
      type: { value: shape.scalar, note: null },
      length: { value: Math.ceil(shape.fixedBytes / bytes), note: binding.type },
      fill: { value: 'normal', note, isGuess: true },
      check: null,
      values: null,
    };
  }
  if (own.length === 0 || own.length > mostListed) return { ...rest, values: [unlisted] };
  return { ...rest, values: own.map((slot) => member(binding, slot, { entry, pool })) };
}

function member(
  binding: DescribedBinding,
  slot: DescribedSlot,
  { entry, pool }: Pick<BufferSurroundings, 'entry' | 'pool'>,
): Blank<number | string> {
  const path = /^\w/.test(slot.path) ? slot.path : `${binding.name}${slot.path}`;
  const what = `${path} (${slot.scalar})`;
  if (!slot.isRead) return { value: 0, note: `${path}: the program does not read it` };
  const use = entry.extents?.uses.get(memberSymbol(binding.name, slot.path));
  const isFloat = slot.scalar === 'f32' || slot.scalar === 'f16';
  // What is only computed with decides on no size and no branch: any number runs.
  const isData = use === 'data' || (use === undefined && entry.extents !== null);
  if (isData || (isFloat && use === 'condition'))
    return { value: isFloat ? 0.5 : 1, note: what, isGuess: true };
  const parameter = pool.member(binding.name, slot, use);
  return { value: parameter, note: parameter === null ? what : null };
}
