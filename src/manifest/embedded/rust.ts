import type { ComposedText } from '../composed-text.ts';
import type { HostFile } from './host-file.ts';
import { addLiterals, behindQuoted, behindSpace, type Definition, type Lexicon } from './literals.ts';

const rawStart = /b?r(#{0,255})"/y;
const character = /'(?:\\(?:x[\da-fA-F]{2}|u\{[\da-fA-F]+\}|.)|[^\\'])'/uy;

/** Rust: raw strings r#"..."#, others with escapes, characters. A `'` that closes nothing begins a lifetime. */
const rust: Lexicon = {
  skip: (text, at) => behindSpace(text, at, true),
  literal(text, at) {
    rawStart.lastIndex = at;
    const raw = rawStart.exec(text);
    if (raw !== null) {
      const from = at + raw[0].length;
      const close = `"${raw[1]}`;
      const to = text.indexOf(close, from);
      return {
        kind: 'raw',
        from,
        to: to === -1 ? text.length : to,
        end: to === -1 ? text.length : to + close.length,
      };
    }
    if (text[at] === '"') {
      const end = behindQuoted(text, at, '"');
      return { kind: 'text', from: at + 1, to: end - 1, end };
    }
    character.lastIndex = at;
    return character.test(text) ? { kind: 'mark', from: at, to: at, end: character.lastIndex } : null;
  },
};

const definition: Definition = {
  way: /^(?::[^=;]*=|[:=])&?(?:\w+!\W?)?$/,
  end: /^[;,})\]]$/,
};

/** A literal of Rust, out of the constant or field of that name. */
export function takeFromRust(host: HostFile, into: ComposedText): void {
  addLiterals(host, rust, definition, into);
}
