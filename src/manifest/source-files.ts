import { createHash } from 'node:crypto';
import { JoulegateError } from '../errors/index.ts';
import { NamedFiles } from './named-files.ts';
import type { Place } from './place.ts';
import type { FileReader, FillDefinition, KernelDefinition, SourceFile, SourceGenerator } from './types.ts';

/** Bounds of what one program may be made of. It is copied for every different build. */
const maxFiles = 2000;
const maxTotalBytes = 64 * 1024 * 1024;

type Files = Record<string, SourceFile>;

const pointerStart = 'version https://git-lfs.github.com/spec/';

/** What git keeps in place of a file that Git LFS keeps. */
function isPointer({ content }: SourceFile): boolean {
  return Buffer.from(content().subarray(0, pointerStart.length)).toString() === pointerStart;
}

function filesOfFill(fill: FillDefinition): Readonly<Files> {
  if (typeof fill === 'string') return {};
  if ('file' in fill) return { [fill.file.path]: fill.file.source };
  return 'generate' in fill ? fill.generate.files : {};
}

/** What prints programs of a kernel or its reference. */
export function sourceGenerators({ passes, reference }: KernelDefinition): readonly SourceGenerator[] {
  return [...passes, ...(reference?.passes ?? [])].flatMap(({ source }) => source.generator ?? []);
}

/**
 * Refuses programs that cannot be built as they are on the disk, because Git LFS did not fetch what they are built from. To
 * compare them with what they were it is not needed.
 * @throws JoulegateError (bad-input, `source-not-in-git`)
 */
export function checkSourcesFetched(kernels: readonly KernelDefinition[]): void {
  for (const kernel of kernels) {
    const { name, command, buffers, position } = kernel;
    const files = [
      command?.files ?? {},
      ...buffers.map(({ fill }) => filesOfFill(fill)),
      ...sourceGenerators(kernel).map((generator) => generator.files),
    ];
    const [path] = files.flatMap(Object.entries<SourceFile>).find(([, file]) => isPointer(file)) ?? [];
    if (path === undefined) continue;
    throw new JoulegateError(
      'bad-input',
      `${position.file}:${position.line}: kernel ${name} is built from ${path}, which is a pointer of Git LFS and not the file itself`,
      {
        code: 'source-not-in-git',
        nextStep:
          'Fetch it (actions/checkout with lfs: true), keep it in git as it is, or have the program fetch it.',
      },
    );
  }
}

/** Reads what programs and buffers are made of that are no WGSL. */
export class SourceFiles {
  readonly #named: NamedFiles;
  readonly #known = new Map<string, SourceFile>();

  /** @param folder the manifest's, relative to the reader's root */
  constructor(reader: FileReader, folder: string) {
    this.#named = new NamedFiles(reader, folder);
  }

  /** Folder that programs are built and run in. */
  get folder(): string {
    return this.#named.folder;
  }

  /** Files, and all in folders and below, by path relative to the reader's root; faults are reported at `places`. */
  read(written: readonly { readonly path: string; readonly place: Place }[]): Readonly<Files> {
    const files: Files = {};
    let bytes = 0;
    for (const { path, place } of written) {
      const resolved = this.#named.resolve(path, place);
      if (resolved === null) continue;
      if (`${this.folder}/`.startsWith(resolved === '' ? '' : `${resolved}/`)) {
        place.value({
          message: `'${path}' is the manifest's own folder, which the tuned state lies in`,
          nextStep: "name the program's files, or put them in a folder of their own",
        });
        continue;
      }
      const found = this.#named.attempt(place, () => this.#below(resolved));
      if (found === undefined) continue;
      if (found.length === 0) this.#named.reportMissing(path, resolved, place);
      for (const [name, file, length] of found) {
        if (Object.hasOwn(files, name)) continue;
        files[name] = file;
        bytes += length;
      }
      if (Object.keys(files).length > maxFiles || bytes > maxTotalBytes) {
        place.value({
          message: `the sources are more than ${maxFiles} files or ${maxTotalBytes / 1024 / 1024} MiB`,
          nextStep: 'name only what the program is built from',
        });
        return {};
      }
    }
    return Object.fromEntries(Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** The file at a path, or those of the folder there. */
  #below(path: string): readonly (readonly [string, SourceFile, number])[] {
    return this.#named.reader
      .listSources(path)
      .slice(0, maxFiles + 1)
      .flatMap((name) => {
        const file = this.#file(name);
        return file === null ? [] : [file];
      });
  }

  #file(path: string): readonly [string, SourceFile, number] | null {
    const known = this.#known.get(path);
    if (known !== undefined) return [path, known, known.content().byteLength];
    const content = this.#named.reader.readBytes(path);
    if (content === null) return null;
    const { bytes, executable } = content;
    const digest = createHash('sha256').update(bytes).digest('hex');
    const file: SourceFile = { digest, executable, content: () => bytes };
    this.#known.set(path, file);
    return [path, file, bytes.byteLength];
  }
}
