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

/** Brackets that are still open at the end, innermost last. */
function openBrackets(text: string): string[] {
  const open: string[] = [];
  outsideStrings(text, (part) => {
    for (const character of part) {
      if (character === '{' || character === '[') open.push(character);
      else if (character === '}' || character === ']') open.pop();
    }
    return part;
  });
  return open;
}

function close(text: string): string {
  const closers = openBrackets(text)
    .reverse()
    .map((bracket) => (bracket === '{' ? '}' : ']'));
  return text.trimEnd().replace(/,$/, '') + closers.join('');
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
  if (parses(closed)) return closed;
  // Entries are written one a line: without its last line the file ended after a whole entry.
  const lastLine = plain.trimEnd().lastIndexOf('\n');
  const shortened = lastLine === -1 ? closed : close(plain.slice(0, lastLine));
  return parses(shortened) ? shortened : plain;
}
