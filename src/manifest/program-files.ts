import { NamedFiles } from './named-files.ts';
import { folderOf, relativePath } from './paths.ts';
import type { Place } from './place.ts';
import type { FileReader, ProgramSource } from './types.ts';

/** Bounds of what one WESL program may draw from. */
const maxModules = 500;
const maxTotalCharacters = 4 * 1024 * 1024;

/** What there is in place of a program that could not be read; a manifest with faults is never used. */
const noProgram: ProgramSource = { path: '', language: 'wgsl', files: {} };

/** Reads programs by path relative to a folder, each folder once. */
export class ProgramFiles {
  readonly #named: NamedFiles;
  readonly #modules = new Map<string, Readonly<Record<string, string>> | string>();

  /** @param folder what paths are relative to, itself relative to the reader's root */
  constructor(reader: FileReader, folder: string) {
    this.#named = new NamedFiles(reader, folder);
  }

  /** A program; whatever keeps it from being read is reported at `place`. */
  read(path: string, place: Place): ProgramSource {
    const resolved = this.#named.resolve(path, place);
    if (resolved === null) return noProgram;
    const language = /\.(wesl|wgsl)$/.exec(resolved)?.[1] as 'wesl' | 'wgsl' | undefined;
    if (language === undefined) {
      place.value({
        message: `'${path}' is neither a .wesl nor a .wgsl file`,
        nextStep: 'give the WESL or WGSL program',
      });
      return noProgram;
    }
    const text = this.#named.attempt(place, () => this.#named.reader.read(resolved));
    if (text === undefined) return noProgram;
    if (text === null) {
      this.#named.reportMissing(path, resolved, place);
      return noProgram;
    }
    const root = relativePath(this.#named.folder, resolved);
    if (language === 'wgsl') return { path: root, language, files: { [root]: text } };
    const modules = this.#modulesIn(folderOf(resolved), place);
    return { path: root, language, files: { ...modules, [root]: text } };
  }

  /** Every WESL and WGSL file in a folder and below, by path relative to the manifest's folder. */
  #modulesIn(folder: string, place: Place): Readonly<Record<string, string>> {
    let modules = this.#modules.get(folder);
    if (modules === undefined) {
      modules = this.#named.attempt(place, () => this.#readModules(folder)) ?? {};
      this.#modules.set(folder, modules);
    }
    if (typeof modules !== 'string') return modules;
    place.value({ message: modules, nextStep: 'keep kernels in a folder of their own' });
    return {};
  }

  #readModules(folder: string): Readonly<Record<string, string>> | string {
    const name = folder === '' ? 'the repository' : `'${folder}'`;
    const paths = this.#named.reader.list(folder).filter((path) => /\.(wesl|wgsl)$/.test(path));
    if (paths.length > maxModules) return `${name} holds more than ${maxModules} modules`;
    const modules: Record<string, string> = {};
    let characters = 0;
    for (const path of paths) {
      const text = this.#named.reader.read(path);
      if (text === null) continue;
      characters += text.length;
      if (characters > maxTotalCharacters) return `the modules in ${name} are more than 4 MiB of text`;
      modules[relativePath(this.#named.folder, path)] = text;
    }
    return modules;
  }
}
