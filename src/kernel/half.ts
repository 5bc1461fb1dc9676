/** Half-precision numbers (IEEE 754 binary16), rounded to nearest even. */
const floatBits = new Float32Array(1);
const integerBits = new Uint32Array(floatBits.buffer);

/** The bits of the half-precision number nearest to `value`; ties go to the even one. */
export function toHalf(value: number): number {
  floatBits[0] = value;
  const bits = integerBits[0] as number;
  const sign = (bits >>> 16) & 0x8000;
  const exponent = (bits >>> 23) & 0xff;
  const fraction = bits & 0x7fffff;
  if (exponent === 0xff) return sign | 0x7c00 | (fraction === 0 ? 0 : 0x200);
  // Exponents below 102 are less than half the smallest subnormal, 2^-24.
  if (exponent < 102) return sign;
  if (exponent < 113) {
    const significand = fraction | 0x800000;
    return sign | roundedShift(significand, 126 - exponent);
  }
  // Carries of the rounding run into the exponent and, at the very top, to infinity, as they should.
  const rounded = ((exponent - 112) << 10) + roundedShift(fraction, 13);
  return sign | Math.min(rounded, 0x7c00);
}

/** `value / 2^shift`, rounded to the nearest integer, ties to even. */
function roundedShift(value: number, shift: number): number {
  const kept = value >>> shift;
  const rest = value & ((1 << shift) - 1);
  const half = 1 << (shift - 1);
  return rest > half || (rest === half && (kept & 1) === 1) ? kept + 1 : kept;
}

let numbers: Float32Array | null = null;

/** The number that 16 bits stand for. */
export function fromHalf(bits: number): number {
  numbers ??= Float32Array.from({ length: 65536 }, (_, pattern) => decode(pattern));
  return numbers[bits] as number;
}

function decode(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
