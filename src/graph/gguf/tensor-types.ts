interface TensorType {
  readonly name: string;
  /** Elements of a block, and its bytes. */
  readonly block: number;
  readonly bytes: number;
}

const list = (entries: Readonly<Record<number, readonly [string, number, number]>>) =>
  new Map(Object.entries(entries).map(([id, [name, block, bytes]]) => [Number(id), { name, block, bytes }]));

/** `ggml_type` of ggml.h, with the sizes of its blocks. */
const tensorTypes: ReadonlyMap<number, TensorType> = list({
  0: ['F32', 1, 4],
  1: ['F16', 1, 2],
  2: ['Q4_0', 32, 18],
  3: ['Q4_1', 32, 20],
  6: ['Q5_0', 32, 22],
  7: ['Q5_1', 32, 24],
  8: ['Q8_0', 32, 34],
  9: ['Q8_1', 32, 36],
  10: ['Q2_K', 256, 84],
  11: ['Q3_K', 256, 110],
  12: ['Q4_K', 256, 144],
  13: ['Q5_K', 256, 176],
  14: ['Q6_K', 256, 210],
  15: ['Q8_K', 256, 292],
  16: ['IQ2_XXS', 256, 66],
  17: ['IQ2_XS', 256, 74],
  18: ['IQ3_XXS', 256, 98],
  19: ['IQ1_S', 256, 50],
  20: ['IQ4_NL', 32, 18],
  21: ['IQ3_S', 256, 110],
  22: ['IQ2_S', 256, 82],
  23: ['IQ4_XS', 256, 136],
  28: ['F64', 1, 8],
  29: ['IQ1_M', 256, 56],
  30: ['BF16', 1, 2],
  34: ['TQ1_0', 256, 54],
  35: ['TQ2_0', 256, 66],
  39: ['MXFP4', 32, 17],
});

/** A type by its number in the file. One that is newer than this table counts a byte for each element. */
export function tensorType(id: number): TensorType {
  return tensorTypes.get(id) ?? { name: `type ${id}`, block: 1, bytes: 1 };
}
