import { JoulegateError } from '../errors/index.ts';

/** Largest file a reader returns, in bytes: kernels, manifests and tuned states are far smaller. */
export const maxFileBytes = 32 * 1024 * 1024;

/** Most files a listing returns. */
export const maxListedFiles = 20_000;

/** Folders that never hold a project's kernels and may be huge. */
const skippedFolders = new Set(['.git', 'node_modules']);

export function isSkippedFolder(name: string): boolean {
  return skippedFolders.has(name);
}

/**
 * A relative path in its shortest form, with `/`; the root is the empty text.
 * null if it is absolute, leaves the root or cannot be a path.
 */
export function normalisePath(path: string): string | null {
  if (/^([/\\]|[A-Za-z]:)|\0|\\/.test(path)) return null;
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') {
      if (parts.pop() === undefined) return null;
    } else if (part !== '' && part !== '.') parts.push(part);
  }
  return parts.join('/');
}

export function outsideRoot(path: string): JoulegateError {
  return new JoulegateError('bad-input', `${JSON.stringify(path)} lies outside the project`, {
    code: 'path-outside',
    nextStep: 'Use a relative path with / to a file below the project folder; links must stay inside it too.',
  });
}

export function tooLarge(path: string): JoulegateError {
  return new JoulegateError('bad-input', `${path} is larger than ${maxFileBytes / 1024 / 1024} MiB`, {
    code: 'file-too-large',
    nextStep: 'Check that this is the right file.',
  });
}

export function tooMany(folder: string): JoulegateError {
  const name = folder === '' ? 'the project folder' : folder;
  return new JoulegateError('bad-input', `there are more than ${maxListedFiles} files below ${name}`, {
    code: 'too-many-files',
    nextStep: 'Keep kernels in a folder of their own.',
  });
}

/** Strict UTF-8; a byte order mark is dropped. @throws JoulegateError (bad-input, `not-text`). */
export function decodeText(path: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new JoulegateError('bad-input', `${path} is not UTF-8 text`, {
      code: 'not-text',
      nextStep: 'Save it as UTF-8.',
      cause: error,
    });
  }
}
