import { relativePath } from './paths.ts';
import type { FileReader, ProgramSource } from './types.ts';
import { namedPaths } from './wesl-names.ts';
import { PackageFault, type WeslPackage, WeslPackages } from './wesl-package.ts';

/** Bounds of what one WESL program may draw from. */
const maxModules = 500;
const maxNames = 20_000;
const maxTotalCharacters = 4 * 1024 * 1024;

/** A module on its way in, with what leads to it. */
interface Found {
  readonly module: readonly string[];
  readonly from: WeslPackage;
  readonly path: string;
  readonly text: string;
}

/**
 * A WESL program with every module that it may import, of whatever package.
 *
 * @param path below the reader's root
 * @param folder what the paths of the result are relative to, itself below the reader's root
 * @throws PackageFault, and what the reader throws
 */
export function readWesl(
  reader: FileReader,
  ...[path, text, folder, packages = new WeslPackages(reader)]: [
    path: string,
    text: string,
    folder: string,
    packages?: WeslPackages,
  ]
): ProgramSource {
  const shown = (one: string) => relativePath(folder, one);
  const home = packages.around(path);
  const known = new Map<string, WeslPackage>([['package', home]]);
  if (home.name !== null) known.set(home.name, home);
  const missing: Record<string, string> = {};
  const files: Record<string, string> = {};
  const seen = new Set<string>();
  let characters = 0;

  /** null, and why, for what a package has not because of its faults. */
  const unlessFaulty = <T>(name: string, find: () => T): T | null => {
    try {
      return find();
    } catch (error) {
      if (!(error instanceof PackageFault)) throw error;
      missing[name] ??= error.message;
      return null;
    }
  };
  const packageOf = (name: string, from: WeslPackage): WeslPackage | null => {
    if (name === 'constants' || name.startsWith('__')) return null;
    if (from.name === name) return from;
    return unlessFaulty(name, () => {
      const found = from.dependency(name);
      const other = known.get(name);
      if (other && other.root !== found.root) {
        throw new PackageFault(`two packages are called '${name}' here: ${other.folder} and ${found.folder}`);
      }
      known.set(name, found);
      return found;
    });
  };

  const below = path.slice(home.root === '' ? 0 : home.root.length + 1).replace(/\.(?:wesl|wgsl)$/, '');
  const pending: Found[] = [{ module: ['package', ...below.split('/')], from: home, path, text }];
  for (let at = pending.pop(); at; at = pending.pop()) {
    files[shown(at.path)] = at.text;
    characters += at.text.length;
    if (Object.keys(files).length > maxModules)
      throw new PackageFault(`it draws from more than ${maxModules} modules`);
    if (characters > maxTotalCharacters) throw new PackageFault('its modules are more than 4 MiB of text');
    for (const named of namedPaths(at.text)) {
      const whole = absolute(named, at.module);
      const [name = '', ...parts] = whole ?? [];
      const from = name === at.module[0] ? at.from : name === '' ? null : packageOf(name, at.from);
      if (from === null) continue;
      // The last part is an item of a module, or a module itself.
      for (const module of [parts.slice(0, -1), parts]) {
        const key = [name, ...module].join('::');
        if (seen.has(key)) continue;
        seen.add(key);
        if (seen.size > maxNames) throw new PackageFault(`it names more than ${maxNames} modules`);
        const found = unlessFaulty(name, () => from.module(module));
        if (found !== null && !Object.hasOwn(files, shown(found.path))) {
          pending.push({ module: [name, ...module], from, ...found });
        }
      }
    }
  }
  const roots = Object.fromEntries(
    [...known].map(([name, { root }]) => [name, root === '' ? '' : shown(root)]),
  );
  return {
    path: shown(path),
    language: 'wesl',
    files,
    roots,
    ...(Object.keys(missing).length > 0 ? { missing } : {}),
  };
}

/** A path without `package` and `super`; null for one that leaves its package. */
function absolute(path: readonly string[], module: readonly string[]): readonly string[] | null {
  if (path[0] === 'package') return [module[0] as string, ...path.slice(1)];
  const up = path.lastIndexOf('super') + 1;
  if (up === 0) return path;
  return up < module.length ? [...module.slice(0, -up), ...path.slice(up)] : null;
}
