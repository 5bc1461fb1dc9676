// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are texts of templates
import { describe, expect, it } from 'vitest';
import { formatProblems, type ProgramSource, parseManifest } from '../../src/manifest/index.ts';
import { repository } from './support.ts';

function manifest(program: string, tunables = '{ TILE: [32, 64] }'): string {
  return `version: 1
kernels:
  k:
    ${program}
    workloads: [{ N: 64 }]
    tunables: ${tunables}
    default: { TILE: 64 }
    buffers: { y: { binding: 0, type: f32, length: N, check: { relative: 0 } } }
    dispatch: [N]
`;
}

function parse(program: string, files: Readonly<Record<string, string>>) {
  const reader = repository(files);
  return parseManifest({ path: 'm.yaml', text: manifest(program), reader, operators: [] });
}

/** The program of the one kernel. */
function programOf(program: string, files: Readonly<Record<string, string>>): ProgramSource {
  const { manifest: read, problems } = parse(program, files);
  const source = read?.kernels[0]?.passes[0]?.source;
  if (source === undefined) throw new Error(formatProblems(problems, { colour: false }));
  return source;
}

/** `LINE:COLUMN MESSAGE | NEXT STEP` of every fault. */
function faultsOf(program: string, files: Readonly<Record<string, string>>): readonly string[] {
  const { problems } = parse(program, files);
  return problems.map(({ line, column, message, nextStep }) => `${line}:${column} ${message} | ${nextStep}`);
}

const literal = (file: string, name: string) => `source: { file: ${file}, export: ${name} }`;

/** The literal of a name in a file. */
function textOf(file: string, text: string, name: string | undefined = 'shader'): string {
  return programOf(literal(file, name), { [file]: text }).files[file] ?? '';
}

/** Why there is none. */
function refusalOf(file: string, text: string, name = 'shader'): string {
  const [fault = 'none'] = faultsOf(literal(file, name), { [file]: text });
  return fault.replace(/^4:\d+ /, '').replace(/ \| .*$/s, '');
}

describe('a template literal', () => {
  const cases: readonly (readonly [string, string, string, name?: string])[] = [
    ['of an exported constant', 'export const shader = `fn main() {}`;', 'fn main() {}'],
    ['with a type', 'const shader: string = /* wgsl */ `a`;', 'a'],
    ['that is no constant to others', 'const shader = `a` as const;', 'a'],
    ['exported under another name', 'const s = `a`; export { s as shader };', 'a'],
    ['exported as default', 'export default `a`;', 'a', 'default'],
    ['of a member', 'export const shaders = { add: { fast: `a` } } satisfies X;', 'a', 'shaders.add.fast'],
    ['of a class', 'export class K { static source = `a`; }', 'a', 'K.source'],
    ['of CommonJS', 'module.exports = { shader: `a` };', 'a'],
    ['with a tag that changes nothing', 'const shader = wgsl`a`;', 'a'],
    ['trimmed', 'const shader = ` a `.trim();', ' a '],
    ['with numbers', 'const A = 8; const shader = `${A} ${A * 2 + 1} ${-A} ${0.5}`;', '8 17 -8 0.5'],
    ['with texts', "const T = 'f32'; const shader = `array<${T}>`;", 'array<f32>'],
    [
      'with others',
      'const help = `fn h() {}\n`; const shader = `${help}fn main() {}`;',
      'fn h() {}\nfn main() {}',
    ],
    ['put together', "const shader = `a\n` + 'b';", 'a\nb'],
    ['with escapes', 'const shader = `// \\` \\${x}\\n\\u0041`;', '// ` ${x}\nA'],
    ['with a tunable’s constant', 'const TILE = 64; const shader = `${TILE}u`;', '{{ TILE }}u'],
    [
      'with arithmetic on it',
      'const TILE = 64; const HALF = TILE / 2; const shader = `${HALF + 1}`;',
      '{{ ((TILE / 2) + 1) }}',
    ],
  ];

  it.each(cases)('%s is read', (...[, text = '', expected, name]) => {
    expect(textOf('a.ts', text, name)).toBe(expected);
  });

  const refused: readonly (readonly [string, string, string])[] = [
    [
      'what is imported',
      "import { W } from './w';\nconst shader = `\n${W}`;",
      "a.ts:3:3: `W` is imported from './w', not a constant of this file",
    ],
    ['a parameter', 'const shader = `${width}`;', 'a.ts:1:19: `width` is no constant of this file'],
    [
      'a call',
      'const shader = `${f(1)}`;',
      'a.ts:1:19: `f(1)` is neither a literal nor a constant of this file',
    ],
    [
      'a choice',
      'const A = 1; const shader = `${A ? 1 : 2}`;',
      'a.ts:1:32: `A ? 1 : 2` is neither a literal nor a constant of this file',
    ],
    [
      'a variable',
      'let n = 1; const shader = `${n}`;',
      'a.ts:1:30: `n` is declared by `let`, not a constant of this file',
    ],
    [
      'a function',
      'export function shader() { return `a`; }',
      'a.ts:1:8: `shader` is a function, not a constant of this file',
    ],
    [
      'a tag that may change it',
      'const shader = dedent`a`;',
      'a.ts:1:16: the tag `dedent` may change the text',
    ],
    ['itself', 'const shader = `${shader}`;', 'a.ts:1:19: `shader` stands for itself'],
    ['another name', 'const shaders = `a`;', "it has no constant 'shader'"],
    ['no program at all', 'const shader = `a', 'a.ts:1:17: it cannot be read: Unterminated template.'],
  ];

  it.each(refused)('is not made of %s', (_, text, expected) => {
    expect(refusalOf('a.ts', text)).toBe(expected);
  });

  it('leaves off with the nearest name', () => {
    expect(faultsOf(literal('a.ts', 'shader'), { 'a.ts': 'const shaders = `a`;' })).toEqual([
      "4:35 it has no constant 'shader' | did you mean 'shaders'?",
    ]);
  });
});

describe('a raw string of C++', () => {
  it.each([
    ['const char* shader = R"(a)";', 'a'],
    ['static constexpr char shader[] = R"wgsl(\na)" b)wgsl";', '\na)" b'],
    ['constexpr std::string_view shader{R"(a)"};', 'a'],
    ['inline constexpr wgsl::SourceText shader = {R"(a)"};', 'a'],
    ['#define shader R"(a)"\nint x = 1\'000;', 'a'],
    ['// shader = "x"\nauto shader = u8R"(a)" /* and */ R"(b)"s;', 'ab'],
    ['char c = \'"\'; auto shader = "a\\n"\n "b";', 'a\nb'],
    ['Desc d = { .shader = R"(a)", .entry = "main" }; use(shader, R"(c)");', 'a'],
  ])('%s', (text, expected) => {
    expect(textOf('a.cpp', text)).toBe(expected);
  });

  it.each([
    ['auto shader = R"(a)" + rest;', "a.cpp:1:22: `+` adds to the text of 'shader'"],
    ['auto shader = R"(a)" STR(TILE) R"(b)";', "a.cpp:1:22: `STR` adds to the text of 'shader'"],
    ['auto shader = load();', "a.cpp:1:6: 'shader' is given no literal"],
    ['auto shader = R"(a)"; auto shader = R"(b)";', "a.cpp:1:28: 'shader' is given a text a second time"],
    ['auto other = R"(a)";', "it has no 'shader'"],
  ])('not %s', (text, expected) => {
    expect(refusalOf('a.cpp', text)).toBe(expected);
  });
});

describe('a literal of Rust', () => {
  it.each([
    ['pub const shader: &str = r#"a"b"#;', 'a"b'],
    ['static shader: &\'static str = r"a\\n";', 'a\\n'],
    ['fn f<\'a>(c: char) { c == \'"\'; }\nconst shader: &str = "a\\n  b";', 'a\n  b'],
    ['/* r#" /* nested */ */ let x = K { shader: r##"a"#b"## };', 'a"#b'],
  ])('%s', (text, expected) => {
    expect(textOf('a.rs', text)).toBe(expected);
  });

  it.each([
    ['const shader: &str = concat!("a", "b");', "a.rs:1:7: `concat!` makes the text of 'shader'"],
    ['let shader = format!("{}", 1);', "a.rs:1:5: `format!` makes the text of 'shader'"],
  ])('not %s', (text, expected) => {
    expect(refusalOf('a.rs', text)).toBe(expected);
  });

  it('is the file itself where one is included', () => {
    const text = 'const shader: &str = include_str!("k.wgsl");';
    expect(faultsOf(literal('a.rs', 'shader'), { 'a.rs': text })[0]).toContain("'source: kernels/NAME.wgsl'");
  });
});

describe('a file of another kind', () => {
  it('is named with its constant, or refused', () => {
    const files = { 'a.ts': '', 'a.py': '' };
    expect(faultsOf('source: a.ts', files)).toEqual([
      "4:13 'a.ts' is neither a .wesl nor a .wgsl file | name the constant that holds the program: { file: a.ts, export: NAME }",
    ]);
    expect(faultsOf(literal('a.py', 'x'), files)[0]).toContain(
      "'a.py' is no file that a program can be taken out of",
    );
    expect(faultsOf(literal('b.ts', 'x'), files)).toEqual([
      "4:21 there is no file 'b.ts' | did you mean 'a.ts'?",
    ]);
    expect(faultsOf(literal('a.ts', 'x y'), files)[0]).toContain('must be the name of a constant');
    expect(faultsOf('source: { file: a.ts }', files)[0]).toContain("'export' is missing");
  });
});

describe('templates', () => {
  const marksOf = (text: string) => programOf('source: a.wgsl', { 'a.wgsl': text }).template;

  it('are told by what no WGSL has', () => {
    expect(marksOf('fn main() {{ x = y; }}')).toBeUndefined();
    expect(marksOf('// #ifdef in a comment')).toBeUndefined();
    expect(marksOf('#ifdef A\n#endif')).toEqual({ directives: true, placeholders: false });
    expect(marksOf('@workgroup_size({{ TILE }})')).toEqual({ directives: false, placeholders: true });
  });

  it('may have a last name of their own', () => {
    expect(programOf('source: a.wgsl.tmpl', { 'a.wgsl.tmpl': '{{ TILE }}' }).language).toBe('wgsl');
  });

  it('come with what they include, beside them or beside the first', () => {
    const { files } = programOf('source: k/a.wgsl', {
      'k/a.wgsl': '#include "in/b.tmpl"\n#include "none.tmpl"',
      'k/in/b.tmpl': '#include "c.tmpl"\n#include "d.tmpl"',
      'k/in/c.tmpl': '#include "../a.wgsl"',
      'k/d.tmpl': '',
    });
    expect(Object.keys(files).sort()).toEqual(['k/a.wgsl', 'k/d.tmpl', 'k/in/b.tmpl', 'k/in/c.tmpl']);
  });

  it.each([
    [
      '\n#import bevy::x',
      'a.wgsl:2:1: this is a template in naga_oil (`#import`, `#{NAME}`), which is not read',
    ],
    [
      'fn f() {}\n  #param N',
      'a.wgsl:2:3: this is a template in wgsl-template, which ONNX Runtime uses (`#param`, `#use`, `$MAIN`), which is not read',
    ],
    [
      '$if USE:\n',
      'a.wgsl:1:1: this is a template in Python in lines (`$if X:`, `$for`, `${...}`), which ExecuTorch uses, which is not read',
    ],
    ['{% if A %}', 'a.wgsl:1:1: this is a template in Jinja or Tera (`{% ... %}`), which is not read'],
    ['{{#each}}', 'a.wgsl:1:1: this is a template in Mustache (`{{#...}}`), which is not read'],
    ['<%= x %>', 'a.wgsl:1:1: this is a template in EJS (`<% ... %>`), which is not read'],
    ['#decl(A)', 'a.wgsl:1:1: this is a template in `#decl` blocks, which is not read'],
  ])('in other languages are named: %j', (text, message) => {
    expect(faultsOf('source: a.wgsl', { 'a.wgsl': text })).toEqual([
      `4:13 ${message} | have the project's own program print it: 'generate' (docs/sources.md)`,
    ]);
  });
});

describe('what prints a program', () => {
  const files = { 'gen.py': '', 'a.wgsl': '' };

  it('is read with its files, like a command', () => {
    const { generator } = programOf(
      'generate: { run: [python3, gen.py, "{TILE}", "{N}"], sources: [gen.py] }',
      files,
    );
    expect(generator?.run).toEqual(['python3', 'gen.py', '{TILE}', '{N}']);
    expect(Object.keys(generator?.files ?? {})).toEqual(['gen.py']);
    expect(generator?.at()).toMatchObject({ file: 'm.yaml', line: 4, column: 15 });
  });

  it('may be wrong in the same ways', () => {
    expect(faultsOf('generate: { run: [x, "{TIL}"], sources: [no.py] }', files)).toEqual([
      "4:27 there is no tunable or workload parameter 'TIL' | did you mean '{TILE}'?",
      "4:46 there is no file 'no.py' | check the path; it is relative to the manifest's folder",
    ]);
    expect(faultsOf('generate: { run: [x], sources: [gen.py] }\n    source: a.wgsl', files)).toEqual([
      "5:5 'source' cannot be given together with 'generate' | remove one of them",
    ]);
  });

  it('may print a pass, or a reference', () => {
    const text = manifest('source: a.wgsl').replace(
      '    dispatch: [N]',
      `    passes: [{ generate: { run: [x, "{TILE}"], sources: [gen.py] }, dispatch: [1] }]
    reference: { generate: { run: [y], sources: [gen.py] } }`,
    );
    const read = parseManifest({ path: 'm.yaml', text, reader: repository(files), operators: [] });
    expect(formatProblems(read.problems, { colour: false })).toBe('');
    const [kernel] = read.manifest?.kernels ?? [];
    expect(kernel?.passes[0]?.source.generator?.run).toEqual(['x', '{TILE}']);
    expect(kernel?.reference?.passes[0]?.source.generator?.run).toEqual(['y']);
  });
});
