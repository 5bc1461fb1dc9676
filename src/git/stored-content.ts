import { createHash } from 'node:crypto';
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';

/** Whether git would store these bytes, as they are, as the object of this hash. */
export function isObject(bytes: Uint8Array, object: string): boolean {
  const algorithm = object.length === 64 ? 'sha256' : 'sha1';
  return createHash(algorithm).update(`blob ${bytes.length}\0`).update(bytes).digest('hex') === object;
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function pointer(hash: string, size: number): Buffer {
  return Buffer.from(`version https://git-lfs.github.com/spec/v1\noid sha256:${hash}\nsize ${size}\n`);
}

/** What Git LFS has git store in the place of these bytes: the specification allows one text for each content. */
export function lfsPointer(bytes: Uint8Array): Buffer {
  return pointer(sha256(bytes), bytes.length);
}

/** The same for a file of any size. */
export function lfsPointerOfFile(path: string): Buffer {
  const hash = createHash('sha256');
  const chunk = Buffer.alloc(1024 * 1024);
  const file = openSync(path, 'r');
  try {
    let size = 0;
    for (let read = readSync(file, chunk); read > 0; read = readSync(file, chunk)) {
      hash.update(chunk.subarray(0, read));
      size += read;
    }
    return pointer(hash.digest('hex'), size);
  } finally {
    closeSync(file);
  }
}

/** The content's hash in a pointer of Git LFS; null for anything else. */
export function lfsContentHash(stored: Uint8Array): string | null {
  if (stored.length > 1024) return null;
  const text = Buffer.from(stored).toString('latin1');
  const match =
    /^version https:\/\/git-lfs\.github\.com\/spec\/v1\noid sha256:([0-9a-f]{64})\nsize \d+\n$/.exec(text);
  return match?.[1] ?? null;
}

/** What Git LFS has fetched for a pointer, without asking it; null if it has not, or something else is there. */
export function lfsContent(commonDirectory: string, hash: string): Buffer | null {
  try {
    const bytes = readFileSync(
      join(commonDirectory, 'lfs', 'objects', hash.slice(0, 2), hash.slice(2, 4), hash),
    );
    return sha256(bytes) === hash ? bytes : null;
  } catch {
    // Not fetched, or not for us to read: the caller says by name what is missing.
    return null;
  }
}
