import { isMap, isScalar, type ParsedNode, parseYaml } from './yaml-nodes.ts';

/** Lines to be put below keys of a manifest, indented by two blanks, each with a line break. */
export interface NewEntries {
  readonly kernels: string;
  readonly networks: string;
}

/** Where the entries of a block mapping end, and how far they are indented; null for what is written in one line. */
function blockEnd(
  node: ParsedNode | null,
  text: string,
): { readonly end: number; readonly indent: number } | null {
  if (!isMap(node) || node.flow === true) return null;
  const [start, end] = node.range;
  return { end, indent: start - (text.lastIndexOf('\n', start - 1) + 1) };
}

/**
 * A manifest with new entries behind those that it has; all else stays as it is to the letter. `networks` is added if need be.
 * @returns null if `kernels` or `networks` is not written line by line, so that nothing can be put below it
 */
export function insertEntries(text: string, entries: NewEntries): string | null {
  const { root } = parseYaml(text);
  if (!isMap(root)) return null;
  // Of two that go to the same place, the one that is put there last comes first.
  const places = (['networks', 'kernels'] as const).map((key) => {
    const pair = root.items.find((item) => isScalar(item.key) && item.key.value === key);
    return {
      key,
      isThere: pair !== undefined,
      place: blockEnd((pair?.value ?? null) as ParsedNode | null, text),
    };
  });
  const ended = text === '' || text.endsWith('\n') ? text : `${text}\n`;
  const pieces = places.map(({ key, isThere, place }) => {
    if (place !== null) {
      const indented = entries[key].replaceAll(/^ {2}(?=.)/gm, ' '.repeat(place.indent));
      return { at: Math.min(place.end, ended.length), text: indented };
    }
    return isThere ? null : { at: ended.length, text: `${key}:\n${entries[key]}` };
  });
  if (pieces.includes(null)) return null;
  return pieces
    .map((piece) => piece!)
    .sort((one, other) => other.at - one.at)
    .reduce((whole, piece) => {
      const before = whole.slice(0, piece.at);
      return `${before}${before.endsWith('\n') ? '' : '\n'}${piece.text}${whole.slice(piece.at)}`;
    }, ended);
}
