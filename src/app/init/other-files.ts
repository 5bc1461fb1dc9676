import { extname } from 'node:path';
import type { FileReader } from '../../manifest/index.ts';
import { isWrittenHere } from './sources.ts';

/** What files are that are neither WGSL nor WESL, and what to do with the kernels in them. */
interface OtherKind {
  readonly what: string;
  readonly wayOn: string;
  /** What shows that such a file has a kernel in it. */
  readonly sign: RegExp;
}

const asProgram = 'guard it as a program with `command:` (docs/command-kernels.md)';
const translate = `translate it to WGSL, e.g. with naga or Tint, or ${asProgram}`;
const inHost = 'name each string in it with `source: { file: ..., export: ... }` (docs/sources.md)';

/** WGSL in a string of a host's program. */
const inString = /@compute\b[^;{]{0,200}@workgroup_size|@workgroup_size[^;{]{0,200}@compute\b/;

const host = (what: string): OtherKind => ({ what, wayOn: inHost, sign: inString });
const whole = (what: string, wayOn: string, sign: RegExp): OtherKind => ({ what, wayOn, sign });

const glsl = whole('GLSL', translate, /\blocal_size_x\b/);
const cpp = host('C++');
const javascript = host('JavaScript');
const typescript = host('TypeScript');

/** By ending. */
const kinds: Readonly<Record<string, OtherKind>> = {
  '.comp': glsl,
  '.glsl': glsl,
  '.hlsl': whole('HLSL', translate, /\bnumthreads\b/),
  '.slang': whole('Slang', translate, /\bnumthreads\b/),
  '.spv': whole('SPIR-V', translate, /(?!)/),
  '.metal': whole('Metal', asProgram, /\bkernel\s+void\b/),
  '.cu': whole('CUDA', asProgram, /\b__global__\b/),
  '.hip': whole('HIP', asProgram, /\b__global__\b/),
  '.cl': whole('OpenCL C', asProgram, /\b__kernel\b|\bkernel\s+void\b/),
  '.ts': typescript,
  '.tsx': typescript,
  '.mts': typescript,
  '.js': javascript,
  '.jsx': javascript,
  '.mjs': javascript,
  '.rs': host('Rust'),
  '.cpp': cpp,
  '.cc': cpp,
  '.cxx': cpp,
  '.h': cpp,
  '.hpp': cpp,
  '.py': host('Python'),
};

/** What a file is by its ending; null if that says nothing. */
export function otherKind(path: string): Pick<OtherKind, 'what' | 'wayOn'> | null {
  return kindOf(path);
}

function kindOf(path: string): OtherKind | null {
  return kinds[extname(path).toLowerCase()] ?? null;
}

/** Files of another kind with kernels in them. */
export interface OtherFiles {
  /** `TypeScript`. */
  readonly what: string;
  /** What to do with them. */
  readonly wayOn: string;
  /** Each with the line of its first kernel. */
  readonly files: readonly { readonly file: string; readonly line: number }[];
}

/** Most files that are looked into: this is a hint, and projects may be large. */
const mostFiles = 4000;

/** Files below a folder that are no WGSL and have kernels in them, for the user to know that nothing was drafted of them. */
export function findOtherFiles(
  reader: FileReader,
  folder: string,
  shown: (path: string) => string,
): readonly OtherFiles[] {
  const found = new Map<OtherKind, { readonly file: string; readonly line: number }[]>();
  const paths = reader.list(folder).filter((path) => kindOf(path) !== null && isWrittenHere(path, folder));
  for (const path of paths.slice(0, mostFiles)) {
    const kind = kindOf(path);
    const text = kind === null ? '' : (reader.read(path) ?? '');
    const at = kind === null ? -1 : text.search(kind.sign);
    if (kind === null || at === -1) continue;
    const line = text.slice(0, at).split('\n').length;
    found.set(kind, [...(found.get(kind) ?? []), { file: shown(path), line }]);
  }
  return [...found].map(([{ what, wayOn }, files]) => ({ what, wayOn, files }));
}

/** In one line each: `TypeScript in src/a.ts:3, ...: what to do`. */
export function describeOtherFiles({ what, wayOn, files }: OtherFiles): string {
  const shown = files.slice(0, 3).map(({ file, line }) => `${file}:${line}`);
  const more = files.length > shown.length ? ` and ${files.length - shown.length} more` : '';
  return `${what} has kernels in ${shown.join(', ')}${more}: ${wayOn}`;
}
