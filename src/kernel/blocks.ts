import type { BlockFormat, ScalarType } from '../manifest/index.ts';
import type { Random } from '../stats/index.ts';

/** Bytes of one block, and how one is written: any that a quantiser could have made, and none that it could not. */
export interface Block {
  readonly bytes: number;
  write(view: DataView, offset: number, random: Random): void;
}

function writeWords(view: DataView, offset: number, count: number, random: Random): void {
  for (let i = 0; i < count; i++) view.setUint32(offset + 4 * i, random.integer(2 ** 32), true);
}

/** A half in [2^exponent, 2^(exponent + 1)): any fraction, so that each block has a scale of its own. */
function writeScale(view: DataView, offset: number, exponent: number, random: Random): void {
  view.setUint16(offset, ((exponent + 15) << 10) | random.integer(1024), true);
}

/** Scales in [2^exponent, 2^(exponent + 1)) that lie in a buffer of their own, one each. */
function scales(type: 'f32' | 'f16', exponent: number): Block {
  if (type === 'f16')
    return { bytes: 2, write: (view, offset, random) => writeScale(view, offset, exponent, random) };
  return {
    bytes: 4,
    write: (view, offset, random) =>
      view.setFloat32(offset, 2 ** exponent * (1 + random.integer(1024) / 1024), true),
  };
}

/** Values come to at most 1/2, whatever the format; `apart` is the exponent of scales in a buffer of their own. */
const formats: Readonly<Record<BlockFormat, Block & { readonly apart?: number }>> = {
  // 32 values: f16 scale, 32 nibbles (value i and i + 16 in one byte), less 8 (ggml-common.h: block_q4_0).
  q4_0: {
    bytes: 18,
    write(view, offset, random) {
      writeScale(view, offset, -6, random);
      writeWords(view, offset + 2, 4, random);
    },
  },
  // 32 values: f16 scale, 32 i8 of which -128 is none (block_q8_0).
  q8_0: {
    bytes: 34,
    write(view, offset, random) {
      writeScale(view, offset, -10, random);
      for (let i = 0; i < 32; i++) view.setInt8(offset + 2 + i, random.integer(255) - 127);
    },
  },
  // 256 values: f16 scales of the scales and of the minima, 8 of each in 6 bits, nibbles (block_q4_K).
  q4_k: {
    bytes: 144,
    write(view, offset, random) {
      writeScale(view, offset, -12, random);
      writeScale(view, offset + 2, -9, random);
      writeWords(view, offset + 4, 35, random);
    },
  },
  // Eight nibbles a word, less 8 (MatMulNBits of ONNX Runtime); all are values.
  'ort-q4-32': {
    apart: -6,
    bytes: 4,
    write: (view, offset, random) => writeWords(view, offset, 1, random),
  },
  // Four bytes a word, less 128 (the same with 8 bits).
  'ort-q8-32': {
    apart: -10,
    bytes: 4,
    write: (view, offset, random) => writeWords(view, offset, 1, random),
  },
  // Eight nibbles a word, less 7: 15 is none (q4f16_1 of MLC).
  'mlc-q4f16': {
    apart: -6,
    bytes: 4,
    write(view, offset, random) {
      for (let i = 0; i < 4; i++) view.setUint8(offset + i, random.integer(15) | (random.integer(15) << 4));
    },
  },
};

/** What a buffer of this type holds of a format: whole blocks, or where scales lie apart, those or the numbers. */
export function blockOf(format: BlockFormat, type: ScalarType): Block {
  const { apart, ...block } = formats[format];
  return apart !== undefined && (type === 'f32' || type === 'f16') ? scales(type, apart) : block;
}
