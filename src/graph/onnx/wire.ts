/** The only file that knows the protobuf library: fields of messages, found without reading what is skipped. */
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import type { ByteSource } from '../byte-source.ts';
import { FileWindow } from '../file-window.ts';

/** Longest tag and number behind it. */
const longestHead = 20;

/** Most numbers that are read of one list; of a longer one only that it is there. */
export const maxNumbers = 4096;

/** One field of a message: its number, and where its value stands in the file. */
export interface Field {
  readonly number: number;
  readonly type: WireType;
  readonly start: number;
  readonly end: number;
}

type NumberKind = 'int64' | 'int32' | 'float' | 'double';

const fixedBytes: Partial<Record<WireType, number>> = { [WireType.Bit32]: 4, [WireType.Bit64]: 8 };

/** Reads messages of a file field by field. Every fault has the byte at which it stands. */
export class Wire {
  readonly #window: FileWindow;
  #reader = new BinaryReader(new Uint8Array(0));
  #bytes: Uint8Array | null = null;

  constructor(source: ByteSource) {
    this.#window = new FileWindow(source);
  }

  get size(): number {
    return this.#window.source.size;
  }

  fault(at: number, what: string): Error {
    return this.#window.fault(at, what);
  }

  /** A reader that stands at a position, and where its first byte stands in the file. */
  #readerAt(at: number, need: number): { readonly reader: BinaryReader; readonly start: number } {
    const { bytes, start } = this.#window.from(at, need);
    if (bytes !== this.#bytes) {
      this.#bytes = bytes;
      this.#reader = new BinaryReader(bytes);
    }
    this.#reader.pos = at - start;
    return { reader: this.#reader, start };
  }

  /** What the library reads at a position; it throws plain errors for what is no protobuf. */
  #read<T>(at: number, need: number, read: (reader: BinaryReader) => T): { value: T; end: number } {
    const { reader, start } = this.#readerAt(at, need);
    try {
      const value = read(reader);
      return { value, end: start + reader.pos };
    } catch (error) {
      throw this.fault(at, `it is no protobuf: ${(error as Error).message}`);
    }
  }

  /** The fields of the message between two positions, one after the other; their values are read only when asked for. */
  *fields({ start, end }: Pick<Field, 'start' | 'end'>): Generator<Field> {
    for (let at = start; at < end; ) {
      this.#window.count(at);
      const tag = this.#read(at, longestHead, (reader) => reader.tag());
      const [number, type] = tag.value;
      const field = { number, type, ...this.#valueAt(tag.end, type) };
      if (field.end > end) {
        throw this.fault(
          at,
          `a field of ${field.end - field.start} bytes, where ${end - field.start} are left`,
        );
      }
      yield field;
      at = field.end;
    }
  }

  #valueAt(at: number, type: WireType): Pick<Field, 'start' | 'end'> {
    const fixed = fixedBytes[type];
    if (fixed !== undefined) return { start: at, end: at + fixed };
    if (type === WireType.Varint) {
      return { start: at, end: this.#read(at, longestHead, (reader) => reader.uint64()).end };
    }
    if (type !== WireType.LengthDelimited) throw this.fault(at, `it is no protobuf: wire type ${type}`);
    const length = this.#read(at, longestHead, (reader) => reader.uint32());
    return { start: length.end, end: length.end + length.value };
  }

  text({ start, end }: Field): string {
    return this.#window.text(start, end - start);
  }

  bytes({ start, end }: Field): Uint8Array {
    return this.#window.take(start, end - start);
  }

  /** The number of a field, or all numbers of a packed list; null for a list that is too long to be of use. */
  numbers(field: Field, kind: NumberKind): readonly number[] | null {
    const { start, end, type } = field;
    if (end - start > 8 * maxNumbers) return null;
    if (end === start) return [];
    const reader = new BinaryReader(this.bytes(field));
    const values: number[] = [];
    try {
      do values.push(Number(reader[kind]()));
      while (type === WireType.LengthDelimited && reader.pos < end - start && values.length <= maxNumbers);
    } catch (error) {
      throw this.fault(start, `it is no protobuf: ${(error as Error).message}`);
    }
    return values.length > maxNumbers ? null : values;
  }

  /** The whole number of a field. */
  integer(field: Field): number {
    return this.numbers(field, 'int64')?.[0] ?? 0;
  }
}
