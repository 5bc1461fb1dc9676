/**
 * JSON with one entry a line down to `depth` levels and everything below on one line: small diffs, readable files.
 * Ends with a newline. Keys keep the order they have.
 */
export function formatJson(value: unknown, depth: number): string {
  return `${format(value, depth, '')}\n`;
}

function format(value: unknown, depth: number, indent: string): string {
  if (depth === 0 || value === null || typeof value !== 'object') return inline(value);
  const inner = `${indent}  `;
  const entries = Array.isArray(value)
    ? value.map((item) => format(item, depth - 1, inner))
    : Object.entries(value)
        .filter(([, item]) => item !== undefined)
        .map(([key, item]) => `${JSON.stringify(key)}: ${format(item, depth - 1, inner)}`);
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  if (entries.length === 0) return `${open}${close}`;
  return `${open}\n${entries.map((entry) => inner + entry).join(',\n')}\n${indent}${close}`;
}

/** One line, with a space after commas and colons outside strings. */
function inline(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inline).join(', ')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const entries = Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .map(([key, item]) => `${JSON.stringify(key)}: ${inline(item)}`);
  return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`;
}
