/** Paths (`src/judge/plan.ts`, with `/`) and texts of files. */
export type SourceFiles = Readonly<Record<string, string>>;

/** Folders of `src/` from the top of the house to its foundation. The entries `src/*.ts` stand above all. */
export const floors = [
  'cli',
  'app',
  'github',
  'git',
  'store',
  'device',
  'meter',
  'native',
  'system',
  'report',
  'judge',
  'search',
  'measure',
  'graph',
  'model',
  'operators',
  'kernel',
  'manifest',
  'space',
  'expression',
  'stats',
  'runtime',
  'schema',
  'errors',
] as const;

/**
 * What stands in a folder, from the top: its folders and, with `.ts`, files that others below it may need. What stands
 * beside each other imports nothing of each other. All other files stand on top, beside each other, and `index.ts` above
 * them.
 */
export const storeys: Readonly<Record<string, readonly (readonly string[])[]>> = {
  src: floors.map((floor) => [floor]),
  'src/app': [
    ['action'],
    ['fleet'],
    ['guard'],
    ['retune'],
    ['tuning'],
    ['recordings'],
    ['applications', 'beforehand', 'doctor', 'history', 'init', 'model-files'],
    ['laboratory'],
    ['project'],
    ['host.ts'],
    ['optional.ts'],
  ],
};

/** How much a folder may hold: files and folders directly in it, and lines of any file below it. */
const limits: Readonly<Record<string, { readonly entries: number; readonly lines: number }>> = {
  'src/app': { entries: 20, lines: 300 },
};

/** The storey of a part of an ordered folder, counted from the top; null for a folder that has none. */
function storeyOf(folder: string, part: string): number | null {
  const storey = storeys[folder]?.findIndex((parts) => parts.includes(part)) ?? -1;
  if (storey !== -1) return storey;
  if (part === 'index.ts') return -2;
  return part.endsWith('.ts') ? -1 : null;
}

/** As people call it: `app/guard/`, `app/host.ts`. */
function shown(path: string): string {
  return `${path.replace(/^src\//, '')}${path.endsWith('.ts') ? '' : '/'}`;
}

/** Folders of which an `index.ts` is among the files. */
export function facadesOf(files: SourceFiles): ReadonlySet<string> {
  return new Set(
    Object.keys(files)
      .filter((path) => path.endsWith('/index.ts'))
      .map((path) => path.slice(0, -'/index.ts'.length)),
  );
}

/**
 * What is wrong with an import inside `src/`: a room is entered through its `index.ts`, and imports run down. A room is a
 * folder that stands in an order, or has an `index.ts`.
 */
export function importFault(path: string, target: string, facades: ReadonlySet<string>): string | null {
  const [here, there] = [path.split('/'), target.split('/')];
  const shared = there.findIndex((name, depth) => name !== here[depth]);
  const folder = there.slice(0, shared).join('/');
  // The outermost room on the way in; from inside a room the way does not lead through its door.
  for (let depth = shared + 1; depth < there.length; depth++) {
    const room = there.slice(0, depth).join('/');
    const parent = there.slice(0, depth - 1).join('/');
    if (!facades.has(room) && (storeys[parent] === undefined || storeyOf(parent, there[depth - 1]!) === null))
      continue;
    if (target !== `${room}/index.ts`) return `reaches into ${shown(room)} past its index.ts (${target})`;
    break;
  }
  if (storeys[folder] === undefined) return null;
  const imported = shown(there.slice(0, shared + 1).join('/'));
  const [from, to] = [storeyOf(folder, here[shared]!), storeyOf(folder, there[shared]!)];
  if (to === null) return `imports ${imported}, which has no place in the order of ${shown(folder)}`;
  if (from === null || from < to) return null;
  return `imports ${imported}, which stands ${from === to ? 'beside' : 'above'} it`;
}

/** Folders around a file that have no place in the order of what they stand in. */
export function placeFaults(path: string): string[] {
  const parts = path.split('/');
  return Object.keys(storeys)
    .filter((folder) => path.startsWith(`${folder}/`))
    .filter((folder) => storeyOf(folder, parts[folder.split('/').length]!) === null)
    .map((folder) => `is in a folder that has no place in the order of ${shown(folder)}`);
}

/** Every room that lacks something or holds too much, as `path: what`. */
export function roomFaults(files: SourceFiles): string[] {
  const rooms = Object.entries(storeys).flatMap(([folder, order]) =>
    order.flat().map((part) => `${folder}/${part}`),
  );
  const missing = rooms
    .flatMap((room) => (room.endsWith('.ts') ? [room] : [`${room}/index.ts`, `${room}/README.md`]))
    .filter((path) => !Object.hasOwn(files, path))
    .map((path) => `${path}: is missing`);
  return [
    ...missing,
    ...Object.entries(limits).flatMap(([folder, limit]) => sizeFaults(files, folder, limit)),
  ];
}

function sizeFaults(files: SourceFiles, folder: string, limit: (typeof limits)[string]): string[] {
  const within = Object.keys(files).filter((path) => path.startsWith(`${folder}/`));
  const entries = new Set(within.map((path) => path.slice(folder.length + 1).split('/')[0]));
  const lines = (path: string) => files[path]!.trimEnd().split('\n').length;
  return [
    ...(entries.size > limit.entries
      ? [`${folder}: has ${entries.size} entries, more than ${limit.entries}`]
      : []),
    ...within
      .filter((path) => path.endsWith('.ts') && lines(path) > limit.lines)
      .map((path) => `${path}: has ${lines(path)} lines, more than ${limit.lines}`),
  ];
}
