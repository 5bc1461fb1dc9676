import { nearestName } from '../../schema/index.ts';
import { ComposedText } from '../composed-text.ts';
import { SourceText } from '../source-text.ts';
import type { SourcePosition, TextOrigin } from '../types.ts';
import { takeFromCpp } from './cpp.ts';
import { EmbeddingFault } from './fault.ts';
import type { HostFile } from './host-file.ts';
import { takeFromJavaScript } from './javascript.ts';
import { takeFromRust } from './rust.ts';

/** Takes a program out of a file. @throws EmbeddingFault */
type Take = (host: HostFile, into: ComposedText) => void;

/** How programs are taken out of files, by the last part of their names. */
const languages: Readonly<Record<string, Take>> = Object.fromEntries(
  (
    [
      ['ts mts cts tsx js mjs cjs jsx', takeFromJavaScript],
      ['cpp cc cxx c h hpp hh hxx inc inl ipp mm', takeFromCpp],
      ['rs', takeFromRust],
    ] as const
  ).flatMap(([extensions, take]) => extensions.split(' ').map((extension) => [extension, take])),
);

/** Last parts of the names of files that programs can be taken out of. */
export const hostExtensions: readonly string[] = Object.keys(languages);

export type Extraction =
  | { readonly ok: true; readonly text: string; readonly origin: TextOrigin }
  | {
      readonly ok: false;
      readonly message: string;
      readonly nextStep: string;
      /** null: what is wrong is what the manifest asks for. */
      readonly position: SourcePosition | null;
    };

export function extensionOf(path: string): string {
  return /\.([A-Za-z0-9]+)$/.exec(path)?.[1]?.toLowerCase() ?? '';
}

/**
 * A program that stands in another file as a literal, with places for the values of parameters where that file has
 * constants of their names.
 * @param host.path how positions name the file
 */
export function extractProgram(host: {
  readonly path: string;
  readonly text: string;
  readonly name: string;
  readonly parameters: ReadonlySet<string>;
}): Extraction {
  const extension = extensionOf(host.path);
  const take = Object.hasOwn(languages, extension) ? languages[extension] : undefined;
  if (take === undefined) {
    const nearest = nearestName(extension, hostExtensions);
    return {
      ok: false,
      message: `'${host.path}' is no file that a program can be taken out of`,
      nextStep:
        nearest === null || extension === ''
          ? `name a file of TypeScript, JavaScript, C++ or Rust: ${hostExtensions.map((one) => `.${one}`).join(', ')}`
          : `did you mean '.${nearest}'?`,
      position: null,
    };
  }
  const source = new SourceText(host.path, host.text);
  const composed = new ComposedText();
  try {
    take({ ...host, extension, origin: source }, composed);
  } catch (error) {
    if (!(error instanceof EmbeddingFault)) throw error;
    const { message, nextStep, offset } = error;
    return { ok: false, message, nextStep, position: offset < 0 ? null : source.place(offset) };
  }
  return { ok: true, text: composed.text, origin: composed };
}
