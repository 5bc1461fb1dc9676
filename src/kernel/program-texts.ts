import { namesIn, type ProgramSource, placeholder } from '../manifest/index.ts';
import type { TunableValue } from '../space/index.ts';
import { failed, succeeded } from './failure.ts';
import { expandTemplate } from './preprocess/index.ts';
import { printingProgram } from './printing-program.ts';
import { parameterWords } from './program.ts';
import { blankComments } from './tokens.ts';
import type { Outcome, PrintedText, PrintSource } from './types.ts';
import { SourceModules } from './wesl.ts';

type Values = Readonly<Record<string, TunableValue>>;

const words = /[\p{XID_Start}_][\p{XID_Continue}]*/gu;

/**
 * The text of a program, whatever has to be done to get it: it is there, a template is filled in, or a program prints it. From
 * there on all of them go one way.
 */
export class ProgramTexts {
  readonly source: ProgramSource;
  /** The modules, where they are the same for all values; null where they are made for each. */
  readonly fixed: SourceModules | null;
  readonly #print: PrintSource | undefined;

  constructor(source: ProgramSource, print?: PrintSource) {
    this.source = source;
    this.#print = print;
    const isMade = source.template !== undefined || source.generator !== undefined;
    this.fixed = isMade ? null : new SourceModules(source);
  }

  /**
   * The modules for some values. What goes wrong is a failure, placed in the user's files.
   * @param options.twice a program that prints it is run twice, and has to print the same
   */
  async modules(values: Values, options: { readonly twice: boolean }): Promise<Outcome<SourceModules>> {
    if (this.fixed !== null) return succeeded(this.fixed);
    const { source } = this;
    if (source.generator === undefined) {
      const expanded = expandTemplate(source, values);
      return expanded.ok ? succeeded(new SourceModules(expanded.value)) : expanded;
    }
    const printed = await this.#printed(values, options);
    if (printed === null || !printed.ok) return printed ?? notPrinted;
    const files = { [source.path]: printed.value.text };
    return succeeded(new SourceModules({ path: source.path, language: 'wgsl', files }, printed.value));
  }

  /** What a program prints for some values; null if none does. */
  async printed(values: Values): Promise<PrintedText | null> {
    const printed = await this.#printed(values, { twice: false });
    return printed?.ok ? printed.value : null;
  }

  async #printed(values: Values, options: { readonly twice: boolean }): Promise<Outcome<PrintedText> | null> {
    const { generator } = this.source;
    if (generator === undefined) return null;
    const program = printingProgram(generator, values);
    const by = program.run.join(' ').slice(0, 200);
    const at = generator.at();
    if (this.#print === undefined) {
      return failed(
        'unsupported',
        `its program is what \`${by}\` prints, which is run with --allow-commands only`,
        at,
      );
    }
    const text = await this.#print(program, options);
    if (!text.ok) {
      // There is no program, whatever became of the one that prints it.
      const kind = text.failure.kind === 'timeout' ? 'compile' : text.failure.kind;
      return { ok: false, failure: { ...text.failure, kind, ...at } };
    }
    return succeeded({ text: text.value, by, at });
  }

  /** Words by which a program may use a tunable or workload parameter. */
  async words(values: Values): Promise<Outcome<ReadonlySet<string>>> {
    if (this.fixed !== null) return succeeded(parameterWords(this.fixed));
    const { generator, files } = this.source;
    if (generator === undefined)
      return succeeded(
        new Set(Object.values(files).flatMap((text) => blankComments(text).match(words) ?? [])),
      );
    const modules = await this.modules(values, { twice: true });
    return modules.ok
      ? succeeded(new Set([...namesIn(generator.run), ...parameterWords(modules.value)]))
      : modules;
  }

  /** Those of some names on which it depends in other ways than as a number that stands in its text. */
  decisive(names: readonly string[]): ReadonlySet<string> {
    const { generator, template, files } = this.source;
    if (generator !== undefined) return new Set(namesIn(generator.run));
    if (template === undefined) return new Set();
    const texts = Object.values(files).map((text) => blankComments(text));
    const decisive = texts.flatMap((text) => [
      ...(text.match(/^[ \t]*#(?:.*\\\r?\n)*.*$/gm) ?? []),
      ...[...text.matchAll(placeholder)].flatMap(([, placed = '']) => (/^\w+$/.test(placed) ? [] : [placed])),
    ]);
    const found = new Set(decisive.flatMap((text) => text.match(words) ?? []));
    return new Set(names.filter((name) => found.has(name)));
  }
}

const notPrinted = failed('validation', 'nothing prints it');
