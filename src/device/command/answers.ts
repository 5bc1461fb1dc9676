/** What a program says to us in a line. */
export type ProgramAnswer =
  /** `configures`: it takes `configure NAME=VALUE ...`. */
  | { readonly kind: 'ready'; readonly configures: boolean }
  | { readonly kind: 'written' }
  /** `resolutionMs`: smallest difference that it can tell, the last digit that it printed. */
  | { readonly kind: 'time'; readonly ms: number; readonly resolutionMs: number }
  | { readonly kind: 'error'; readonly why: string }
  /** What it runs on, and which sensor is that's. */
  | { readonly kind: 'device' | 'sensor'; readonly name: string }
  /** No answer, though it may have been meant as one: why not. */
  | { readonly kind: 'doubtful'; readonly why: string };

/** Before an answer it keeps apart what is said to us and what a library prints. */
const prefix = /^joulegate:\s*(.*)$/;

/** Finer than any timer. */
const finestMs = 1e-6;

function readTime(text: string): { readonly ms: number; readonly resolutionMs: number } | null {
  const match = /^(\d+)(?:\.(\d*))?(?:e([+-]?\d+))?(?: *ms)?$/i.exec(text.trim());
  if (match === null) return null;
  const [, , digits = '', exponent = '0'] = match;
  const ms = Number.parseFloat(text);
  if (!Number.isFinite(ms)) return null;
  return { ms, resolutionMs: Math.max(finestMs, 10 ** (Number(exponent) - digits.length)) };
}

/** An answer without its prefix; null if it is none. */
function readAnswer(text: string): ProgramAnswer | null {
  const [, word = '', rest = ''] = /^(\S+)(?:\s+(.*))?$/.exec(text) ?? [];
  switch (word) {
    case 'ready':
      return rest === '' || rest === 'configure' ? { kind: word, configures: rest !== '' } : null;
    case 'written':
      return rest === '' ? { kind: word } : null;
    case 'time': {
      const time = readTime(rest);
      const why = `it printed '${text.slice(0, 80)}', which is no time in milliseconds`;
      return time === null ? { kind: 'doubtful', why } : { kind: word, ...time };
    }
    case 'error':
      return { kind: word, why: rest === '' ? 'it says that it cannot run this configuration' : rest };
    case 'device':
    case 'sensor':
      return rest === '' ? null : { kind: word, name: rest };
    default:
      return null;
  }
}

/**
 * Tells a program's answers from what else is on its standard output. A program that puts `joulegate:` before one answer does so
 * before all: words of the protocol in the chatter of a library are nothing to us then.
 */
export class AnswerReader {
  #isPrefixed = false;

  /** @returns null for a line that is the program's own */
  read(line: string): ProgramAnswer | null {
    const text = line.trimEnd();
    const prefixed = prefix.exec(text)?.[1];
    if (prefixed !== undefined) {
      this.#isPrefixed = true;
      const why = `it printed '${text.slice(0, 80)}', which is no answer`;
      return readAnswer(prefixed) ?? { kind: 'doubtful', why };
    }
    const answer = readAnswer(text);
    // Too common as words of others to be taken without the prefix.
    if (answer === null || answer.kind === 'device' || answer.kind === 'sensor') return null;
    if (!this.#isPrefixed) return answer;
    if (answer.kind === 'doubtful' || answer.kind === 'error') return null;
    const why = `it printed '${text.slice(0, 80)}' without the 'joulegate:' that it began with`;
    return { kind: 'doubtful', why };
  }
}
