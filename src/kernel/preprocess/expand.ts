import {
  ComposedText,
  includeCandidates,
  type ProgramSource,
  placeholder,
  SourceText,
  type TextOrigin,
} from '../../manifest/index.ts';
import type { TunableValue } from '../../space/index.ts';
import { failed, succeeded } from '../failure.ts';
import { blankComments } from '../tokens.ts';
import type { Outcome } from '../types.ts';
import { Conditions } from './conditions.ts';
import { TemplateFault } from './fault.ts';
import { Macros } from './macros.ts';

/** Longest program that a template may come to. */
const longest = 4 * 1024 * 1024;

/** A directive's line. */
interface Line {
  readonly file: TemplateFile;
  readonly name: string;
  /** What follows the name, without comments. */
  readonly rest: string;
  readonly at: number;
  /** Files that include this one. */
  readonly around: readonly string[];
  refuse(message: string): never;
}

const printIt = "have a program print it: 'generate' (docs/sources.md)";

interface TemplateFile {
  readonly path: string;
  readonly text: string;
  /** The same, with spaces for comments. */
  readonly plain: string;
  readonly origin: TextOrigin;
}

/**
 * A template as a program for some values: its directives followed, macros and places for values replaced.
 * @returns a failure with the user's file, line and column if it cannot be
 */
export function expandTemplate(
  source: ProgramSource,
  values: Readonly<Record<string, TunableValue>>,
): Outcome<ProgramSource> {
  const { path, files, origins = {} } = source;
  const expansion = new Expansion(source, values);
  try {
    const composed = expansion.whole();
    return succeeded({
      path,
      language: source.language,
      files: { ...files, [path]: composed.text },
      origins: { ...origins, [path]: composed },
    });
  } catch (error) {
    if (!(error instanceof TemplateFault)) throw error;
    const place = expansion.file(error.file).origin.place(error.offset);
    return failed(error.isRefusal ? 'validation' : 'compile', error.message, place);
  }
}

/** A name that a program declares: as a variable, function or type, or as a member or parameter. */
function declares(plain: string, name: string): boolean {
  return new RegExp(
    `\\b(?:let|var(?:\\s*<[^>]*>)?|const|override|fn|struct|alias)\\s+${name}\\b|(?<!\\bcase\\s+)\\b${name}\\s*:(?!:)`,
  ).test(plain);
}

class Expansion {
  readonly #source: ProgramSource;
  readonly #macros: Macros;
  readonly #into = new ComposedText();
  readonly #files = new Map<string, TemplateFile>();
  readonly #word: RegExp;
  #length = 0;

  constructor(source: ProgramSource, values: Readonly<Record<string, TunableValue>>) {
    this.#source = source;
    const all = Object.keys(source.files).map((path) => this.file(path).plain);
    this.#macros = new Macros(values, (name) => all.some((plain) => declares(plain, name)));
    const { directives, placeholders } = source.template ?? { directives: false, placeholders: false };
    const parts = [
      ...(placeholders ? [placeholder.source] : []),
      // A member's name is none that a template means.
      ...(directives ? ['\\d[\\w.]*', '(?<![.\\p{XID_Continue}])[\\p{XID_Start}_][\\p{XID_Continue}]*'] : []),
    ];
    this.#word = new RegExp(parts.join('|'), 'gu');
  }

  file(path: string): TemplateFile {
    let file = this.#files.get(path);
    if (file === undefined) {
      const text = this.#source.files[path] ?? '';
      const origin = this.#source.origins?.[path] ?? new SourceText(path, text);
      file = { path, text, plain: blankComments(text), origin };
      this.#files.set(path, file);
    }
    return file;
  }

  whole(): ComposedText {
    this.#addFile(this.file(this.#source.path), []);
    return this.#into;
  }

  #add(
    text: string,
    { path, origin }: TemplateFile,
    ...[offset, replaced = false]: [number, boolean?]
  ): void {
    this.#length += text.length;
    if (this.#length > longest)
      throw new TemplateFault({ file: path, offset }, 'the program is more than 4 MiB');
    this.#into.add(text, origin, offset, replaced);
  }

  /** @param around files that include this one */
  #addFile(file: TemplateFile, around: readonly string[]): void {
    const { path, text, plain } = file;
    const conditions = new Conditions();
    let at = 0;
    while (at < text.length) {
      let end = lineEnd(text, at);
      const directive = this.#source.template?.directives
        ? /^[ \t]*#[ \t]*(\w*)/.exec(plain.slice(at, end))
        : null;
      if (directive === null) {
        if (conditions.active) this.#addText(file, at, end);
        this.#add(text.slice(end, end + 1), file, end);
      } else {
        // A line that ends in a backslash goes on in the next one.
        while (/\\\r?$/.test(plain.slice(at, end)) && end < text.length) end = lineEnd(text, end + 1);
        const [head, name = ''] = directive;
        const rest = plain
          .slice(at + head.length, end)
          .replaceAll(/\\\r?\n/g, ' ')
          .trim();
        this.#follow(this.#line({ file, name, rest, around, at: at + head.indexOf('#') }), conditions);
        this.#add('\n', file, end);
      }
      at = end + 1;
    }
    const { unclosed } = conditions;
    if (unclosed !== null)
      throw new TemplateFault({ file: path, offset: unclosed }, 'this condition has no #endif');
  }

  /** A line of the program, with what stands for something else replaced. */
  #addText(file: TemplateFile, from: number, to: number): void {
    const { path, text, plain } = file;
    let copied = from;
    for (const found of plain.slice(from, to).matchAll(this.#word)) {
      const [word, placed] = found;
      const at = from + found.index;
      const replaced = this.#attempt({ file: path, offset: at }, () =>
        word.startsWith('{{') ? this.#macros.placed(placed ?? '') : this.#macros.expansion(word),
      );
      if (replaced === null) continue;
      this.#add(text.slice(copied, at), file, copied);
      this.#add(replaced, file, at, true);
      copied = at + word.length;
    }
    this.#add(text.slice(copied, to), file, copied);
  }

  #attempt<T>(at: { readonly file: string; readonly offset: number }, work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (error instanceof TemplateFault || !(error instanceof Error)) throw error;
      throw new TemplateFault(at, error.message);
    }
  }

  #line(line: Omit<Line, 'refuse'>): Line {
    const refuse = (message: string): never => {
      throw new TemplateFault({ file: line.file.path, offset: line.at }, message);
    };
    return { ...line, refuse };
  }

  #follow(line: Line, conditions: Conditions): void {
    const { name, rest, at, refuse } = line;
    if (name === 'else' && /^if(?:n?def)?\b/.test(rest))
      refuse(`\`#else ${rest}\` is naga_oil's; write #elif, or ${printIt}`);
    const holds = () => this.#holds(line);
    if (conditions.follow({ name, at, holds, refuse }) || !conditions.active) return;
    switch (name) {
      case 'define':
        this.#define(line);
        break;
      case 'undef':
        this.#macros.undefine(nameIn(line));
        break;
      case 'include':
        this.#include(line);
        break;
      case 'error':
        throw new TemplateFault({ file: line.file.path, offset: at }, `#error ${rest}`, true);
      default:
        refuse(`\`#${name}\` is no directive that is read; ${printIt}`);
    }
  }

  #holds(line: Line): boolean {
    const { file, name, rest, at } = line;
    if (name === 'else') return true;
    if (name.endsWith('def')) return this.#macros.isDefined(nameIn(line)) !== name.endsWith('ndef');
    return this.#attempt({ file: file.path, offset: at }, () => this.#macros.holds(rest));
  }

  #define(line: Line): void {
    const { rest, refuse } = line;
    const name = nameIn(line);
    const text = rest.slice(name.length);
    if (text.startsWith('('))
      refuse(
        `the macro \`${name}\` has parameters, which are not read; write a function of WGSL, or ${printIt}`,
      );
    if (text.includes('##')) refuse(`\`##\` is not read; ${printIt}`);
    this.#macros.define(name, text.trim());
  }

  #include({ file, rest, around, refuse }: Line): void {
    const { files, path: root } = this.#source;
    const written = /^"([^"]+)"$/.exec(rest)?.[1] ?? refuse(`\`#include ${rest}\` names no file in quotes`);
    const path =
      includeCandidates(written, file.path, root).find((one) => Object.hasOwn(files, one)) ??
      refuse(`there is no file \`${written}\` to include`);
    if (path === file.path || around.includes(path)) refuse(`\`${written}\` includes itself`);
    this.#addFile(this.file(path), [...around, file.path]);
  }
}

/** The name that a directive begins with. */
function nameIn({ name, rest, refuse }: Line): string {
  return /^[A-Za-z_]\w*/.exec(rest)?.[0] ?? refuse(`#${name} needs a name`);
}

/** Where a line ends: at its line break, or at the end of the text. */
function lineEnd(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end === -1 ? text.length : end;
}
