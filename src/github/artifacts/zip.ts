import { inflateRawSync } from 'node:zlib';

/** Bytes that are no ZIP archive, or one that is not worth the trouble. */
export class UnusableZipError extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'UnusableZipError';
  }
}

export interface ZipLimits {
  /** Names of the entries that are wanted; the others are not unpacked. */
  readonly names: readonly string[];
  /** Most that a wanted entry may be unpacked. */
  readonly maxEntryBytes: number;
  /** Most entries that the archive may list. */
  readonly maxEntries: number;
}

interface Entry {
  readonly name: string;
  readonly method: number;
  readonly flags: number;
  readonly packedBytes: number;
  readonly unpackedBytes: number;
  readonly offset: number;
}

const endSignature = 0x06054b50;
const entrySignature = 0x02014b50;
const localSignature = 0x04034b50;
const endBytes = 22;
const entryBytes = 46;
const localBytes = 30;
/** A comment of the archive has two bytes for its length. */
const maxComment = 0xffff;
const encrypted = 1;
const stored = 0;
const deflated = 8;

function findEnd(zip: Buffer): number {
  const lowest = Math.max(0, zip.length - endBytes - maxComment);
  for (let at = zip.length - endBytes; at >= lowest; at--) {
    const isEnd = zip.readUInt32LE(at) === endSignature;
    if (isEnd && at + endBytes + zip.readUInt16LE(at + 20) === zip.length) return at;
  }
  throw new UnusableZipError('it is no ZIP archive, or not all of one');
}

/** The central directory: what an archive says it holds. */
function readDirectory(zip: Buffer, maxEntries: number): Entry[] {
  const end = findEnd(zip);
  const count = zip.readUInt16LE(end + 10);
  const start = zip.readUInt32LE(end + 16);
  if (count > maxEntries) throw new UnusableZipError(`it holds more than ${maxEntries} files`);
  const entries: Entry[] = [];
  let at = start;
  for (let i = 0; i < count; i++) {
    if (at + entryBytes > end || zip.readUInt32LE(at) !== entrySignature) {
      throw new UnusableZipError('its directory is damaged');
    }
    const nameLength = zip.readUInt16LE(at + 28);
    const nameEnd = at + entryBytes + nameLength;
    if (nameEnd > end) throw new UnusableZipError('its directory is damaged');
    entries.push({
      name: zip.toString('utf8', at + entryBytes, nameEnd),
      flags: zip.readUInt16LE(at + 8),
      method: zip.readUInt16LE(at + 10),
      packedBytes: zip.readUInt32LE(at + 20),
      unpackedBytes: zip.readUInt32LE(at + 24),
      offset: zip.readUInt32LE(at + 42),
    });
    at = nameEnd + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
  return entries;
}

function inflate(packed: Buffer, { name, unpackedBytes }: Entry): Buffer {
  try {
    // What it unpacks to is bounded by what the directory claims, which has been checked.
    return inflateRawSync(packed, { maxOutputLength: Math.max(1, unpackedBytes) });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
      throw new UnusableZipError(`its ${name} unpacks to more than it says`);
    }
    throw new UnusableZipError(`its ${name} is damaged`);
  }
}

function unpack(zip: Buffer, entry: Entry, maxEntryBytes: number): Buffer {
  const { name, method, flags, packedBytes, unpackedBytes, offset } = entry;
  if ((flags & encrypted) !== 0 || (method !== stored && method !== deflated)) {
    throw new UnusableZipError(`its ${name} is packed in a way that is not known here`);
  }
  if (unpackedBytes > maxEntryBytes) {
    throw new UnusableZipError(`its ${name} unpacks to more than ${maxEntryBytes} bytes`);
  }
  if (offset + localBytes > zip.length || zip.readUInt32LE(offset) !== localSignature) {
    throw new UnusableZipError(`its ${name} is not where it says`);
  }
  const start = offset + localBytes + zip.readUInt16LE(offset + 26) + zip.readUInt16LE(offset + 28);
  if (start + packedBytes > zip.length) throw new UnusableZipError(`its ${name} is cut off`);
  const packed = zip.subarray(start, start + packedBytes);
  const bytes = method === stored ? packed : inflate(packed, entry);
  if (bytes.length !== unpackedBytes) throw new UnusableZipError(`its ${name} is not as long as it says`);
  return bytes;
}

/**
 * The wanted files of a ZIP archive by name, unpacked in memory: nothing in it names a place to write to, and nothing
 * grows beyond its limit. Follows APPNOTE.TXT 6.3 without ZIP64, which archives of bounded size do not need.
 * @throws UnusableZipError; also for a wanted name that is there twice
 */
export function readZip(zip: Buffer, limits: ZipLimits): ReadonlyMap<string, Buffer> {
  if (zip.length < endBytes) throw new UnusableZipError('it is no ZIP archive, or not all of one');
  const found = new Map<string, Buffer>();
  for (const entry of readDirectory(zip, limits.maxEntries)) {
    if (!limits.names.includes(entry.name)) continue;
    if (found.has(entry.name)) throw new UnusableZipError(`it holds ${entry.name} twice`);
    found.set(entry.name, unpack(zip, entry, limits.maxEntryBytes));
  }
  return found;
}
