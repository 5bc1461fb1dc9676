import { createHash } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { type CommentRow, validateComment } from '../../schema/index.ts';

/** What a comment of ours says about itself. */
export interface CommentContent {
  /** Equal for equal manifests. */
  readonly manifestHash: string;
  /** Empty if they cannot be read. */
  readonly rows: readonly CommentRow[];
}

/** Rows of a comment are a tenth of that when they are unpacked. */
const maxUnpacked = 2 * 1024 * 1024;

/** What stands for a manifest. */
export function manifestHash(manifest: string): string {
  const path = manifest.replaceAll('\\', '/').replace(/^(?:\.\/)+/, '');
  return createHash('sha256').update(path).digest('hex').slice(0, 16);
}

/** The first line of a comment. */
export function originLine(manifest: string): string {
  return `<!-- joulegate:${manifestHash(manifest)} -->`;
}

/** The last line of a comment: its rows, which are not shown. */
export function rowsLine(rows: readonly CommentRow[]): string {
  const packed = deflateRawSync(JSON.stringify({ version: 1, rows }), { level: 9 });
  return `<!-- joulegate-rows:${packed.toString('base64url')} -->`;
}

/** Rows out of a comment that anybody may have edited: all of them are sound, or there are none. */
function unpackRows(packed: string): readonly CommentRow[] {
  try {
    const bytes = inflateRawSync(Buffer.from(packed, 'base64url'), { maxOutputLength: maxUnpacked });
    const checked = validateComment(JSON.parse(bytes.toString('utf8')));
    return checked.ok ? checked.value.rows : [];
  } catch {
    // Not ours any more; what is known is written anew.
    return [];
  }
}

/** Reads a comment; null for one that is not ours, which includes text that quotes ours. */
export function readComment(body: string): CommentContent | null {
  const [, hash] = /^<!-- joulegate:([0-9a-f]{16}) -->\r?\n/.exec(body) ?? [];
  if (hash === undefined) return null;
  const [, packed = ''] = /\n<!-- joulegate-rows:([\w-]{1,65000}) -->\s*$/.exec(body.slice(0, 70_000)) ?? [];
  return { manifestHash: hash, rows: packed === '' ? [] : unpackRows(packed) };
}
