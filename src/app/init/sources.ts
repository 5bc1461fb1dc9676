import { relative, sep } from 'node:path';
import type { FileReader, ProgramSource } from '../../manifest/index.ts';

/** Folders of a project that hold what was built or brought in, not what is written there. */
const skippedFolder = /^(?:\..*|node_modules|target|dist|build|third_party|vendor)$/;

/** Most files of WESL that one program may draw from. */
const mostModules = 500;

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
 */
export function readProgram(reader: FileReader, path: string): ProgramSource | null {
  const text = reader.read(path);
  if (text === null) return null;
  const files: Record<string, string> = { [path]: text };
  if (path.endsWith('.wgsl')) return { path, language: 'wgsl', files };
  const folder = path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '';
  const modules = reader.list(folder).filter((file) => /\.(?:wgsl|wesl)$/.test(file));
  for (const file of modules.slice(0, mostModules)) files[file] ??= reader.read(file) ?? '';
  return { path, language: 'wesl', files };
}

/** The way from a folder to a file, with `/`. */
export function slashed(from: string, to: string): string {
  return relative(from, to).split(sep).join('/');
}
