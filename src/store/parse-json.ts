import { JoulegateError } from '../errors/index.ts';
import { printable } from './printable.ts';

/** Deeper nesting than any of our formats has; walkers and printers recurse. */
const maxDepth = 64;

const quote = 34;
const backslash = 92;

/** Nesting depth of brackets outside strings. Works on any text, valid JSON or not. */
function nestingDepth(text: string): number {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (inString) {
      if (code === backslash) i++;
      else if (code === quote) inString = false;
    } else if (code === quote) inString = true;
    // 91 [ and 123 { open, 93 ] and 125 } close.
    else if (code === 91 || code === 123) {
      depth++;
      if (depth > deepest) deepest = depth;
    } else if (code === 93 || code === 125) depth--;
  }
  return deepest;
}

/**
 * Parses JSON of bounded depth. `label` names the source in messages.
 * @throws JoulegateError (bad-input, `damaged-file`).
 */
export function parseJson(text: string, label: string): unknown {
  if (nestingDepth(text) > maxDepth) {
    throw new JoulegateError('bad-input', `${label} is nested more than ${maxDepth} levels deep`, {
      code: 'damaged-file',
      nextStep: 'Check that this is the right file.',
    });
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    const conflict = /^(<{7}|>{7}) /m.test(text);
    // The engine's words quote the text, which may be anybody's: the place is enough.
    const place = /at position \d+(?: \(line \d+ column \d+\))?/.exec((error as Error).message)?.[0];
    const where = place === undefined ? '' : `, as it shows ${place}`;
    throw new JoulegateError(
      'bad-input',
      printable(conflict ? `${label} holds an unresolved merge conflict` : `${label} is not JSON${where}`),
      {
        code: 'damaged-file',
        nextStep: conflict ? 'Resolve the conflict.' : 'Fetch or write the file again.',
      },
    );
  }
}
