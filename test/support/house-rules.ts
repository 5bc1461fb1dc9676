import { facadesOf, floors, importFault, placeFaults, type SourceFiles } from './house-order.ts';

const pureFrom = floors.indexOf('report');

/** Packages that only one folder may know, so that each can be exchanged in one place. */
const onlyImporter: Readonly<Record<string, string>> = {
  '@actions/artifact': 'github',
  '@actions/cache': 'github',
  '@actions/core': 'github',
  '@actions/github': 'github',
  '@actions/tool-cache': 'native',
  '@babel/parser': 'manifest',
  '@babel/types': 'manifest',
  '@bufbuild/protobuf': 'graph',
  '@marcbachmann/cel-js': 'expression',
  ajv: 'schema',
  'd3-scale': 'report',
  'd3-shape': 'report',
  koffi: 'native',
  webgpu: 'native',
  wesl: 'kernel',
  yaml: 'manifest',
};

/** What makes a result depend on more than the arguments. */
const impurities: readonly (readonly [RegExp, string])[] = [
  [/\bDate\.now\b|\bnew Date\(\)/, 'reads the clock'],
  [/\bperformance\.now\b/, 'reads the clock'],
  [/\bset(?:Timeout|Interval|Immediate)\(/, 'uses a timer'],
  [/\bMath\.random\b/, 'draws unseeded random numbers'],
  [/\bconsole\./, 'prints'],
  [
    /(?<![#.\w])process\.(?:argv|arch|cpuUsage|cwd|env|exit|exitCode|hrtime|kill|memoryUsage|nextTick|on|once|pid|platform|send|stderr|stdin|stdout|uptime|version|versions)\b/,
    'reaches for the process',
  ],
  [/\bfetch\(/, 'uses the network'],
];

/** Node modules that pure code may use: they compute and touch nothing. */
const pureNodeModules = new Set(['node:crypto', 'node:zlib']);

/** Everything a source imports or re-exports, types included. Statements start in the first column, as biome writes them. */
function importsOf(text: string): string[] {
  const statements = text.matchAll(/^(?:import|export)\b(?:[^'";]*?\bfrom)?\s*['"]([^'"]+)['"]/gm);
  const calls = withoutComments(text).matchAll(/\b(?:import|require)\(\s*['"]([^'"]+)['"]\s*\)/g);
  return [...statements, ...calls].map((match) => match[1]!);
}

/** Whole-line comments blanked and trailing ones cut; line numbers are kept. */
function withoutComments(text: string): string {
  return text
    .replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, ' '))
    .replace(/(^|\s)\/\/(?=\s).*$/gm, '$1');
}

function folderOf(path: string): string {
  const parts = path.split('/');
  return parts.length === 2 ? 'entries' : parts[1]!;
}

function resolve(from: string, specifier: string): string {
  const parts = from.split('/').slice(0, -1);
  for (const part of specifier.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.') parts.push(part);
  }
  return parts.join('/');
}

function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

function internalFault(path: string, target: string, facades: ReadonlySet<string>): string | null {
  if (target.startsWith('src/')) return importFault(path, target, facades);
  return folderOf(path) === 'entries' && target === 'package.json' ? null : `imports ${target}, outside src/`;
}

function externalFault(path: string, specifier: string): string | null {
  const folder = folderOf(path);
  if (specifier.startsWith('node:')) {
    const pure = folder !== 'entries' && floors.indexOf(folder as never) >= pureFrom;
    return pure && !pureNodeModules.has(specifier) ? `is pure, but imports ${specifier}` : null;
  }
  const owner = onlyImporter[packageOf(specifier)];
  return owner === undefined || owner === folder ? null : `imports ${specifier}, which only ${owner}/ may`;
}

/** What applications import has no dependencies, so only types may come from outside its folder. */
function valuesFromElsewhere(path: string, text: string): string[] {
  return importsOf(text.replace(/^(?:import|export) type\b[^'";]*?\bfrom\s*'[^']+';/gm, ''))
    .filter((specifier) => !specifier.startsWith('.') || folderOf(resolve(path, specifier)) !== 'runtime')
    .map((specifier) => `imports more than types from ${specifier}, but goes to browsers`);
}

function faultsOfFile(path: string, text: string, facades: ReadonlySet<string>): string[] {
  const folder = folderOf(path);
  const height = floors.indexOf(folder as never);
  const misplaced = placeFaults(path);
  if (misplaced.length > 0) return misplaced;
  const faults = importsOf(text).map((specifier) =>
    specifier.startsWith('.')
      ? internalFault(path, resolve(path, specifier), facades)
      : externalFault(path, specifier),
  );
  const code = withoutComments(text);
  if (folder === 'runtime') faults.push(...valuesFromElsewhere(path, text));
  if (height >= pureFrom) {
    faults.push(...impurities.map(([pattern, what]) => (pattern.test(code) ? `is pure, but ${what}` : null)));
  } else if (folder !== 'entries' && /(?<![#.\w])process\.env\b/.test(code)) {
    faults.push('reads the environment, which only the entries may');
  }
  if (path.endsWith('/index.ts') && !isFacade(text)) faults.push('is a facade that does more than re-export');
  return faults.filter((fault) => fault !== null);
}

function isFacade(text: string): boolean {
  const rest = withoutComments(text).replace(/^export (?:type )?(?:\{[^}]*\}|\*) from '[^']+';$/gm, '');
  return rest.trim() === '';
}

/**
 * Every rule that a file breaks, as `path: what`; generated files are left out by the caller.
 *
 * @param files rooms inside floors are known by their `index.ts` among them.
 */
export function houseFaults(files: SourceFiles): string[] {
  const facades = facadesOf(files);
  return Object.entries(files)
    .filter(([path]) => path.endsWith('.ts'))
    .flatMap(([path, text]) => faultsOfFile(path, text, facades).map((fault) => `${path}: ${fault}`));
}

/** Imports of tests that reach past a facade, as `path: specifier`. */
export function testFaults(files: SourceFiles): string[] {
  return Object.entries(files).flatMap(([path, text]) =>
    importsOf(text)
      .filter((specifier) => specifier.startsWith('.'))
      .map((specifier) => resolve(path, specifier))
      .filter((target) => /^src\/[^/]+\/.+\.ts$/.test(target) && !/^src\/(?:[^/]+\/)+index\.ts$/.test(target))
      .map((target) => `${path}: ${target}`),
  );
}
