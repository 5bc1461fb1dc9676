import { extensionOf, extractProgram, hostExtensions } from './embedded/index.ts';
import { NamedFiles } from './named-files.ts';
import { relativePath } from './paths.ts';
import type { Place } from './place.ts';
import { SourceText } from './source-text.ts';
import { foreignTemplate, includeCandidates, includedPaths, templateMarks } from './templates.ts';
import type { FileReader, ProgramSource } from './types.ts';
import { readWesl } from './wesl-modules.ts';
import { PackageFault, WeslPackages } from './wesl-package.ts';

/** Bounds of what one program may draw from. */
const maxModules = 500;
const maxTotalCharacters = 4 * 1024 * 1024;

/** What there is in place of a program that could not be read; a manifest with faults is never used. */
export const noProgram: ProgramSource = { path: '', language: 'wgsl', files: {} };

/** A program as the manifest names it: a file, or a literal in one. */
export type WrittenSource =
  | string
  | { readonly file?: string | undefined; readonly export?: string | undefined };

/** The last part of a program's file name may be that of a template: `matmul.wgsl.tmpl`. */
const programName = /\.(wesl|wgsl)(?:\.[A-Za-z0-9]+)?$/;

/** Words that no WGSL has. */
const isWesl = /^[ \t]*import\b|@(?:if|elif|else)\b|::/m;

/** The text with spaces for comments. */
function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*/g, (comment) => comment.replaceAll(/[^\n]/g, ' '));
}

/** Reads programs by path relative to a folder. */
export class ProgramFiles {
  readonly #named: NamedFiles;
  readonly #packages: WeslPackages;
  /** Passes of one program share it. */
  readonly #known = new Map<string, ProgramSource>();

  /** @param folder what paths are relative to, itself relative to the reader's root */
  constructor(reader: FileReader, folder: string) {
    this.#named = new NamedFiles(reader, folder);
    this.#packages = new WeslPackages(reader);
  }

  /**
   * A program; whatever keeps it from being read is reported at `place`.
   * @param parameters names of tunables and workload parameters
   */
  read(written: WrittenSource, place: Place, parameters: readonly string[]): ProgramSource {
    const key = typeof written === 'string' ? written : JSON.stringify([written, parameters]);
    let known = this.#known.get(key);
    if (known === undefined) {
      known =
        typeof written === 'string'
          ? this.#readFile(written, place)
          : this.#readLiteral(written, place, parameters);
      if (known !== noProgram) this.#known.set(key, known);
    }
    return known;
  }

  #readFile(path: string, place: Place): ProgramSource {
    const resolved = this.#named.resolve(path, place);
    if (resolved === null) return noProgram;
    const language = programName.exec(resolved)?.[1] as 'wesl' | 'wgsl' | undefined;
    if (language === undefined) {
      const isHost = hostExtensions.includes(extensionOf(resolved));
      place.value({
        message: `'${path}' is neither a .wesl nor a .wgsl file`,
        nextStep: isHost
          ? `name the constant that holds the program: { file: ${path}, export: NAME }`
          : 'give the WESL or WGSL program',
      });
      return noProgram;
    }
    const text = this.#textOf(path, resolved, place);
    if (text === null) return noProgram;
    const root = relativePath(this.#named.folder, resolved);
    if (language === 'wgsl') return this.#wgsl({ path: root, language, files: { [root]: text } }, place);
    return this.#wesl(resolved, text, place) ?? noProgram;
  }

  #readLiteral(
    { file, export: name }: Exclude<WrittenSource, string>,
    place: Place,
    parameters: readonly string[],
  ): ProgramSource {
    if (file === undefined || name === undefined) return noProgram;
    const resolved = this.#named.resolve(file, place.at('file'));
    const hosted = resolved === null ? null : this.#textOf(file, resolved, place.at('file'));
    if (resolved === null || hosted === null) return noProgram;
    const path = relativePath(this.#named.folder, resolved);
    const taken = extractProgram({ path, text: hosted, name, parameters: new Set(parameters) });
    if (!taken.ok) {
      const { message, nextStep, position } = taken;
      const at = position === null ? '' : `${position.file}:${position.line}:${position.column}: `;
      const isExtension = message.startsWith("'");
      (isExtension ? place.at('file') : place.at('export')).value({ message: `${at}${message}`, nextStep });
      return noProgram;
    }
    const { text, origin } = taken;
    const language = isWesl.test(withoutComments(text)) ? 'wesl' : 'wgsl';
    const origins = { [path]: origin };
    if (language === 'wgsl') return this.#wgsl({ path, language, files: { [path]: text }, origins }, place);
    const marks = templateMarks(text);
    const linked = this.#wesl(resolved, text, place);
    return linked === null
      ? noProgram
      : { ...linked, origins, ...(marks === null ? {} : { template: marks }) };
  }

  #textOf(path: string, resolved: string, place: Place): string | null {
    const text = this.#named.attempt(place, () => this.#named.reader.read(resolved));
    if (text === null) this.#named.reportMissing(path, resolved, place);
    return text ?? null;
  }

  /** A program of WGSL, which may be a template of it: then with all that it may include. */
  #wgsl(source: ProgramSource, place: Place): ProgramSource {
    const { path, origins } = source;
    const text = source.files[path] ?? '';
    const other = foreignTemplate(withoutComments(text));
    if (other !== null) {
      const { file, line, column } = (origins?.[path] ?? new SourceText(path, text)).place(other.offset);
      place.value({
        message: `${file}:${line}:${column}: this is a template in ${other.name}, which is not read`,
        nextStep: "have the project's own program print it: 'generate' (docs/sources.md)",
      });
      return noProgram;
    }
    const template = templateMarks(text);
    if (template === null) return source;
    return { ...source, files: this.#withIncluded(source, place), template };
  }

  /** A template with the files that it includes and that are there, and theirs. */
  #withIncluded({ path, files }: ProgramSource, place: Place): ProgramSource['files'] {
    const all: Record<string, string> = { ...files };
    const waiting = [path];
    let characters = 0;
    for (let from = waiting.pop(); from !== undefined; from = waiting.pop()) {
      for (const written of includedPaths(all[from] ?? '')) {
        for (const candidate of includeCandidates(written, from, path)) {
          if (Object.hasOwn(all, candidate)) break;
          const resolved = this.#named.resolve(candidate, place);
          const text =
            resolved === null ? null : this.#named.attempt(place, () => this.#named.reader.read(resolved));
          if (text === null || text === undefined) continue;
          all[candidate] = text;
          waiting.push(candidate);
          characters += text.length;
          break;
        }
      }
      if (characters <= maxTotalCharacters && Object.keys(all).length <= maxModules) continue;
      place.value({
        message: `'${path}' includes more than ${maxModules} files or 4 MiB of text`,
        nextStep: 'include less',
      });
      break;
    }
    return all;
  }

  /** A program of WESL with every module that it may import. */
  #wesl(path: string, text: string, place: Place): ProgramSource | null {
    return (
      this.#named.attempt(place, () => {
        try {
          return readWesl(this.#named.reader, path, text, this.#named.folder, this.#packages);
        } catch (error) {
          if (!(error instanceof PackageFault)) throw error;
          place.value({ message: error.message, nextStep: 'docs/wesl.md says how packages are found' });
          return null;
        }
      }) ?? null
    );
  }
}
