import { parse, TomlError } from 'smol-toml';
import { folderOf, pathFault, resolvePath } from './paths.ts';
import type { FileReader } from './types.ts';
import { bundledModules, exportedFile } from './wesl-bundle.ts';

/** Longest description of a package that is read, in characters. */
const maxDescription = 256 * 1024;

type Table = Readonly<Record<string, unknown>>;

/** What is wrong with a package, in words. */
export class PackageFault extends Error {}

/** A package of WESL modules: a folder with a `wesl.toml` or of a package manager, or what npm installed. */
export interface WeslPackage {
  readonly folder: string;
  /** Where `package::a::b` is `root/a/b`, and `package` itself `root.wesl` or `root/lib.wesl`. */
  readonly root: string;
  /** What its own modules may call it besides `package`; null for nothing. */
  readonly name: string | null;
  /** The text of a module; null if there is none. @param parts below the root */
  module(parts: readonly string[]): { readonly path: string; readonly text: string } | null;
  /** A package by the name that this one's modules have for it. @throws PackageFault */
  dependency(name: string): WeslPackage;
}

/** Finds the packages of a project as the WESL specification says (WeslToml.md, Imports.md). */
export class WeslPackages {
  readonly #reader: FileReader;
  readonly #known = new Map<string, WeslPackage>();

  constructor(reader: FileReader) {
    this.#reader = reader;
  }

  /**
   * The package that a program is in. Without one, or outside its root, the program's folder is the root.
   * @throws PackageFault
   */
  around(path: string): WeslPackage {
    const folder = folderOf(path);
    for (const candidates of [['wesl.toml'], ['package.json', 'Cargo.toml', 'deno.json']]) {
      for (const at of upwards(folder)) {
        if (candidates.every((name) => this.#reader.read(below(at, name)) === null)) continue;
        const root = this.#rootFor(at, path);
        return this.#package(at, root ?? folder);
      }
    }
    return this.#package(folder, folder);
  }

  /** The root of a package that holds a path; null if it does not. */
  #rootFor(folder: string, path: string): string | null {
    const holds = (root: string) =>
      path.startsWith(root === '' ? '' : `${root}/`) || withoutSuffix(path) === root;
    const declared = this.#declaredRoot(folder);
    if (declared !== null) return holds(declared) ? declared : null;
    if (holds(below(folder, 'shaders'))) return below(folder, 'shaders');
    const isCrate = this.#toml(below(folder, 'Cargo.toml')) !== null;
    return isCrate && holds(below(folder, 'src')) ? below(folder, 'src') : null;
  }

  /** The root that a `wesl.toml` says; null if it says none. */
  #declaredRoot(folder: string): string | null {
    const path = below(folder, 'wesl.toml');
    const toml = this.#toml(path);
    if (toml === null) return null;
    const root = setting(toml, 'root');
    if (root === undefined) return null;
    if (typeof root !== 'string') throw new PackageFault(`${path}: 'root' is no path`);
    return withoutSuffix(inside(folder, root, path));
  }

  #package(folder: string, root: string): WeslPackage {
    const key = `${folder}\0${root}`;
    const known = this.#known.get(key);
    if (known) return known;
    const made: WeslPackage = {
      folder,
      root,
      name: this.#nameOf(folder),
      module: (parts) =>
        this.#moduleAt([root, ...parts].filter((part) => part !== '').join('/'), parts.length === 0),
      dependency: (name) => this.#dependency(folder, name),
    };
    this.#known.set(key, made);
    return made;
  }

  #moduleAt(place: string, isTop: boolean) {
    const places = isTop ? [place, below(place, 'lib')] : [place];
    for (const path of places.flatMap((one) => [`${one}.wesl`, `${one}.wgsl`])) {
      const text = this.#reader.read(path);
      if (text !== null) return { path, text };
    }
    return null;
  }

  #nameOf(folder: string): string | null {
    const name =
      this.#json(below(folder, 'package.json'))?.name ??
      table(this.#toml(below(folder, 'Cargo.toml'))?.package)?.name;
    return typeof name === 'string' ? weslName(name) : null;
  }

  #dependency(folder: string, name: string): WeslPackage {
    const path = below(folder, 'wesl.toml');
    const listed = this.#toml(path)?.dependencies;
    if (Array.isArray(listed)) {
      const found = listed.find((one): one is string => typeof one === 'string' && weslName(one) === name);
      if (found === undefined) throw new PackageFault(`${path} lists no dependency '${name}'`);
      return this.#installed(folder, [found]);
    }
    const declared = table(listed);
    if (declared === null) return this.#installed(folder, spellings(name));
    if (!Object.hasOwn(declared, name)) throw new PackageFault(`${path} lists no dependency '${name}'`);
    const entry = table(declared[name]) ?? {};
    if (typeof entry.path === 'string') return this.#folder(inside(folder, entry.path, path));
    return this.#installed(folder, typeof entry.package === 'string' ? [entry.package] : spellings(name));
  }

  /** A package that is a folder of the project. */
  #folder(folder: string): WeslPackage {
    const hasShaders = this.#reader.list(below(folder, 'shaders')).length > 0;
    const isCrate =
      this.#toml(below(folder, 'wesl.toml')) === null && this.#toml(below(folder, 'Cargo.toml')) !== null;
    const usual = isCrate && !hasShaders ? 'src' : 'shaders';
    return this.#package(folder, this.#declaredRoot(folder) ?? below(folder, usual));
  }

  /** A package that a package manager brings. @param names that it may have there */
  #installed(folder: string, names: readonly string[]): WeslPackage {
    const [first = ''] = names;
    for (const at of upwards(folder)) {
      for (const name of names.filter((one) => /^(?:@[\w.-]+\/)?[\w][\w.-]*$/.test(one))) {
        const place = below(at, `node_modules/${name}`);
        const description = this.#json(below(place, 'package.json'));
        if (description !== null) return this.#npmPackage(place, description);
      }
    }
    const manifest = this.#toml(below(folder, 'Cargo.toml'));
    if (manifest === null) throw new PackageFault(`the package '${first}' is not installed in node_modules`);
    const entry = names.flatMap((name) => own(table(manifest.dependencies), name) ?? [])[0];
    if (table(entry)?.workspace === true) return this.#ofWorkspace(folder, names);
    return this.#crate(folder, entry, first);
  }

  #ofWorkspace(folder: string, names: readonly string[]): WeslPackage {
    for (const at of upwards(folder)) {
      const workspace = table(this.#toml(below(at, 'Cargo.toml'))?.workspace);
      if (workspace === null) continue;
      const entry = names.flatMap((name) => own(table(workspace.dependencies), name) ?? [])[0];
      return this.#crate(at, entry, names[0] ?? '');
    }
    return this.#crate(folder, undefined, names[0] ?? '');
  }

  #crate(folder: string, entry: unknown, name: string): WeslPackage {
    const path = table(entry)?.path;
    if (typeof path === 'string') return this.#folder(inside(folder, path, below(folder, 'Cargo.toml')));
    throw new PackageFault(
      entry === undefined
        ? `${below(folder, 'Cargo.toml')} lists no dependency '${name}'`
        : `the crate '${name}' is no folder of this project: copy it into one, and name that in wesl.toml as { path = "..." }`,
    );
  }

  /** What npm installed: modules in a script that wesl-packager wrote, or a folder with a `wesl.toml`. */
  #npmPackage(folder: string, description: Table): WeslPackage {
    if (description.exports === undefined && this.#toml(below(folder, 'wesl.toml')) !== null)
      return this.#folder(folder);
    const modules = new Map<string, string>();
    const looked = new Set<string>();
    const look = (subpath: string) => {
      if (looked.has(subpath)) return;
      looked.add(subpath);
      const file = exportedFile(description.exports ?? './dist/weslBundle.js', subpath);
      const path = file === null || pathFault(file) !== null ? null : resolvePath(folder, file);
      const script = path === null ? null : this.#reader.read(path);
      if (script === null) return;
      const found = bundledModules(script);
      if (found === null)
        throw new PackageFault(`${path} is no bundle of modules as wesl-packager writes it`);
      for (const [name, text] of Object.entries(found)) modules.set(name, text);
    };
    return {
      folder,
      root: folder,
      name: typeof description.name === 'string' ? weslName(description.name) : null,
      module: (parts) => {
        for (let count = parts.length; count >= 0; count--) look(['.', ...parts.slice(0, count)].join('/'));
        const name = parts.length === 0 ? 'lib' : parts.join('/');
        for (const file of [`${name}.wesl`, `${name}.wgsl`]) {
          const text = modules.get(file);
          if (text !== undefined) return { path: below(folder, file), text };
        }
        return null;
      },
      dependency: (name) => this.#installed(folder, spellings(name)),
    };
  }

  #toml(path: string): Table | null {
    const text = this.#reader.read(path);
    if (text === null) return null;
    if (text.length > maxDescription)
      throw new PackageFault(`${path} is longer than a description of a package`);
    try {
      return parse(text);
    } catch (error) {
      if (!(error instanceof TomlError)) throw error;
      const [what = ''] = error.message.split('\n');
      throw new PackageFault(
        `${path}:${error.line}:${error.column}: ${what.replace(/^Invalid TOML document: /, '')}`,
      );
    }
  }

  #json(path: string): Table | null {
    const text = this.#reader.read(path);
    if (text === null) return null;
    if (text.length > maxDescription)
      throw new PackageFault(`${path} is longer than a description of a package`);
    try {
      return table(JSON.parse(text)) ?? {};
    } catch (error) {
      throw new PackageFault(`${path}: ${(error as Error).message}`);
    }
  }
}

/** The name by which WESL calls a package of a package manager. */
function weslName(name: string): string {
  return name.replace(/^@/, '').replaceAll('/', '__').replaceAll('-', '_');
}

/** The names that a package manager may have for what WESL calls so. */
function spellings(name: string): readonly string[] {
  const [scope, ...rest] = name.split('__');
  const scoped = rest.length > 0 ? [`@${scope}/${rest.join('__')}`] : [name];
  return scoped.flatMap((one) => [one, one.replaceAll('_', '-')]);
}

/** A setting of a `wesl.toml`, which older ones have at the top. */
function setting(toml: Table, name: string): unknown {
  return own(table(toml.package), name) ?? own(toml, name);
}

function own(from: Table | null, name: string): unknown {
  return from !== null && Object.hasOwn(from, name) ? from[name] : undefined;
}

function table(value: unknown): Table | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Table) : null;
}

/** A path of a description, relative to the folder that it is in. @throws PackageFault */
function inside(folder: string, path: string, description: string): string {
  const wrong = pathFault(path);
  const resolved = wrong === null ? resolvePath(folder, path) : null;
  if (resolved !== null) return resolved;
  throw new PackageFault(`${description}: the path '${path}' ${wrong ?? 'leads out of the repository'}`);
}

function withoutSuffix(path: string): string {
  return path.replace(/\.(?:wesl|wgsl)$/, '');
}

function below(folder: string, path: string): string {
  return folder === '' ? path : `${folder}/${path}`;
}

/** A folder and those around it. */
function upwards(folder: string): readonly string[] {
  const parts = folder === '' ? [] : folder.split('/');
  return [...parts.map((_, i) => parts.slice(0, parts.length - i).join('/')), ''];
}
