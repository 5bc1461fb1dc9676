const token =
  /[\p{XID_Start}_][\p{XID_Continue}]*|0[xX][\da-fA-F.]*(?:[pP][+-]?\d+)?[fhiu]?|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[fhiu]?|\S/gu;

/**
 * The text with spaces for comments, so that every offset and line stays what it was. Block comments nest, and nothing
 * but their own marks counts inside (WGSL specification, "Comments").
 *
 * @param replacement what to put for the comment at `[start, end)`, as long as it is, instead of spaces.
 */
export function blankComments(
  wgsl: string,
  replacement: (start: number, end: number) => string | null = () => null,
): string {
  let result = '';
  let kept = 0;
  let at = 0;
  while (at < wgsl.length) {
    if (wgsl[at] !== '/' || (wgsl[at + 1] !== '/' && wgsl[at + 1] !== '*')) {
      at++;
      continue;
    }
    const end = wgsl[at + 1] === '/' ? lineEnd(wgsl, at) : blockEnd(wgsl, at);
    result += wgsl.slice(kept, at) + (replacement(at, end) ?? spaces(wgsl.slice(at, end)));
    at = end;
    kept = end;
  }
  return result + wgsl.slice(kept);
}

/** As many spaces as the text has characters, its line breaks kept. */
export function spaces(text: string): string {
  return text.replaceAll(/[^\r\n]/g, ' ');
}

function lineEnd(wgsl: string, from: number): number {
  const ending = /[\n\v\f\r\u0085\u2028\u2029]/g;
  ending.lastIndex = from;
  return ending.exec(wgsl)?.index ?? wgsl.length;
}

function blockEnd(wgsl: string, from: number): number {
  let depth = 0;
  for (let at = from; at < wgsl.length; at++) {
    if (wgsl.startsWith('/*', at)) {
      depth++;
      at++;
    } else if (wgsl.startsWith('*/', at)) {
      depth--;
      at++;
      if (depth === 0) return at + 1;
    }
  }
  return wgsl.length;
}

/**
 * The words, numbers and punctuation marks of WGSL without comments and white space.
 *
 * Punctuation comes one character at a time, because `>>` may close two templates; no valid program
 * changes its meaning by that, so equal tokens mean equal programs.
 */
export function canonicalTokens(wgsl: string): string[] {
  return blankComments(wgsl).match(token) ?? [];
}
