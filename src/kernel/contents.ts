import type { ScalarType } from '../manifest/index.ts';
import { createRandom, type Random } from '../stats/index.ts';
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

/** Bit patterns that poisoned elements hold: quiet NaNs that arithmetic does not produce, unlikely integers. */
const poisonBits: Readonly<Record<ScalarType, number>> = {
  f32: 0x7fe5_a1ad,
  f16: 0x7ead,
  i32: 0xa55a_dead,
  u32: 0xa55a_dead,
};

/**
 * What a buffer holds before a launch: `byteLength` bytes, little-endian, the same on every machine.
 *
 * - `zeros`, `ones`; `index`: 0, 1, 2, ..., starting again where the type ends being exact.
 * - `uniform`: floats in [0, 1); integers with all bits random.
 * - `normal`: standard normal; integers: 16 times that, rounded, for u32 without sign.
 *
 * Random values repeat after about a million elements. Buffers with equal seeds at different bindings differ. Buffers with values hold those.
 */
export function bufferContents(binding: BufferBinding): Uint8Array {
  const bytes = new Uint8Array(binding.byteLength);
  if (binding.values !== null) {
    writeValues(binding, binding.values, bytes);
    return bytes;
  }
  const elements = elementsOf(binding, bytes);
  const next = generator(binding);
  if (next === null) return bytes;
  const drawn = binding.fill === 'index' ? elements.length : Math.min(elements.length, randomPeriod);
  if (binding.type === 'f16') {
    for (let i = 0; i < drawn; i++) elements[i] = toHalf(next(i));
  } else {
    for (let i = 0; i < drawn; i++) elements[i] = next(i);
  }
  for (let filled = drawn; filled < elements.length; filled *= 2) elements.copyWithin(filled, 0, filled);
  return bytes;
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

/** The value at each index, called in order; null for all zeros. */
function generator(binding: BufferBinding): ((index: number) => number) | null {
  const whole = binding.type === 'i32' || binding.type === 'u32';
  const random: Random = createRandom(binding.seed).fork(`${binding.group}/${binding.binding}`);
  switch (binding.fill) {
    case 'zeros':
      return null;
    case 'ones':
      return () => 1;
    case 'index': {
      const period = indexPeriod[binding.type];
      return (index) => index % period;
    }
    case 'uniform':
      return whole ? () => random.integer(2 ** 32) : () => random.next();
    case 'normal':
      if (binding.type === 'i32') return () => Math.round(16 * random.normal());
      if (binding.type === 'u32') return () => Math.abs(Math.round(16 * random.normal()));
      return () => random.normal();
  }
}
