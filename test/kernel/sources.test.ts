// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are texts of templates
import { describe, expect, it } from 'vitest';
import {
  type CommandProgram,
  createTemplateBuilder,
  createVariantBuilder,
  mapDiagnostic,
  type Outcome,
  type PrintSource,
  reachedExtensions,
  type Variant,
} from '../../src/kernel/index.ts';
import { formatProblems, parseManifest } from '../../src/manifest/index.ts';
import { repository } from '../manifest/support.ts';
import { limits } from './support.ts';

interface Setting {
  readonly program: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly tunables?: string;
  readonly defaults?: string;
  readonly workload?: string;
  readonly print?: PrintSource;
}

function kernelOf({ program, files = {}, ...rest }: Setting) {
  const { tunables = '{ TILE: [32, 64] }', defaults = '{ TILE: 64 }', workload = '{ N: 256 }' } = rest;
  const text = `version: 1
kernels:
  k:
    ${program}
    workloads: [${workload}]
    tunables: ${tunables}
    default: ${defaults}
    buffers: { y: { binding: 0, type: f32, length: N, check: { relative: 0 } } }
    dispatch: [N / TILE]
`;
  const { manifest, problems } = parseManifest({
    path: 'm.yaml',
    text,
    reader: repository(files),
    operators: [],
  });
  const [kernel] = manifest?.kernels ?? [];
  if (kernel === undefined) throw new Error(formatProblems(problems, { colour: false }));
  return kernel;
}

function builderOf(setting: Setting) {
  const kernel = kernelOf(setting);
  const builder = createVariantBuilder({
    kernel,
    workload: kernel.workloads[0]!,
    limits,
    print: setting.print,
  });
  return { kernel, builder };
}

async function build(setting: Setting, values: Readonly<Record<string, number | boolean | string>> = {}) {
  const { kernel, builder } = builderOf(setting);
  return builder.build({ ...kernel.defaults, ...values });
}

/** The text without empty lines. */
function wgslOf(built: Outcome<Variant>): string {
  if (!built.ok) throw new Error(`${built.failure.file}:${built.failure.line} ${built.failure.message}`);
  return (built.value.program?.passes[0]?.wgsl ?? '').replaceAll(/^\s*\n/gm, '').trim();
}

const head = '@group(0) @binding(0) var<storage, read_write> y: array<f32>;';
const main = (size: string, body = 'y[id.x] = 1.0;') =>
  `@compute @workgroup_size(${size}) fn main(@builtin(global_invocation_id) id: vec3u) { ${body} }`;
const program = (size = 'TILE', body?: string) => `${head}\n${main(size, body)}\n`;
const template = (text: string, more: Readonly<Record<string, string>> = {}): Setting => ({
  program: 'source: k/a.wgsl',
  files: { 'k/a.wgsl': text, ...more },
});

describe('a template with directives', () => {
  it('takes tunables and workload parameters as macros, except where they are members or declared', async () => {
    const text = `#define TILE 8
struct P { N: u32 }
#if defined(TILE) && N >= 256 && !MISSING
const a = N.TILE + TILE; // TILE
#endif
${program()}`;
    const built = await build(template(text.replace('N.TILE', 'TILE_')), { TILE: 32 });
    expect(wgslOf(built)).toContain('const a = TILE_ + 32;');
    expect(wgslOf(built)).toContain('@workgroup_size(32)');
    expect(wgslOf(built)).toContain('struct P { N: u32 }');
  });

  it.each([
    ['#if TILE == 64\nconst r = 1;\n#else\nconst r = 2;\n#endif', 'const r = 1;'],
    ['#if TILE / 3 == 21 && (1 << 2) == 4u\nconst r = 1;\n#endif', 'const r = 1;'],
    ['#if TILE > 64\nX\n#elif TILE >= 0x40 ? 1 : 0\nconst r = 2;\n#else\nX\n#endif', 'const r = 2;'],
    ['#ifdef TILE_64\nconst r = 1;\n#endif\n#ifdef TILE_32\nX\n#endif', 'const r = 1;'],
    ['#ifndef ON\nconst r = 1;\n#endif\n#if ON\nX\n#endif', 'const r = 1;'],
    ['#ifdef OFF\nX\n#elifdef type_f16\nconst r = 4;\n#endif', 'const r = 4;'],
    ['#define A B + B\n#define B 2 // two\nconst r = A;', 'const r = 2 + 2;'],
    ['#define A 1\n#undef A\n#undef TILE\nconst A = TILE;', 'const A = 64;'],
    ['#define LONG 1 + \\\n  2\nconst r = LONG;', 'const r = 1 +    2;'],
    ['#define r r\nconst r = 1;', 'const r = 1;'],
    ['#if 0\n#if 1\nX\n#else\nX\n#endif\n#unknown\n#else\nconst r = 3;\n#endif', 'const r = 3;'],
    ['/*\n#if 0\n*/ const r = 1;', 'const r = 1;'],
    ['const r = {{ TILE }}u; const q = {{ TILE / 2 + 1 }};', 'const r = 64u; const q = 33;'],
    ['const r = {{type}}(1);', 'const r = f16(1);'],
  ])('%j', async (text, expected) => {
    const built = await build({
      ...template(`#define NAMED ON OFF\n${program()}${text}\n`),
      tunables: '{ TILE: [32, 64], ON: [true, false], OFF: [false, true] }',
      defaults: '{ TILE: 64, ON: false, OFF: false }',
      workload: '{ N: 256, type: f16 }',
    });
    expect(wgslOf(built)).toContain(expected);
    expect(wgslOf(built)).not.toContain('X');
  });

  it('includes files, which may define what it goes by', async () => {
    const more = { 'k/b.inc': '#include "c.inc"\n', 'k/c.inc': '#define SIZE TILE\nconst c = 1;\n' };
    expect(wgslOf(await build(template(`#include "b.inc"\n${program('SIZE')}`, more)))).toMatch(
      /^const c = 1;[\s\S]*@workgroup_size\(64\)/,
    );
  });

  const faults: readonly (readonly [string, string])[] = [
    ['#if\n#endif', 'k/a.wgsl:1:1 it ends too early'],
    ['\n  #if TILE >\n#endif', 'k/a.wgsl:2:3 it ends too early'],
    ['#if TILE / 0\n#endif', 'k/a.wgsl:1:1 it divides by 0'],
    ['#if type == 1\n#endif', 'k/a.wgsl:1:1 `type` is `f16`, which is no number'],
    ['#if 1 @ 2\n#endif', 'k/a.wgsl:1:1 `@ 2` cannot be read in an expression'],
    ['\n#ifdef A', 'k/a.wgsl:2:1 this condition has no #endif'],
    ['#endif', 'k/a.wgsl:1:1 #endif without an #if'],
    ['#if 1\n#else\n#else\n#endif', 'k/a.wgsl:3:1 #else after #else'],
    ['#ifdef\n#endif', 'k/a.wgsl:1:1 #ifdef needs a name'],
    ['#if 1\n#else ifdef A\n#endif', "k/a.wgsl:2:1 `#else ifdef A` is naga_oil's"],
    ['#define F(a) a', 'k/a.wgsl:1:1 the macro `F` has parameters, which are not read'],
    ['#define A B##C', 'k/a.wgsl:1:1 `##` is not read'],
    ['#define A\n#pragma once', 'k/a.wgsl:2:1 `#pragma` is no directive that is read'],
    ['#include <a>', 'k/a.wgsl:1:1 `#include <a>` names no file in quotes'],
    ['#include "gone"', 'k/a.wgsl:1:1 there is no file `gone` to include'],
    ['#include "a.wgsl"', 'k/a.wgsl:1:1 `a.wgsl` includes itself'],
    ['#if TILE == 64\n#error no such tile\n#endif', 'k/a.wgsl:2:1 #error no such tile'],
    [
      'const a = {{ WIDTH }};',
      'k/a.wgsl:1:11 there is no tunable or workload parameter `WIDTH`; there are N, type, TILE',
    ],
    [
      '#define A B B B B\n'.replace('A', 'Z') +
        '#define B C C C C C C C C\n'.repeat(1) +
        ['C', 'D', 'E', 'F', 'G', 'H']
          .map((one, i) => `#define ${one} ${`${'DEFGHI'[i]} `.repeat(8)}\n`)
          .join('') +
        'Z',
      'k/a.wgsl:9:1 `',
    ],
  ];

  it.each(faults)('is at fault where it says so: %j', async (text, expected) => {
    const built = await build({
      ...template(`${text}\n// TILE N`),
      workload: '{ N: 256, type: f16 }',
      tunables: '{ TILE: [64, 32] }',
    });
    const { file, line, column, message } = built.ok
      ? { file: '', line: 0, column: 0, message: 'none' }
      : built.failure;
    expect(`${file}:${line}:${column} ${message}`).toContain(expected);
  });

  it('keeps places of what is behind macros and includes', async () => {
    const included = 'const fine = 1;\nconst bad = ;\n';
    const inside = await build(template(`#include "b.inc"\n${program()}`, { 'k/b.inc': included }));
    expect(inside).toMatchObject({ failure: { file: 'k/b.inc', line: 2 } });
    const behind = await build(
      template(`#include "b.inc"\n#define A 1\n${program()}const c = A + ;\n`, { 'k/b.inc': '' }),
    );
    expect(behind).toMatchObject({ failure: { file: 'k/a.wgsl', line: 5 } });
  });

  it('is refused where it uses a tunable nowhere', async () => {
    expect(await build(template(`#define A 1\n${program('64')}`))).toMatchObject({ ok: true });
    const setting = {
      ...template(`#define A 1\n${program()}`),
      tunables: '{ TILE: [64], WIDE: [1, 2] }',
      defaults: '{ TILE: 64, WIDE: 1 }',
    };
    expect(await build(setting)).toMatchObject({
      failure: { message: expect.stringContaining('uses no tunable `WIDE`') },
    });
  });

  it('is the same program whatever it is written with', async () => {
    const made = await build(template(`#if TILE == 64\n${program()}#endif`));
    const plain = await build({ program: 'source: a.wgsl', files: { 'a.wgsl': program('64') } });
    expect(made.ok && plain.ok && made.value.program?.identity === plain.value.program?.identity).toBe(true);
  });
});

describe('a program in another file', () => {
  const host = (text: string) => ({
    program: 'source: { file: src/k.ts, export: shader }',
    files: { 'src/k.ts': text, 'src/util.wesl': 'fn one() -> f32 { return 1.0; }' },
  });

  it('is at fault there, behind what is put in', async () => {
    const text = `const TILE = 64; const help = \`fn h() {\n  let a = ;\n}\`;\nexport const shader = \`\n${program('${TILE}')}${'${help}'}\`;`;
    expect(await build(host(text))).toMatchObject({ failure: { file: 'src/k.ts', line: 2, column: 3 } });
  });

  it('has the lines of its file', async () => {
    const built = await build(
      host(`const TILE = 1;\nexport const shader = \`${program('${TILE}', '\n  y[id.x] = 1.0;')}\`;`),
      { TILE: 32 },
    );
    expect(wgslOf(built)).toContain('@workgroup_size(32)');
    const pass = built.ok ? built.value.program?.passes[0] : undefined;
    const line = 1 + (pass?.wgsl.split('\n').findIndex((one) => one.includes('y[id.x] = 1.0')) ?? 0);
    expect(mapDiagnostic(pass!, line, 5)).toEqual({ file: 'src/k.ts', line: 4, column: 5 });
  });

  it('may be WESL, with modules beside it', async () => {
    const text = `export const shader = \`import package::util::one;\nimport constants::TILE;\n${program('TILE', 'y[id.x] = one();')}\`;`;
    expect(wgslOf(await build(host(text)))).toContain('fn one()');
    const wrong = await build(host(text.replace('util::one', 'util::two')));
    expect(wrong).toMatchObject({ failure: { file: 'src/k.ts', line: 4 } });
  });
});

/** Prints in place of a program: what `texts` has for its arguments, by what they are joined to. */
function printing(text: (args: readonly string[]) => string) {
  const asked: { readonly run: readonly string[]; readonly twice: boolean }[] = [];
  const print: PrintSource = async ({ run }: CommandProgram, { twice }) => {
    asked.push({ run, twice });
    return { ok: true, value: text(run) };
  };
  return { asked, print };
}

const generate = 'generate: { run: [gen, "{TILE}"], sources: [gen.py] }';

describe('a program that another prints', () => {
  const files = { 'gen.py': '' };
  const printed = printing(([, tile = '']) => program(tile));
  const setting: Setting = { program: generate, files, print: printed.print };

  it('is WGSL like any other', async () => {
    const { kernel, builder } = builderOf(setting);
    const plain = builderOf({
      program: 'source: a.wgsl',
      files: { 'a.wgsl': `override TILE: u32;\n${program()}` },
    });
    const fixed = (tile: number) =>
      builderOf({
        program: 'source: a.wgsl',
        tunables: '{ TILE: [32, 64] }',
        files: { 'a.wgsl': program(String(tile)) },
      });
    for (const TILE of [32, 64]) {
      const own = await builder.build({ TILE });
      const written = await fixed(TILE).builder.build({ TILE });
      expect(own.ok && written.ok && own.value.program?.identity === written.value.program?.identity).toBe(
        true,
      );
      expect(own.ok && builder.features(own.value)).toEqual(
        written.ok && fixed(TILE).builder.features(written.value),
      );
      expect(await builder.featuresOf({ TILE })).toEqual(own.ok && builder.features(own.value));
    }
    expect(kernel.passes[0]?.source.path).toBe('');
    expect(await plain.builder.build({ TILE: 32 })).toMatchObject({ ok: true });
  });

  it('is asked for twice where it decides: the default, and what is confirmed', async () => {
    const { asked, print } = printing(([, tile = '']) => program(tile));
    const { builder } = builderOf({ ...setting, print });
    const twice = async (work: () => Promise<unknown>) => {
      asked.splice(0);
      await work();
      return asked.some((one) => one.twice && one.run[1] === '32');
    };
    expect(await twice(() => builder.build({ TILE: 32 }))).toBe(false);
    expect(await twice(() => builder.build({ TILE: 32 }, { confirm: true }))).toBe(true);
    await builder.build({ TILE: 64 });
    expect(asked.at(-1)).toEqual({ run: ['gen', '64'], twice: true });
  });

  it('is shown where it is wrong, and placed where the manifest names its program', async () => {
    const wrong = {
      ...setting,
      print: printing(() => `${head}\n\n@compute fn main() { let a = ; }\n`).print,
    };
    const built = await build({ ...wrong, tunables: '{ TILE: [64] }' });
    expect(built).toMatchObject({ failure: { kind: 'compile', file: 'm.yaml', line: 4, column: 15 } });
    expect(built.ok ? '' : built.failure.message).toMatch(
      /\(line 3, column \d+ of what `gen 64` prints\)\n {2}1 \| @group.*\n {2}2 \| \n {2}3 \| @compute fn main.*\n {4}\| +\^\n {2}4 \| $/,
    );
    const nameless = {
      ...setting,
      print: printing(() => program('64').replace('fn main', 'fn other')).print,
    };
    expect(await build(nameless)).toMatchObject({
      failure: { file: 'm.yaml', message: expect.stringContaining('no compute entry point `main`') },
    });
  });

  it('fails with its printer, there', async () => {
    const failing: PrintSource = async () => ({
      ok: false,
      failure: { kind: 'timeout', message: 'took long' },
    });
    expect(await build({ ...setting, print: failing })).toEqual({
      ok: false,
      failure: { kind: 'compile', message: 'took long', file: 'm.yaml', line: 4, column: 15 },
    });
    const { print: _, ...forbidden } = setting;
    expect(await build(forbidden)).toMatchObject({
      failure: {
        kind: 'unsupported',
        message: 'its program is what `gen 64` prints, which is run with --allow-commands only',
      },
    });
  });

  it('has to use every tunable, as an argument or by an override', async () => {
    const both = { ...setting, tunables: '{ TILE: [64], WIDE: [1, 2] }', defaults: '{ TILE: 64, WIDE: 1 }' };
    expect(await build(both)).toMatchObject({
      failure: { file: 'm.yaml', line: 4, message: expect.stringContaining('`WIDE`') },
    });
    const print = printing(() => `override WIDE: u32;\n${program('64')}`).print;
    expect(await build({ ...both, print })).toMatchObject({ ok: true });
  });

  it('says itself what it enables', async () => {
    const kernel = kernelOf(setting);
    const print = printing(() => `enable f16;\n${program('64')}`).print;
    expect(await reachedExtensions(kernel, print)).toMatchObject([
      { extension: 'f16', file: 'm.yaml', line: 4 },
    ]);
    expect(await reachedExtensions(kernel)).toEqual([]);
  });

  it('holds for the values that it was printed for', async () => {
    const kernel = kernelOf({
      ...setting,
      tunables: '{ TILE: [32, 64], WIDE: [1, 2] }',
      defaults: '{ TILE: 64, WIDE: 1 }',
    });
    const print = printing(([, tile = '']) => `override WIDE: u32;\n${program(tile)}`).print;
    const made = await createTemplateBuilder(kernel, kernel.passes[0]!, print).build(
      { N: 256 },
      { TILE: 32, WIDE: 2 },
    );
    expect(made).toMatchObject({ ok: true, value: { fixed: { TILE: 32 } } });
    expect(made.ok && made.value.pieces[1]).toBe('WIDE');
  });
});

it('a template filled in holds for what its directives ask', async () => {
  const text = `#if TILE > 32\n#define WIDE\n#endif\n${program('TILE', 'y[id.x] = f32(N) + {{ M }};')}`;
  const kernel = kernelOf({ ...template(text), workload: '{ N: 256, M: 3, type: f16 }' });
  const made = await createTemplateBuilder(kernel, kernel.passes[0]!).build(
    { N: 256, M: 3, type: 'f16' },
    { TILE: 64 },
  );
  expect(made).toMatchObject({ ok: true, value: { fixed: { TILE: 64 }, conditions: ['type_f16'] } });
  expect(made.ok && made.value.pieces.filter((_, i) => i % 2 === 1)).toEqual(['N', 'M']);
  const other = await createTemplateBuilder(kernel, kernel.passes[0]!).build(
    { N: 1, M: 3, type: 'f32' },
    { TILE: 64 },
  );
  expect(other).toMatchObject({ failure: { message: '`type` is f32, as in no workload of the manifest' } });
});
