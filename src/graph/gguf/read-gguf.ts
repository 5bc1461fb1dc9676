import type { ByteSource } from '../byte-source.ts';
import { FileWindow } from '../file-window.ts';
import { elements } from '../graph.ts';
import { tensorType } from './tensor-types.ts';

/** An array of weights: its sizes as ggml has them, those of a row first. */
export interface GgufTensor {
  readonly sizes: readonly number[];
  readonly type: string;
  readonly bytes: number;
}

export interface GgufHeader {
  readonly label: string;
  /** Numbers, truth values and short texts; lists are stepped over. */
  readonly metadata: ReadonlyMap<string, number | string | boolean>;
  readonly tensors: ReadonlyMap<string, GgufTensor>;
}

const limits = { entries: 10_000, tensors: 100_000, items: 20_000_000, axes: 8, text: 256 };

/** Bytes of values by the number of their type; texts and lists have a length of their own. */
const valueBytes: Readonly<Record<number, number>> = {
  0: 1,
  1: 1,
  2: 2,
  3: 2,
  4: 4,
  5: 4,
  6: 4,
  7: 1,
  10: 8,
  11: 8,
  12: 8,
};

const types = { bool: 7, text: 8, list: 9 };

/** Reads numbers and texts one after the other. */
class HeaderReader {
  readonly #window: FileWindow;
  at = 0;

  constructor(source: ByteSource) {
    this.#window = new FileWindow(source);
  }

  fault(what: string, at = this.at): Error {
    return this.#window.fault(at, what);
  }

  #view(bytes: number): DataView {
    const { bytes: window, start } = this.#window.from(this.at, bytes);
    if (this.at + bytes > start + window.length) throw this.fault('the file ends in the middle');
    const view = new DataView(window.buffer, window.byteOffset + this.at - start, bytes);
    this.at += bytes;
    return view;
  }

  u32(): number {
    return this.#view(4).getUint32(0, true);
  }

  /** A count or size. */
  u64(what: string, most: number): number {
    const at = this.at;
    const value = this.#view(8).getBigUint64(0, true);
    if (value > BigInt(most)) throw this.fault(`${what}: ${value}, more than ${most}`, at);
    return Number(value);
  }

  skip(bytes: number): void {
    this.at += bytes;
    if (this.at > this.#window.source.size) throw this.fault('the file ends in the middle', this.at - bytes);
  }

  text(): string {
    const length = this.u64('the length of a name', limits.text * 16);
    const text = this.#window.text(this.at, length);
    this.at += length;
    return text;
  }

  /** A text, or nothing where it is as long as a template. */
  #shortText(): string | null {
    const length = this.u64('the length of a text', this.#window.source.size);
    const text = length > limits.text ? null : this.#window.text(this.at, length);
    this.skip(length);
    return text;
  }

  /** null for what is stepped over. */
  value(type: number, depth = 0): number | string | boolean | null {
    const bytes = valueBytes[type];
    if (bytes !== undefined) return this.#number(type, bytes);
    if (type === types.text) return this.#shortText();
    if (type !== types.list || depth > 2) throw this.fault(`a value of type ${type}`);
    const item = this.u32();
    const count = this.u64('a list', limits.items);
    const itemBytes = valueBytes[item];
    if (itemBytes !== undefined) this.skip(count * itemBytes);
    else if (item === types.text)
      for (let i = 0; i < count; i++) this.skip(this.u64('the length of a text', this.#window.source.size));
    else for (let i = 0; i < count; i++) this.value(item, depth + 1);
    return null;
  }

  #number(type: number, bytes: number): number | boolean {
    const view = this.#view(bytes);
    if (type === types.bool) return view.getUint8(0) !== 0;
    const read: Readonly<Record<number, () => number>> = {
      0: () => view.getUint8(0),
      1: () => view.getInt8(0),
      2: () => view.getUint16(0, true),
      3: () => view.getInt16(0, true),
      4: () => view.getUint32(0, true),
      5: () => view.getInt32(0, true),
      6: () => view.getFloat32(0, true),
      10: () => Number(view.getBigUint64(0, true)),
      11: () => Number(view.getBigInt64(0, true)),
      12: () => view.getFloat64(0, true),
    };
    return read[type]!();
  }

  tensor(): [name: string, tensor: GgufTensor] {
    const name = this.text();
    const start = this.at;
    const axes = this.u32();
    if (axes > limits.axes) throw this.fault(`an array with ${axes} axes`, start);
    const sizes = Array.from({ length: axes }, () => this.u64('a size', 2 ** 40));
    const count = elements(sizes);
    const { name: type, block, bytes } = tensorType(this.u32());
    this.skip(8);
    if (!Number.isSafeInteger(count) || count === 0)
      throw this.fault(`an array of ${sizes.join(' x ')}`, start);
    return [name, { sizes, type, bytes: Math.ceil(count / block) * bytes }];
  }
}

/**
 * Reads the header of a GGUF file, version 2 or 3: metadata and what arrays there are. Weights and vocabulary are stepped over.
 * @throws JoulegateError (bad-input, `bad-model`) with the byte at which something is wrong
 */
export function readGguf(source: ByteSource): GgufHeader {
  const reader = new HeaderReader(source);
  if (source.size < 24 || reader.u32() !== 0x46554747) throw reader.fault('it does not begin with GGUF', 0);
  const version = reader.u32();
  if (version !== 2 && version !== 3) throw reader.fault(`version ${version} of GGUF`, 4);
  const tensorCount = reader.u64('arrays', limits.tensors);
  const entryCount = reader.u64('entries of metadata', limits.entries);
  const metadata = new Map<string, number | string | boolean>();
  for (let i = 0; i < entryCount; i++) {
    const key = reader.text();
    const value = reader.value(reader.u32());
    if (value !== null) metadata.set(key, value);
  }
  const tensors = new Map(Array.from({ length: tensorCount }, () => reader.tensor()));
  return { label: source.label, metadata, tensors };
}
