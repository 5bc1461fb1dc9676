/** A file that is read in pieces and never whole. */
export interface ByteSource {
  /** Its path, for messages. */
  readonly label: string;
  /** Its length in bytes. */
  readonly size: number;
  /** Up to `length` bytes from a position on; fewer only at the file's end. */
  read(at: number, length: number): Uint8Array;
}
