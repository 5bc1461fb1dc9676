import { JoulegateError } from '../errors/index.ts';
import type { ByteSource } from './byte-source.ts';

/** Bytes that are read at a time. */
const windowBytes = 256 * 1024;

/** Most bytes of names and small numbers that are taken out of a file; all else is skipped. */
const maxTaken = 64 * 1024 * 1024;

/** Most pieces (fields, entries) that are looked at: what each becomes in memory is larger than in the file. */
const maxPieces = 1_000_000;

/** Longest name, in bytes. */
const maxText = 4096;

const utf8 = new TextDecoder();

/** A piece of a file in memory, which moves along; and what bounds the memory that a file may ask for. */
export class FileWindow {
  readonly source: ByteSource;
  #bytes: Uint8Array = new Uint8Array(0);
  #start = 0;
  #taken = 0;
  #pieces = 0;

  constructor(source: ByteSource) {
    this.source = source;
  }

  /** The bytes in memory from a position on: at least `need` of them, or all to the end of the file. */
  from(at: number, need: number): { readonly bytes: Uint8Array; readonly start: number } {
    const end = Math.min(at + need, this.source.size);
    if (at < this.#start || end > this.#start + this.#bytes.length) {
      this.#bytes = this.source.read(at, Math.max(windowBytes, need));
      this.#start = at;
      if (this.#bytes.length < end - at) throw this.fault(at, 'the file became shorter while it was read');
    }
    return { bytes: this.#bytes, start: this.#start };
  }

  /** Exactly these bytes; a copy is made only where they are more than one window. */
  take(at: number, length: number): Uint8Array {
    this.#taken += length;
    if (this.#taken > maxTaken) throw this.fault(at, 'it has more than 64 MiB of names and numbers');
    if (at + length > this.source.size) throw this.fault(at, 'the file ends in the middle');
    const { bytes, start } = this.from(at, length);
    return bytes.subarray(at - start, at - start + length);
  }

  /** A name. What is not UTF-8 in it becomes U+FFFD. */
  text(at: number, length: number): string {
    if (length > maxText) throw this.fault(at, `a name of ${length} bytes, more than ${maxText}`);
    return utf8.decode(this.take(at, length));
  }

  /** Counts a piece that was looked at. */
  count(at: number): void {
    if (++this.#pieces > maxPieces) throw this.fault(at, `it has more than ${maxPieces} parts`);
  }

  /** What is wrong at a position. */
  fault(at: number, what: string): JoulegateError {
    return new JoulegateError('bad-input', `${this.source.label}: byte ${at}: ${what}`, {
      code: 'bad-model',
      nextStep: 'Fetch or export the file again, and check that it is what its name says.',
    });
  }
}
