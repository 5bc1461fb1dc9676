/** A plain file out of a tar archive. */
export interface TarFile {
  readonly name: string;
  readonly contents: Uint8Array;
}

const blockBytes = 512;

function text(block: Uint8Array, start: number, length: number): string {
  const field = block.subarray(start, start + length);
  const end = field.indexOf(0);
  return Buffer.from(end < 0 ? field : field.subarray(0, end)).toString('utf8');
}

function octal(block: Uint8Array, start: number, length: number): number {
  const digits = text(block, start, length).trim();
  if (!/^[0-7]+$/.test(digits)) throw new Error(`damaged tar archive: '${digits}' is no octal number`);
  return Number.parseInt(digits, 8);
}

/** Sum of the header's bytes with the checksum field taken as spaces. */
function checksum(block: Uint8Array): number {
  let sum = 8 * 0x20;
  for (let i = 0; i < blockBytes; i++) if (i < 148 || i >= 156) sum += block[i] as number;
  return sum;
}

/**
 * The plain files of an uncompressed ustar or GNU archive, in its order. Names are returned as they stand: the caller
 * decides which to trust. Folders are passed over.
 * @throws Error if the archive is damaged or holds anything else (links, devices, long names).
 */
export function readTar(archive: Uint8Array): TarFile[] {
  const files: TarFile[] = [];
  let position = 0;
  while (position + blockBytes <= archive.byteLength) {
    const header = archive.subarray(position, position + blockBytes);
    if (header.every((byte) => byte === 0)) return files;
    if (octal(header, 148, 8) !== checksum(header)) throw new Error('damaged tar archive: wrong checksum');
    const name = text(header, 0, 100);
    const size = octal(header, 124, 12);
    const type = text(header, 156, 1);
    position += blockBytes;
    if (position + size > archive.byteLength) throw new Error(`damaged tar archive: '${name}' is cut off`);
    if (type === '' || type === '0')
      files.push({ name, contents: archive.subarray(position, position + size) });
    else if (type !== '5') throw new Error(`tar archive with an entry of type '${type}': '${name}'`);
    position += Math.ceil(size / blockBytes) * blockBytes;
  }
  throw new Error('damaged tar archive: no end');
}
