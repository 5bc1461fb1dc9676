import { readAt, withOpenFile } from './read-file.ts';

/** A file that is read piece by piece. */
export interface FilePieces {
  /** Its length in bytes. */
  readonly size: number;
  /** Up to `length` bytes from a position on; fewer only at the file's end. */
  read(at: number, length: number): Uint8Array;
}

/**
 * Opens a file that may be too large for memory, and closes it when `use` is done.
 * @throws JoulegateError (bad-input): `link-outside`, `file-not-found`, `cannot-read`
 */
export function readInPieces<T>(path: string, use: (pieces: FilePieces) => T): T {
  return withOpenFile(path, (descriptor, size) =>
    use({
      size,
      read: (at, length) => readAt(descriptor, path, at, Math.min(length, Math.max(0, size - at))),
    }),
  );
}
