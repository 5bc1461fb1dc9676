import { relative, sep } from 'node:path';
import { type FileReader, type ProgramSource, readWesl } from '../../manifest/index.ts';

/** Folders of a project that hold what was built or brought in, not what is written there. */
const skippedFolder = /^(?:\..*|node_modules|target|dist|build|third_party|vendor)$/;

/** Whether a file below a folder is one that people of this project write. */
export function isWrittenHere(path: string, folder: string): boolean {
  const folders = path
    .slice(folder === '' ? 0 : folder.length + 1)
    .split('/')
    .slice(0, -1);
  return !folders.some((part) => skippedFolder.test(part));
}

/** WGSL and WESL files below a folder that people write by hand, by path below the reader's root. */
export function findPrograms(reader: FileReader, folder: string): readonly string[] {
  return reader.list(folder).filter((path) => /\.(?:wgsl|wesl)$/.test(path) && isWrittenHere(path, folder));
}

/**
 * A program and, of WESL, what it may import.
 *
 * @param path below the reader's root
 * @returns null if there is no such file
 * @throws PackageFault if its package cannot be read
 */
export function readProgram(reader: FileReader, path: string): ProgramSource | null {
  const text = reader.read(path);
  if (text === null) return null;
  if (path.endsWith('.wgsl')) return { path, language: 'wgsl', files: { [path]: text } };
  return readWesl(reader, path, text, '');
}

/** The way from a folder to a file, with `/`. */
export function slashed(from: string, to: string): string {
  return relative(from, to).split(sep).join('/');
}
