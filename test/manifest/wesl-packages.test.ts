import { describe, expect, it } from 'vitest';
import { describeProgram } from '../../src/kernel/index.ts';
import { readWesl } from '../../src/manifest/index.ts';
import { repository } from './support.ts';

const main = (imports: string, value: string) => `${imports}
@group(0) @binding(0) var<storage, read_write> x: array<f32>;
@compute @workgroup_size(64) fn main() { x[0] = ${value}; }`;
const twice = 'fn twice(v: f32) -> f32 { return 2.0 * v; }';
const toml = (text: string) => `[package]\nedition = "2026_pre"\n${text}`;

/** The files that a program is read with, without its own; or what is wrong with it. */
async function read(path: string, files: Readonly<Record<string, string>>) {
  const source = readWesl(repository(files), path, files[path] ?? '', '');
  const described = await describeProgram(source);
  if (!described.ok) return described.failure.message;
  return Object.keys(source.files)
    .filter((one) => one !== path)
    .sort()
    .join(' ');
}

describe('modules of a package', () => {
  it.each<[string, string, Readonly<Record<string, string>>, string]>([
    [
      'below the root that wesl.toml says, from a folder within',
      'src/ops/a.wesl',
      {
        'wesl.toml': toml('root = "src"'),
        'src/ops/a.wesl': main('import package::lib::math::twice;', 'twice(1.0)'),
        'src/lib/math.wesl': twice,
        'src/lib/other.wesl': twice,
      },
      'src/lib/math.wesl',
    ],
    [
      'with the root at the top of wesl.toml, as older ones have it',
      'k/a.wesl',
      {
        'wesl.toml': 'root = "./k"',
        'k/a.wesl': main('import package::m;', 'm::twice(1.0)'),
        'k/m.wgsl': twice,
      },
      'k/m.wgsl',
    ],
    [
      'of the shaders beside a package.json',
      'web/shaders/deep/a.wesl',
      {
        'web/package.json': '{}',
        'web/shaders/deep/a.wesl': main('', 'package::m::twice(1.0)'),
        'web/shaders/m.wesl': twice,
      },
      'web/shaders/m.wesl',
    ],
    [
      'through super',
      'k/deep/a.wesl',
      {
        'wesl.toml': toml('root = "k"'),
        'k/deep/a.wesl': main('import super::super::m::{twice as double};', 'double(1.0)').replace(
          'super::super',
          'super::super',
        ),
        'k/m.wesl': twice,
        'k/deep/m.wesl': twice,
      },
      'k/m.wesl',
    ],
    [
      'of another folder, which has one of its own',
      'app/shaders/a.wesl',
      {
        'app/wesl.toml': toml('[dependencies]\nmaths = { path = "../maths" }'),
        'app/shaders/a.wesl': main('import maths::basic::{deep::twice};', 'twice(1.0)'),
        'maths/wesl.toml': toml('root = "src"\n[dependencies]\nbase = { path = "../base" }'),
        'maths/src/basic/deep.wesl':
          'import package::inner;\nfn twice(v: f32) -> f32 { return inner::once(v) + base::zero(); }',
        'maths/src/inner.wesl': 'fn once(v: f32) -> f32 { return v; }',
        'base/wesl.toml': toml(''),
        'base/shaders/lib.wesl': 'fn zero() -> f32 { return 0.0; }',
      },
      'base/shaders/lib.wesl maths/src/basic/deep.wesl maths/src/inner.wesl',
    ],
    [
      'of crates that are folders, as Bevy has them',
      'crates/pbr/src/deep/a.wesl',
      {
        'crates/pbr/Cargo.toml':
          '[package]\nname = "pbr"\n[dependencies]\nbevy-maths = { path = "../maths" }',
        'crates/pbr/src/deep/a.wesl': main(
          'import bevy_maths::twice;\nimport package::one;',
          'twice(one::one)',
        ),
        'crates/pbr/src/one.wesl': 'const one = 1.0;',
        'crates/maths/Cargo.toml': '[package]\nname = "bevy-maths"',
        'crates/maths/src/lib.wesl': twice,
      },
      'crates/maths/src/lib.wesl crates/pbr/src/one.wesl',
    ],
    [
      'of what npm installed, with what that needs',
      'shaders/a.wesl',
      {
        'package.json': '{}',
        'shaders/a.wesl': main(
          'import random_wgsl::twice;\nimport scope__multi::dir::nested;',
          'twice(nested::one())',
        ),
        'node_modules/random-wgsl/package.json':
          '{"exports":{".":{"types":"./t.d.ts","import":"./dist/weslBundle.js"}}}',
        'node_modules/random-wgsl/dist/weslBundle.js': `import other from "other";
export const weslBundle = {
  name: "random_wgsl",
  edition: "2026_pre",
  modules: {
    "lib.wgsl":
      "import other::half;\\n// \\"doubles\\"\\nfn twice(v: f32) -> f32 { return 4.0 * half(v); }",
  },
  dependencies: [other],
};
export default weslBundle;`,
        'node_modules/other/package.json': '{"exports":"./b.js"}',
        'node_modules/other/b.js':
          "export const weslBundle = { 'name': 'other', 'edition': 'x', 'modules': { './lib.wesl': 'fn half(v: f32) -> f32 { return v / 2.0; }' } }",
        'node_modules/@scope/multi/package.json': '{"exports":{"./*":{"import":"./dist/*/weslBundle.js"}}}',
        'node_modules/@scope/multi/dist/dir/nested/weslBundle.js':
          'export const weslBundle = { "name": "scope__multi", "edition": "x", "modules": { "dir/nested.wesl": "fn one() -> f32 { return 1.0; }" } }',
      },
      'node_modules/@scope/multi/dir/nested.wesl node_modules/other/lib.wesl node_modules/random-wgsl/lib.wgsl',
    ],
    [
      'by the folder where nothing else is said',
      'k/a.wesl',
      { 'k/a.wesl': main('import package::m::twice;', 'twice(1.0)'), 'k/m.wesl': twice },
      'k/m.wesl',
    ],
  ])('%s', async (_what, path, files, expected) => {
    expect(await read(path, files)).toBe(expected);
  });

  it.each<[string, Readonly<Record<string, string>>, RegExp]>([
    [
      'that is not installed',
      { 'package.json': '{}' },
      /'lib::twice'.*: the package 'lib' is not installed in node_modules/,
    ],
    [
      'that wesl.toml does not list',
      { 'wesl.toml': toml('root = "k"\n[dependencies]\nother = {}') },
      /: wesl\.toml lists no dependency 'lib'/,
    ],
    [
      'out of the repository',
      { 'wesl.toml': toml('root = "k"\n[dependencies]\nlib = { path = "../../lib" }') },
      /wesl\.toml: the path '\.\.\/\.\.\/lib' leads out of the repository/,
    ],
    [
      'of a registry of crates',
      { 'Cargo.toml': '[dependencies]\nlib = "1.0"' },
      /: the crate 'lib' is no folder of this project: copy it into one/,
    ],
    [
      'whose bundle does more than hold text',
      {
        'node_modules/lib/package.json': '{"exports":"./b.js"}',
        'node_modules/lib/b.js':
          'export const weslBundle = { name: "lib", modules: { "lib.wesl": read() } };',
      },
      /node_modules\/lib\/b\.js is no bundle of modules/,
    ],
  ])('a package %s is named, where it is imported', async (_what, files, expected) => {
    const all = { 'k/a.wesl': main('import lib::twice;', 'twice(1.0)'), ...files };
    expect(await read('k/a.wesl', all)).toMatch(expected);
  });

  it.each([
    ['root = "../elsewhere"', "wesl.toml: the path '../elsewhere' leads out of the repository"],
    ['root = "/etc"', "wesl.toml: the path '/etc' is not a relative path"],
    ['root = [', /^wesl\.toml:3:\d+: /],
  ])('%s is a fault of wesl.toml', (line, expected) => {
    const files = { 'wesl.toml': toml(line), 'k/a.wesl': main('', '1.0') };
    expect(() => readWesl(repository(files), 'k/a.wesl', files['k/a.wesl'], '')).toThrow(expected);
  });

  it('takes time that grows with a text that repeats itself, and no faster', () => {
    const texts = ['import a;', 'import ', 'a::', '{', 'import {', 'a '].map((part) => part.repeat(20_000));
    const before = performance.now();
    for (const text of texts) readWesl(repository({ 'a.wesl': text }), 'a.wesl', text, '');
    expect(performance.now() - before).toBeLessThan(30_000);
  });
});

describe('declarations in groups under @if', () => {
  const grouped = (switches: string) => `${switches}
@if(FAST) {
  // A comment with { a brace.
  const factor = 4.0;
  struct Pair { a: f32, b: f32 }
  @if(HALF && WIDE) @group(0) @binding(1) var<storage> y: array<f32>;
  @else @group(0) @binding(1) var<storage> y: array<vec2f>;
  @if(HALF) { fn unused() {} }
} @elif(HALF) {
  const factor = 2.0;
} @else const factor = 1.0;
@group(0) @binding(0) var<storage, read_write> x: array<f32>;
@compute @workgroup_size(64) fn main() { x[0] = factor; @if(FAST) { x[1] = f32(y[0].x); } }`;

  it('are each under the condition', async () => {
    const { createVariantBuilder } = await import('../../src/kernel/index.ts');
    const { kernelOf, limits, buffer, programOf } = await import('../kernel/support.ts');
    const wgsl = async (parameters: Record<string, boolean>) => {
      const kernel = kernelOf({
        files: { 'a.wesl': grouped('') },
        parameters,
        buffers: [buffer('x', 0), buffer('y', 1)].slice(0, parameters.FAST ? 2 : 1),
      });
      const [workload] = kernel.workloads;
      const builder = createVariantBuilder({ kernel, workload: workload!, limits });
      return programOf(await builder.build({})).wgsl;
    };
    expect(await wgsl({ FAST: false, HALF: false, WIDE: false })).toMatch(/factor = 1\.0/);
    expect(await wgsl({ FAST: false, HALF: true, WIDE: false })).toMatch(/factor = 2\.0/);
    const fast = await wgsl({ FAST: true, HALF: true, WIDE: false });
    expect(fast).toMatch(/factor = 4\.0/);
    expect(fast).toMatch(/y ?: array<vec2f>/);
    expect(fast).not.toMatch(/array<f32>;\s*@group\(0\) @binding\(1\)/);
  });

  it('keep the lines of faults', async () => {
    const text = grouped('').replace('const factor = 2.0;', 'const factor = missing;');
    const described = await describeProgram({
      path: 'a.wesl',
      language: 'wesl',
      files: { 'a.wesl': `${text}\nfn f() { let = 3; }` },
    });
    expect(described).toMatchObject({
      ok: false,
      failure: { file: 'a.wesl', line: text.split('\n').length + 1 },
    });
  });
});
