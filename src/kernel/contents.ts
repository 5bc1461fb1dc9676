import type { BlockFormat, FillName, ScalarType } from '../manifest/index.ts';
import { createRandom, type Random } from '../stats/index.ts';
import { blockOf } from './blocks.ts';
import { bytesPerElement } from './data-shape.ts';
import { toHalf } from './half.ts';
import type { BufferBinding } from './types.ts';

/** Largest whole number up to which all whole numbers have a floating-point representation. */
const indexPeriod: Readonly<Record<ScalarType, number>> = {
  f32: 2 ** 24,
  f16: 2 ** 11,
  i32: 2 ** 31,
  u32: 2 ** 32,
};

/**
 * Random numbers repeat after this many elements, because drawing them is what takes time. A prime, so that no row
 * of a matrix repeats another and a kernel that mixes up rows is still found out.
 */
const randomPeriod = 1_048_573;

/** The same for blocks. */
const blockPeriod = 65_521;

/** Bit patterns that poisoned elements hold: quiet NaNs that arithmetic does not produce, unlikely integers. */
const poisonBits: Readonly<Record<ScalarType, number>> = {
  f32: 0x7fe5_a1ad,
  f16: 0x7ead,
  i32: 0xa55a_dead,
  u32: 0xa55a_dead,
};

/** Bytes that come from elsewhere, by what their fill names them by. */
export type KnownContents = ReadonlyMap<string, Uint8Array>;

const nothing: KnownContents = new Map();

/**
 * What a buffer holds before a launch: `byteLength` bytes, little-endian, the same on every machine.
 *
 * - `zeros`, `ones`; `index`: 0, 1, 2, ..., starting again where the type ends being exact.
 * - `uniform`: floats in [0, 1); integers with all bits random.
 * - `normal`: standard normal; integers: 16 times that, rounded, for u32 without sign.
 *
 * Random values repeat after about a million elements, except in permutations and row starts. Buffers with equal seeds at
 * different bindings differ. Buffers with values hold those.
 *
 * @param known what files hold and programs printed
 * @throws Error if a file or what a program printed is not there
 */
export function bufferContents(binding: BufferBinding, known: KnownContents = nothing): Uint8Array {
  const bytes = new Uint8Array(binding.byteLength);
  const { fill, values } = binding;
  if (values !== null) writeValues(binding, values, bytes);
  else if (typeof fill === 'string')
    writeElements(binding, bytes, generator(fill, binding), fill !== 'index');
  else if ('integers' in fill) {
    const [from, below] = fill.integers;
    const random = randomOf(binding);
    writeElements(binding, bytes, () => from + random.integer(below - from));
  } else if ('permutation' in fill) {
    writeElements(binding, bytes, permutation(fill.permutation, binding), false);
  } else if ('cumulative' in fill) {
    writeElements(binding, bytes, rowStarts(fill.cumulative, binding), false);
  } else if ('blocks' in fill) writeBlocks(fill.blocks, binding, bytes);
  else bytes.set(knownBytes('file' in fill ? fill.file : fill.generate, binding, known));
  return bytes;
}

function knownBytes(name: string, { name: buffer }: BufferBinding, known: KnownContents): Uint8Array {
  const bytes = known.get(name);
  if (bytes === undefined) throw new Error(`the contents of buffer ${buffer} are not there`);
  return bytes;
}

/** Writes what `next` gives, null for zeros. */
function writeElements(
  binding: BufferBinding,
  bytes: Uint8Array,
  next: ((index: number) => number) | null,
  repeats = true,
): void {
  if (next === null) return;
  const elements = elementsOf(binding, bytes);
  const drawn = repeats ? Math.min(elements.length, randomPeriod) : elements.length;
  if (binding.type === 'f16') {
    for (let i = 0; i < drawn; i++) elements[i] = toHalf(next(i));
  } else {
    for (let i = 0; i < drawn; i++) elements[i] = next(i);
  }
  repeat(elements, drawn);
}

/** Fills the rest with what the first `drawn` elements are, over and over. */
function repeat(elements: Uint8Array | ReturnType<typeof elementsOf>, drawn: number): void {
  for (let filled = drawn; filled < elements.length; filled *= 2) elements.copyWithin(filled, 0, filled);
}

function permutation(count: number, binding: BufferBinding): (index: number) => number {
  const random = randomOf(binding);
  const numbers = Float64Array.from({ length: count }, (_, i) => i);
  return (index) => {
    // Fisher-Yates from the front: shuffling what is shuffled already is a fresh order as well.
    const place = index % count;
    const other = place + random.integer(count - place);
    const taken = numbers[other] as number;
    numbers[other] = numbers[place] as number;
    numbers[place] = taken;
    return taken;
  };
}

function rowStarts(
  [from, below]: readonly [number, number],
  binding: BufferBinding,
): (index: number) => number {
  const random = randomOf(binding);
  let start = 0;
  return (index) => {
    if (index > 0) start += from + random.integer(below - from);
    return start;
  };
}

function writeBlocks(format: BlockFormat, binding: BufferBinding, bytes: Uint8Array): void {
  const block = blockOf(format, binding.type);
  const random = randomOf(binding);
  const view = new DataView(bytes.buffer);
  const count = Math.floor(bytesOf(binding) / block.bytes);
  const drawn = Math.min(count, blockPeriod);
  for (let i = 0; i < drawn; i++) block.write(view, i * block.bytes, random);
  repeat(bytes.subarray(0, count * block.bytes), drawn * block.bytes);
}

/** Bytes of the elements, without padding. */
function bytesOf({ type, length }: BufferBinding): number {
  return length * bytesPerElement[type];
}

function writeValues({ type, slots }: BufferBinding, values: readonly number[], bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer);
  const step = bytesPerElement[type];
  for (const [index, value] of values.entries()) {
    const slot = slots?.[index] ?? { type, offsetBytes: index * step };
    if (slot.type === 'f32') view.setFloat32(slot.offsetBytes, value, true);
    else if (slot.type === 'f16') view.setUint16(slot.offsetBytes, toHalf(value), true);
    // Of negative numbers the same bits as those of i32.
    else view.setUint32(slot.offsetBytes, value, true);
  }
}

/**
 * What an output holds before a check: a pattern by which `compareOutput` knows elements that nothing has written.
 * Buffers the program reads before it writes are filled as for a launch.
 */
export function poison(binding: BufferBinding): Uint8Array {
  if (binding.readsInitial) return bufferContents(binding);
  const bytes = new Uint8Array(binding.byteLength);
  poisonView(binding, bytes).fill(poisonBits[binding.type]);
  return bytes;
}

/** Bits of every element, for comparison with `poisonPattern`. */
export function poisonView(binding: BufferBinding, bytes: Uint8Array): Uint16Array | Uint32Array {
  return bytesPerElement[binding.type] === 2
    ? new Uint16Array(bytes.buffer, bytes.byteOffset, binding.length)
    : new Uint32Array(bytes.buffer, bytes.byteOffset, binding.length);
}

/** The bits of an element of this type that nothing has written. */
export function poisonPattern(type: ScalarType): number {
  return poisonBits[type];
}

/** The elements of a buffer, without padding; half-precision numbers as their bits. */
export function elementsOf(
  binding: BufferBinding,
  bytes: Uint8Array,
): Float32Array | Uint16Array | Int32Array | Uint32Array {
  switch (binding.type) {
    case 'f32':
      return new Float32Array(bytes.buffer, bytes.byteOffset, binding.length);
    case 'f16':
      return new Uint16Array(bytes.buffer, bytes.byteOffset, binding.length);
    case 'i32':
      return new Int32Array(bytes.buffer, bytes.byteOffset, binding.length);
    case 'u32':
      return new Uint32Array(bytes.buffer, bytes.byteOffset, binding.length);
  }
}

function randomOf({ seed, group, binding }: BufferBinding): Random {
  return createRandom(seed).fork(`${group}/${binding}`);
}

/** The value at each index, called in order; null for all zeros. */
function generator(fill: FillName, binding: BufferBinding): ((index: number) => number) | null {
  const { type } = binding;
  const random = randomOf(binding);
  switch (fill) {
    case 'zeros':
      return null;
    case 'ones':
      return () => 1;
    case 'index': {
      const period = indexPeriod[type];
      return (index) => index % period;
    }
    case 'uniform':
      return type === 'i32' || type === 'u32' ? () => random.integer(2 ** 32) : () => random.next();
    case 'normal':
      if (type === 'i32') return () => Math.round(16 * random.normal());
      if (type === 'u32') return () => Math.abs(Math.round(16 * random.normal()));
      return () => random.normal();
  }
}
