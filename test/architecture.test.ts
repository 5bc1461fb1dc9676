import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { floors, roomFaults, type SourceFiles } from './support/house-order.ts';
import { houseFaults, testFaults } from './support/house-rules.ts';

const root = join(import.meta.dirname, '..');

function sources(folder: string): SourceFiles {
  const names = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' });
  return Object.fromEntries(
    names
      .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)

      .filter(
        (path) =>
          /(?:\.ts|\/README\.md)$/.test(path) &&
          !path.includes('/generated/') &&
          !path.includes('/fixtures/'),
      )
      .map((path) => [path, readFileSync(join(root, path), 'utf8')]),
  );
}

const src = sources('src');

describe('the house', () => {
  it('keeps every rule: imports run down and through index.ts, pure floors are pure', () => {
    expect(houseFaults(src)).toEqual([]);
  });

  it('has every room that it names, and none that holds too much', () => {
    expect(roomFaults(src)).toEqual([]);
  });

  it('has been looked at: every floor with sources was read', () => {
    const read = new Set(Object.keys(src).map((path) => path.split('/')[1]));
    for (const floor of ['judge', 'search', 'measure', 'kernel', 'manifest', 'space', 'stats', 'errors']) {
      expect(read, floor).toContain(floor);
    }
    expect(Object.keys(src)).toContain('src/cli.ts');
  });

  it('is tested through its facades only', () => {
    expect(testFaults(sources('test'))).toEqual([]);
  });
});

describe('the rules notice', () => {
  const fault = (path: string, text: string) => houseFaults({ [path]: text });

  it('an import that runs up, also of a type, also over several lines', () => {
    expect(fault('src/stats/mean.ts', "import { judge } from '../judge/index.ts';")).toEqual([
      'src/stats/mean.ts: imports judge/, which stands above it',
    ]);
    expect(fault('src/space/a.ts', "import type { Kernel } from '../kernel/index.ts';")).toHaveLength(1);
    expect(fault('src/space/a.ts', "import {\n  type A,\n  b,\n} from '../kernel/index.ts';")).toHaveLength(
      1,
    );
    expect(fault('src/space/a.ts', "const k = await import('../kernel/index.ts');")).toHaveLength(1);
    expect(fault('src/space/a.ts', "let k: import('../kernel/index.ts').Kernel;")).toHaveLength(1);
    expect(fault('src/space/a.ts', "export * from '../kernel/index.ts';")).toHaveLength(1);
  });

  it('an import past an index.ts, into an entry, and into a folder without a floor', () => {
    expect(fault('src/app/guard.ts', "import { plan } from '../judge/plan.ts';")).toEqual([
      'src/app/guard.ts: reaches into judge/ past its index.ts (src/judge/plan.ts)',
    ]);
    expect(fault('src/device/worker/a.ts', "import { b } from '../../meter/cpu.ts';")).toHaveLength(1);
    expect(fault('src/app/guard.ts', "import '../cli.ts';")).toEqual([
      'src/app/guard.ts: imports cli.ts, which stands above it',
    ]);
    expect(fault('src/app/guard.ts', "import { x } from '../utils/index.ts';")).toHaveLength(1);
    expect(fault('src/app/guard.ts', "import { x } from '../../test/x.ts';")).toEqual([
      'src/app/guard.ts: imports test/x.ts, outside src/',
    ]);
    expect(fault('src/cli.ts', "import about from '../package.json' with { type: 'json' };")).toEqual([]);
    expect(fault('src/utils/x.ts', '')).toEqual([
      'src/utils/x.ts: is in a folder that has no place in the order of src/',
    ]);
  });

  it('a room of app/ that imports upwards or sidewards', () => {
    const room = (specifier: string, path = 'src/app/laboratory/a.ts') =>
      fault(path, `export type { X } from '${specifier}';`);
    expect(room('../guard/index.ts')).toEqual([
      'src/app/laboratory/a.ts: imports app/guard/, which stands above it',
    ]);
    expect(room('../laboratory/index.ts', 'src/app/guard/a.ts')).toEqual([]);
    expect(room('../host.ts')).toEqual([]);
    expect(room('../plan.ts')).toEqual([
      'src/app/laboratory/a.ts: imports app/plan.ts, which stands above it',
    ]);
    expect(room('../index.ts')).toHaveLength(1);
    expect(room('../init/index.ts', 'src/app/doctor/a.ts')).toEqual([
      'src/app/doctor/a.ts: imports app/init/, which stands beside it',
    ]);
    expect(room('./plan.ts', 'src/app/explain.ts')).toHaveLength(1);
    expect(room('./plan.ts', 'src/app/index.ts')).toEqual([]);
    expect(room('../utils/index.ts')).toEqual([
      'src/app/laboratory/a.ts: imports app/utils/, which has no place in the order of app/',
    ]);
    expect(fault('src/app/utils/a.ts', '')).toEqual([
      'src/app/utils/a.ts: is in a folder that has no place in the order of app/',
    ]);
  });

  it('a room entered past its index.ts, also one inside a room', () => {
    expect(fault('src/app/guard/a.ts', "import { x } from '../project/x.ts';")).toEqual([
      'src/app/guard/a.ts: reaches into app/project/ past its index.ts (src/app/project/x.ts)',
    ]);
    const entered = (path: string, specifier: string) =>
      houseFaults({ 'src/app/action/night/index.ts': '', [path]: `export { x } from '${specifier}';` });
    expect(entered('src/app/action/a.ts', './night/merge.ts')).toEqual([
      'src/app/action/a.ts: reaches into app/action/night/ past its index.ts (src/app/action/night/merge.ts)',
    ]);
    expect(entered('src/app/action/a.ts', './night/index.ts')).toEqual([]);
    expect(entered('src/app/action/night/a.ts', '../publish.ts')).toEqual([]);
    expect(entered('src/app/index.ts', './action/night/index.ts')).toHaveLength(1);
    const svg = { 'src/report/html/a.ts': "import { axis } from '../svg/axes.ts';" };
    expect(houseFaults(svg)).toEqual([]);
    expect(houseFaults({ ...svg, 'src/report/svg/index.ts': "export { axis } from './axes.ts';" })).toEqual([
      'src/report/html/a.ts: reaches into report/svg/ past its index.ts (src/report/svg/axes.ts)',
    ]);
    expect(fault('src/report/svg/index.ts', 'export const two = 2;')).toHaveLength(1);
  });

  it('a room that lacks its facade or README, and one that holds too much', () => {
    const { 'src/app/fleet/index.ts': _, 'src/judge/README.md': __, ...without } = src;
    expect(roomFaults(without)).toEqual([
      'src/judge/README.md: is missing',
      'src/app/fleet/index.ts: is missing',
    ]);
    const long = { 'src/app/fleet/long.ts': 'x;\n'.repeat(301) };
    expect(roomFaults({ ...src, ...long })).toEqual(['src/app/fleet/long.ts: has 301 lines, more than 300']);
    const many = Object.fromEntries(Array.from({ length: 21 }, (__, n) => [`src/app/more-${n}.ts`, '']));
    expect(roomFaults({ ...src, ...many })).toHaveLength(1);
  });

  it('impurity below the adapters', () => {
    const pure = (text: string) => fault('src/judge/plan.ts', text);
    expect(pure("import { readFileSync } from 'node:fs';")).toEqual([
      'src/judge/plan.ts: is pure, but imports node:fs',
    ]);
    expect(pure("import { spawn } from 'node:child_process';")).toHaveLength(1);
    expect(pure('const t = Date.now();')).toHaveLength(1);
    expect(pure('const t = performance.now();')).toHaveLength(1);
    expect(pure('const r = Math.random();')).toHaveLength(1);
    expect(pure('const home = process.env.HOME;')).toHaveLength(1);
    expect(pure('setTimeout(f, 1);')).toHaveLength(1);
    expect(pure("console.log('x');")).toHaveLength(1);
  });

  it('the environment read anywhere but in an entry', () => {
    expect(fault('src/device/a.ts', 'const path = process.env.PATH;')).toHaveLength(1);
    expect(fault('src/cli.ts', 'const path = process.env.PATH;')).toEqual([]);
  });

  it('a package that belongs to another folder', () => {
    expect(fault('src/kernel/a.ts', "import { parse } from 'yaml';")).toEqual([
      'src/kernel/a.ts: imports yaml, which only manifest/ may',
    ]);
    expect(fault('src/app/a.ts', "import { cache } from '@actions/cache/lib/cache.js';")).toHaveLength(1);
    expect(fault('src/kernel/a.ts', "import { link } from 'wesl/core';")).toEqual([]);
  });

  it('anything but types in what applications import', () => {
    const runtime = (text: string) => fault('src/runtime/a.ts', text);
    expect(runtime("import type { RuntimeFile } from '../schema/index.ts';")).toEqual([]);
    expect(
      runtime("import type {\n  RuntimeFile,\n} from '../schema/index.ts';\nimport { a } from './b.ts';"),
    ).toEqual([]);
    expect(runtime("import { type A, validate } from '../schema/index.ts';")).toHaveLength(1);
    expect(runtime("import { createHash } from 'node:crypto';")).toHaveLength(1);
  });

  it('a facade with code of its own, and a test that reaches past one', () => {
    expect(fault('src/stats/index.ts', "export { mean } from './mean.ts';\nexport const two = 2;")).toEqual([
      'src/stats/index.ts: is a facade that does more than re-export',
    ]);
    expect(
      testFaults({ 'test/stats/mean.test.ts': "import { mean } from '../../src/stats/mean.ts';" }),
    ).toEqual(['test/stats/mean.test.ts: src/stats/mean.ts']);
    expect(
      testFaults({ 'test/stats/a.test.ts': "import { mean } from '../../src/stats/index.ts';" }),
    ).toEqual([]);
  });

  it('nothing where nothing is wrong', () => {
    const innocent = `
/** Never call Date.now or process.env here; see import('../app/index.ts'). */
// Math.random would not repeat.
import { createHash } from 'node:crypto';
import type { Space } from '../space/index.ts';
import { other } from './other.ts';
const fitted = this.#process.env; // not Node's process.env
`;
    expect(fault('src/search/a.ts', innocent)).toEqual([]);
    for (const [height, floor] of floors.entries()) {
      const form = floor === 'runtime' ? 'import type { X } from' : 'import';
      const below = floors.slice(height + 1).map((folder) => `${form} '../${folder}/index.ts';`);
      expect(fault(`src/${floor}/a.ts`, below.join('\n')), floor).toEqual([]);
    }
  });
});
