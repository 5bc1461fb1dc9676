/**
 * Kernel Tuner appends to its cache while it runs and closes it only at the end; a run that was interrupted leaves the
 * brackets open, often after a comma, sometimes in the middle of an entry. Python also writes NaN and Infinity, which
 * are not JSON.
 */

const literals = /-?\b(?:NaN|Infinity)\b/g;

/** Applies `change` to the parts of JSON text that are outside strings. */
function outsideStrings(text: string, change: (part: string) => string): string {
  return text.replace(/"[^"\\]*(?:\\.[^"\\]*)*"|[^"]+/gs, (part) =>
    part.startsWith('"') ? part : change(part),
  );
}

/** Depth of an entry's own brackets: the file's, the cache's, the entry's. */
const entryDepth = 3;

interface Extent {
  /** Brackets still open at the end, in order. */
  readonly open: readonly string[];
  /** Where the last whole entry ends; 0 if there is none. */
  readonly wholeEnd: number;
}

/** Follows the brackets of JSON text, which may end anywhere. */
function measureExtent(text: string): Extent {
  const open: string[] = [];
  let wholeEnd = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const character = text[i];
    if (inString) {
      if (character === '\\') i++;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if (character === '{' || character === '[') open.push(character);
    else if (character === '}' || character === ']') {
      open.pop();
      if (character === '}' && open.length === entryDepth - 1) wholeEnd = i + 1;
    }
  }
  return { open, wholeEnd };
}

/** Drops what follows the last whole entry, unless it only closes, and closes what is open. */
function close(text: string): string {
  const { wholeEnd } = measureExtent(text);
  const rest = text.slice(wholeEnd);
  const kept = wholeEnd > 0 && /[^\s,}]/.test(rest) ? text.slice(0, wholeEnd) : text;
  const closers = measureExtent(kept)
    .open.toReversed()
    .map((bracket) => (bracket === '{' ? '}' : ']'));
  return kept.trimEnd().replace(/,$/, '') + closers.join('');
}

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/**
 * Text of a cache as it is, or the nearest valid JSON: literals become null, open brackets are closed, and an entry that
 * was being written when the run ended is dropped. Text beyond repair comes back for the JSON parser to complain about.
 */
export function repairCache(text: string): string {
  if (parses(text)) return text;
  const plain = outsideStrings(text, (part) => part.replace(literals, 'null'));
  if (parses(plain)) return plain;
  const closed = close(plain);
  return parses(closed) ? closed : plain;
}
