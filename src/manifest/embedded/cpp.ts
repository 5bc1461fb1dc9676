import type { ComposedText } from '../composed-text.ts';
import type { HostFile } from './host-file.ts';
import { addLiterals, behindQuoted, behindSpace, type Definition, type Lexicon } from './literals.ts';

const rawStart = /(?:u8|[uUL])?R"([^ ()\\\t\v\f\n]{0,16})\(/y;
const quoteStart = /(?:u8|[uUL])?(["'])/y;

/** C++: raw strings R"d(...)d", others with escapes, characters. A `'` within a number parts its digits. */
const cpp: Lexicon = {
  skip: (text, at) => behindSpace(text, at, false),
  literal(text, at) {
    rawStart.lastIndex = at;
    const raw = rawStart.exec(text);
    if (raw !== null) {
      const from = at + raw[0].length;
      const close = `)${raw[1]}"`;
      const to = text.indexOf(close, from);
      return {
        kind: 'raw',
        from,
        to: to === -1 ? text.length : to,
        end: to === -1 ? text.length : to + close.length,
      };
    }
    quoteStart.lastIndex = at;
    const quoted = quoteStart.exec(text);
    const partsDigits = text[at] === "'" && /[\da-fA-F]/.test(text[at - 1] ?? '');
    if (quoted === null || partsDigits) return null;
    const from = at + quoted[0].length;
    const end = behindQuoted(text, from - 1, quoted[1] ?? '"');
    return { kind: quoted[1] === '"' ? 'text' : 'mark', from, to: end - 1, end };
  },
};

const definition: Definition = {
  way: /^(?:\[\w*\])?(?:=(?!=))?(?:[\w:<>]*[({])*$/,
  end: /^(?:[;,})\]]|sv?)$/,
  before: 'define',
};

/** A raw string of C++, out of the constant, member or macro of that name, with those that follow it directly. */
export function takeFromCpp(host: HostFile, into: ComposedText): void {
  addLiterals(host, cpp, definition, into);
}
