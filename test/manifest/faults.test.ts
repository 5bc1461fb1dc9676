import { describe, expect, it } from 'vitest';
import { JoulegateError } from '../../src/errors/index.ts';
import { formatProblems } from '../../src/manifest/index.ts';
import { faultsAfter, faultsOf, files, parse, repository, softmax } from './support.ts';

describe('all faults at once', () => {
  const text = `version: 1
objectiv: { minimize: energy }
kernels:
  softmax-rows:
    source: kernels/sofmax.wesl
    workloads: [{ ROWS: 4096, COLS: 1024 }]
    tunables:
      WORKGROUP: [32, 64, 128, 256]
    constraints:
      - WORKGROUP <= COL
    default: { WORKGROUP: 48 }
    buffers:
      input: { binding: 0, type: f32, length: ROWS * COLS }
      output: { binding: 0, type: f32, length: ROWS * COLS, check: { relative: 1.0e-3 } }
    dispatch: [ROWS, 1, 1]
`;

  it('prints each with its place, its line, a caret and the next step', () => {
    const { manifest, problems } = parse(text);
    expect(manifest).toBeNull();
    expect(formatProblems(problems, { colour: false })).toBe(`\
joulegate.yaml:2:1: error: unknown key 'objectiv'
    2 | objectiv: { minimize: energy }
      | ^^^^^^^^
      = next step: did you mean 'objective'?

joulegate.yaml:5:13: error: there is no file 'kernels/sofmax.wesl'
    5 |     source: kernels/sofmax.wesl
      |             ^^^^^^^^^^^^^^^^^^^
      = next step: did you mean 'softmax.wesl'?

joulegate.yaml:10:22: error: unknown name 'COL'
   10 |       - WORKGROUP <= COL
      |                      ^^^
      = next step: did you mean 'COLS'?

joulegate.yaml:11:27: error: 48 is not among the values of 'WORKGROUP'
   11 |     default: { WORKGROUP: 48 }
      |                           ^^
      = next step: use 32, 64, 128 or 256

joulegate.yaml:14:26: error: binding 0 of group 0 is taken by 'input'
   14 |       output: { binding: 0, type: f32, length: ROWS * COLS, check: { relative: 1.0e-3 } }
      |                          ^
      = next step: give every buffer the group and binding that it has in the program`);
  });

  it('has a next step for every fault', () => {
    for (const problem of parse(text).problems) expect(problem.nextStep).not.toBeNull();
  });
});

describe('formatProblems', () => {
  it('colours on demand, and prints nothing for nothing', () => {
    const { problems } = parse('version: 2\n');
    expect(formatProblems([], { colour: true })).toBe('');
    const plain = formatProblems(problems, { colour: false });
    const coloured = formatProblems(problems, { colour: true });
    expect(plain).not.toContain('\u001b');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what colours are made of
    expect(coloured.replace(/\u001b\[[\d;]*m/g, '')).toBe(plain);
    expect(coloured).not.toBe(plain);
  });

  it('lets no control character of the file through to the terminal', () => {
    const { problems } = parse('version: "\u001b[31m\u202e\\e[0m"\n"\u0007x": 1\n');
    const text = formatProblems(problems, { colour: false });
    expect(problems.length).toBeGreaterThan(0);
    expect(text).not.toMatch(/[^\P{Cc}\n]|\u202e/u);
  });

  it('shows the part of a long line that matters', () => {
    const { problems } = parse(`${softmax.trimEnd()} # ${'x'.repeat(500)}\nunknown: ${'y'.repeat(500)}\n`);
    const lines = formatProblems(problems, { colour: false }).split('\n');
    for (const line of lines) expect(line.length).toBeLessThan(200);
    const long = parse(`version: 1\nkernels: { ${'a: 1, '.repeat(60)} }\n`).problems;
    const shown = formatProblems(long.slice(-1), { colour: false }).split('\n');
    expect(shown[1]?.[shown[2]?.indexOf('^') ?? 0]).toMatch(/[a1]/);
  });
});

describe('YAML', () => {
  it('reports duplicate keys, where the first one is, and goes on', () => {
    expect(faultsOf(`${softmax}  softmax-rows: {}\nversion: 1\n`)).toEqual([
      "27:3 'softmax-rows' is given twice, first in line 11 | keep one of them",
      "28:1 'version' is given twice, first in line 1 | keep one of them",
    ]);
  });

  it('reports text it cannot read, and what is wrong before it, but nothing that follows from it', () => {
    const broken = softmax
      .replace('version: 1', 'version: 2')
      .replace('tunables:', 'tunables: [1, 2')
      .replace('dispatch:', 'dispatsch:');
    expect(faultsOf(broken)).toEqual([
      "1:10 'version' must be 1 | write for example 1",
      expect.stringMatching(/^15:19 YAML: .* \| .+/),
    ]);
  });

  it.each([
    [
      'version: 1\nkernels:\n\t- a\n',
      /^3:\d YAML: tabs are not allowed as indentation \| indent with spaces$/,
    ],
    ['version: "1\n', /YAML: missing closing "quote \| close the bracket or quote/],
    ['version: *one\n', /^1:10 there is no anchor '&one' before this alias \| put '&one' in front/],
    ['? { a: 1 }\n: 2\n', /^1:3 only a plain name can be a key \| write 'name: value'/],
    ['__proto__: { version: 1 }\n', /^1:1 '__proto__' cannot be a key/],
    ['version: 1\n---\nversion: 1\n', /^2:1 YAML: is a second document \| remove '---'/],
    ['', /^1:1 the manifest must be a mapping \| write for example \{ version: 1/],
  ])('%j', (text, expected) => {
    expect(faultsOf(text)).toContainEqual(expect.stringMatching(expected));
  });

  it('reports tabs in every line that has them', () => {
    const tabs = softmax.replace('    entry:', '\tentry:').replace('    default:', '\tdefault:');
    expect(faultsOf(tabs).filter((fault) => fault.includes('tabs'))).toHaveLength(2);
  });

  it('reports an unknown tag without failing', () => {
    const { problems } = parse(softmax.replace('version: 1', 'version: !one 1'));
    expect(problems[0]).toMatchObject({ line: 1, severity: 'warning' });
  });

  it.each([
    ['nested lists', '['.repeat(1_000_000)],
    ['nested mappings', '{a: '.repeat(200_000)],
    ['nested dashes', '- '.repeat(500_000)],
    ['nested lines', Array.from({ length: 1400 }, (_, i) => `${' '.repeat(i)}a:`).join('\n')],
    ['an alias inside its anchor', 'a: &a [*a, *a]'],
    [
      'a billion laughs',
      Array.from(
        { length: 9 },
        (_, i) => `${'abcdefghi'[i]}: &${'abcdefghi'[i]} [${`*${'xabcdefgh'[i]}, `.repeat(9)}]`,
      )
        .join('\n')
        .replace(/\*x/g, 'x'),
    ],
    ['an endless row of quotes', '"'.repeat(1_000_000)],
    ['a file of 2 MiB', '#'.repeat(2 ** 21)],
  ])('refuses %s quickly', (_, text) => {
    const { manifest, problems } = parse(text);
    expect(manifest).toBeNull();
    expect(problems.map(({ message }) => message).join('\n')).toMatch(
      /levels deep|aliases are expanded|too long|larger than 1 MiB/,
    );
  });

  it('keeps the list of faults to a length that somebody may read', () => {
    const many = Array.from({ length: 20_000 }, (_, i) => `key${i}: 1`).join('\n');
    expect(parse(many).problems.length).toBeLessThanOrEqual(500);
  });
});

describe('schema', () => {
  it.each<[string, string, string]>([
    ['version: 1', 'version: 3', "1:10 'version' must be 1 | write for example 1"],
    ['trials: 64', 'trials: 0', "4:20 'trials' must be at least 1 | write for example 64"],
    ['trials: 64', 'trials: 1.5', "4:20 'trials' must be a whole number | write for example 64"],
    ['trials: 64', 'trails: 64', "4:12 unknown key 'trails' | did you mean 'trials'?"],
    [
      'minimize: energy',
      'minimize: enrgy',
      "2:24 'minimize' must be energy, latency, edp or ed2p | did you mean 'energy'?",
    ],
    [
      'margin: 3%',
      'margin: 300%',
      "7:21 'margin' must be a share between 0 and 100 % | write for example 3%",
    ],
    ['margin: 3%', 'margin: 3', "7:21 'margin' must be at most 1 | write for example 3%"],
    [
      '[regressed, ',
      '[removed, ',
      '9:13 this must be regressed, wrong-result, missing-baseline, inconclusive or environment',
    ],
    ['[32, 64, 128, 256]', '[32, 64, 32]', '16:27 32 is given twice | remove one of them'],
    ['[32, 64, 128, 256]', '[]', "16:18 'WORKGROUP' must not be empty"],
    ['PER_THREAD: [1', '2ND: [1', "17:7 '2ND' must be a name: letters, digits and _"],
    ['softmax-rows:', '"soft max":', "11:3 'soft max' must be letters, digits, dots, dashes and underscores"],
    ['fill: normal', 'fill: random', "23:66 'fill' must be zeros, ones, normal, uniform or index"],
    [
      'dispatch: [ROWS, 1, 1]',
      'dispatch: ROWS',
      "25:15 'dispatch' must be a list or a mapping | write for example [ROWS, 1, 1]",
    ],
  ])('%s -> %s', (from, to, expected) => {
    const faults = faultsAfter(from, to);
    expect(faults[0]).toContain(expected);
  });

  it('says what a kernel misses', () => {
    expect(faultsOf('version: 1\nkernels:\n  k:\n    workloads: [{ N: 1 }]\n')).toEqual([
      "3:3 has neither 'source' nor 'generate' nor 'operator' nor 'command' | add 'source: kernels/NAME.wesl' for a kernel of your own, 'generate: …' for one that a program prints, 'operator: NAME', or 'command: …' for a program of another kind",
      expect.stringContaining("3:3 'buffers' is missing | add for example 'buffers: { input:"),
      "3:3 'dispatch' is missing | add for example 'dispatch: [ROWS, 1, 1]'",
    ]);
  });

  it('reports what means nothing where it stands', () => {
    expect(faultsAfter('minimize: energy', 'minimize: edp')).toEqual([
      "2:29 'latency-slack' means nothing with 'minimize: edp' | remove it, or write 'minimize: energy'",
    ]);
  });
});

describe('expressions', () => {
  it.each<[string, string, string]>([
    ['<= COLS', '<= COL', "20:35 unknown name 'COL' | did you mean 'COLS'?"],
    ['<= COLS', '+ COLS', '20:9 gives a whole number, but true or false is needed here | write a comparison'],
    ['- WORKGROUP * PER_THREAD <= COLS', "- 'WORKGROUP <= '", '20:23 the expression ends too early'],
    ['dispatch: [ROWS,', 'dispatch: [ROWS * 0.5,', '25:16 int * double is not defined | convert one side'],
    [
      'length: ROWS * COLS, fill',
      'length: ROWS - ROWS, fill',
      '23:47 the length is 0 for workload ROWS=4096',
    ],
    ['length: ROWS * COLS, fill', 'length: ROWS / 0, fill', '23:47 `ROWS / 0`: division by zero'],
    ['dispatch: [ROWS,', 'dispatch: [COLS / ROWS,', '25:16 the dispatch is 0 for workload ROWS=4096'],
    [
      'length: ROWS * COLS, fill',
      'length: max_invocatoins, fill',
      "23:47 unknown name 'max_invocatoins' | did you mean 'max_invocations'?",
    ],
  ])('%s -> %s', (from, to, expected) => {
    const faults = faultsAfter(from, to);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toContain(expected);
  });

  it('points into folded and quoted text as far as it stands there as it is', () => {
    expect(faultsAfter('- WORKGROUP * PER_THREAD <= COLS', '- "WORKGROUP <= COL"')[0]).toContain('20:23');
    const folded = faultsAfter('- WORKGROUP * PER_THREAD <= COLS', '- >-\n        WORKGROUP\n        <= COL');
    expect(folded).toEqual(["20:9 unknown name 'COL' | did you mean 'COLS'?"]);
  });
});

describe('tunables and default', () => {
  it.each<[string, string, string]>([
    ['{ WORKGROUP: 64, PER', '{ PER', "21:5 the default has no value for 'WORKGROUP' | add 'WORKGROUP: 32'"],
    [
      '{ WORKGROUP: 64',
      '{ WORKGROOP: 3, WORKGROUP: 64',
      "21:16 'WORKGROOP' is no tunable of this kernel | did you mean 'WORKGROUP'?",
    ],
    ['{ WORKGROUP: 64', '{ WORKGROUP: "64x"', "21:27 'WORKGROUP' must be a name"],
    [
      'VECTORIZE: false }',
      'VECTORIZE: 0 }',
      "21:57 0 is not among the values of 'VECTORIZE' | use true or false",
    ],
    [
      '<= COLS',
      '<= 32',
      "21:14 the default breaks the constraint 'WORKGROUP * PER_THREAD <= 32' for workload ROWS=4096,COLS=1024",
    ],
    ['[1, 2, 4, 8]', '[1, two]', "17:19 the values of 'PER_THREAD' are of different types"],
    ['VECTORIZE: [true', 'ROWS: [true', "18:7 'ROWS' is a parameter of the workloads already"],
    ['VECTORIZE: [true', 'has_f16: [true', "18:7 'has_f16' is the name of a device limit"],
    ['VECTORIZE: [true', 'loop: [true', "18:7 'loop' is a reserved word of expressions"],
  ])('%s -> %s', (from, to, expected) => {
    expect(faultsAfter(from, to)[0]).toContain(expected);
  });

  it('asks for a default with an example', () => {
    const faults = faultsAfter('    default: { WORKGROUP: 64, PER_THREAD: 1, VECTORIZE: false }\n', '');
    expect(faults).toEqual([
      "15:5 'default' is missing: the configuration to start from | add for example 'default: { WORKGROUP: 32, PER_THREAD: 1, VECTORIZE: true }'",
    ]);
  });

  it('checks the default against constraints of the workload only: the device is not known yet', () => {
    expect(faultsAfter('<= COLS', '<= max_invocations')).toEqual([]);
  });

  it('bounds the space', () => {
    const values = Array.from({ length: 100 }, (_, i) => i).join(', ');
    const names = ['A', 'B', 'C', 'D', 'E', 'F', 'G'];
    const text = softmax
      .replace('VECTORIZE: [true, false]', names.map((name) => `${name}: [${values}]`).join('\n      '))
      .replace('VECTORIZE: false', names.map((name) => `${name}: 0`).join(', '));
    expect(faultsOf(text)[0]).toMatch(/^15:5 the tunables have 1\.6e\+15 combinations; at most 1e\+12/);
  });
});

describe('workloads', () => {
  it.each<[string, string]>([
    ['{ ROWS: 1 }', "14:45 the workload misses 'COLS', which the kernel's first workload has"],
    [
      '{ ROWS: 1, COLS: 512, ROW: 1 }',
      "14:67 'ROW' is no parameter of the kernel's first workload | did you mean 'ROWS'?",
    ],
    ['{ ROWS: 1, COLS: many }', "14:62 'COLS' is a name, but a number in the first workload"],
    ['{ COLS: 1024, ROWS: 4096 }', '14:45 workload ROWS=4096,COLS=1024 is given twice'],
  ])('another workload %s', (second, expected) => {
    const faults = faultsAfter('[{ ROWS: 4096, COLS: 1024 }]', `[{ ROWS: 4096, COLS: 1024 }, ${second}]`);
    expect(faults.join('\n')).toContain(expected);
  });

  it('checks the default and sizes against every workload', () => {
    const faults = faultsAfter('COLS: 1024 }]', 'COLS: 1024 }, { ROWS: 1, COLS: 32 }]');
    expect(faults).toEqual([expect.stringContaining('for workload ROWS=1,COLS=32')]);
  });
});

describe('buffers', () => {
  it.each<[string, string, string]>([
    ['binding: 1', 'binding: 0', "24:26 binding 0 of group 0 is taken by 'input'"],
    [
      'binding: 1, type: f32',
      'binding: 1, type: f64',
      "24:35 'f64' is no element type | use f32, f16, i32, u32, or",
    ],
    ['binding: 1, type: f32', 'binding: 1, type: ROWS', "24:35 'ROWS' is no element type"],
    ['length: ROWS * COLS, fill: normal', 'fill: normal', "23:7 a storage buffer needs 'length'"],
    [
      'length: ROWS * COLS, fill: normal',
      'length: 1, values: [1]',
      "23:39 a buffer with 'values' has no 'length'",
    ],
    ['type: f32, length: ROWS * COLS, fill', 'length: 1, fill', "23:7 a storage buffer needs 'type'"],
    ['length: ROWS * COLS, fill: normal', 'kind: uniform, seed: 1', "23:7 a uniform buffer needs 'values'"],
    [
      'length: ROWS * COLS, fill: normal',
      'kind: uniform, values: [1], seed: 1',
      "23:67 a uniform buffer has no 'seed'",
    ],
    ['check: { relative: 1.0e-3 }', 'check: { as: bag }', "24:74 'as' must be set, multiset, sum or sorted"],
    ['check: { relative: 1.0e-3 }', 'check: {}', "24:68 'check' must not be empty"],
  ])('%s -> %s', (from, to, expected) => {
    expect(faultsAfter(from, to).join('\n')).toContain(expected);
  });

  it('takes the same binding in another group', () => {
    expect(faultsAfter('binding: 1', 'group: 1, binding: 0')).toEqual([]);
  });

  it('checks the values of a parameter that is used as a type', () => {
    const text = softmax
      .replace('COLS: 1024 }', 'COLS: 1024, T: f31 }')
      .replace('binding: 0, type: f32', 'binding: 0, type: T');
    expect(faultsOf(text)).toEqual([
      "14:46 'f31' is no element type, and a buffer has the type 'T' | use f32, f16, i32, u32",
    ]);
  });

  it('warns of a kernel whose results nobody looks at', () => {
    const { manifest, problems } = parse(softmax.replace(', check: { relative: 1.0e-3 }', ''));
    expect(manifest).not.toBeNull();
    expect(problems).toMatchObject([
      { severity: 'warning', line: 22, message: expect.stringContaining('check') },
    ]);
  });
});

describe('programs', () => {
  it.each<[string, string]>([
    ['kernels/sofmax.wesl', "there is no file 'kernels/sofmax.wesl' | did you mean 'softmax.wesl'?"],
    ['nowhere/x.wesl', "there is no file 'nowhere/x.wesl' | check the path"],
    ['../../etc/passwd.wgsl', "the path '../../etc/passwd.wgsl' leads out of the repository"],
    ['kernels/../../x.wgsl', "the path 'kernels/../../x.wgsl' leads out of the repository"],
    ['/etc/x.wgsl', "the path '/etc/x.wgsl' is not a relative path"],
    ['C:/x.wgsl', "the path 'C:/x.wgsl' is not a relative path"],
    ['~/x.wgsl', "the path '~/x.wgsl' is not a relative path"],
    ['kernels\\softmax.wesl', "the path 'kernels\\softmax.wesl' has a backslash"],
    ['kernels/notes.txt', "'kernels/notes.txt' is neither a .wesl nor a .wgsl file"],
  ])('%s', (path, expected) => {
    const faults = faultsAfter('source: kernels/softmax.wesl', `source: ${path}`);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toContain(`12:13 ${expected}`);
    expect(faultsAfter('reference: kernels/softmax-naive.wesl', `reference: ${path}`)[0]).toContain(expected);
  });

  it('stays inside the repository from a folder in it, too', () => {
    const inFolder = { folder: 'app', files: { 'softmax.wgsl': 'x' } };
    expect(faultsAfter('kernels/softmax.wesl', '../softmax.wgsl', inFolder)[0]).not.toMatch(/^12/);
    expect(faultsAfter('kernels/softmax.wesl', '../../softmax.wgsl', inFolder)[0]).toMatch(/^12.*leads out/);
  });

  it('reports what the reader refuses at the path that led there', () => {
    const reader = {
      ...repository(files),
      read: (path: string) => {
        if (path !== 'kernels/softmax-naive.wesl') return 'x';
        throw new JoulegateError('bad-input', 'a link leaves the repository', {
          code: 'path-outside',
          nextStep: 'Remove it.',
        });
      },
    };
    const faults = faultsOf(softmax, { reader });
    expect(faults).toContain('26:16 a link leaves the repository | Remove it.');
  });

  it('refuses to import too many modules', () => {
    const names = Array.from({ length: 500 }, (_, i) => `m${i}`);
    const many = Object.fromEntries(names.map((name) => [`kernels/${name}.wesl`, '']));
    const imports = names.map((name) => `import package::${name};`).join('');
    const fault = faultsOf(softmax, { files: { ...files, ...many, 'kernels/softmax.wesl': imports } })[0];
    expect(fault).toBe(
      '12:13 it draws from more than 500 modules | docs/wesl.md says how packages are found',
    );
  });

  it.each<[string, string]>([
    ['../tuned.json', "2:8 the path '../tuned.json' leads out of the repository"],
    ['/tmp/tuned.json', "2:8 the path '/tmp/tuned.json' is not a relative path"],
    ['tuned.yaml', "2:8 'tuned.yaml' is not a .json file"],
  ])('tuned: %s', (path, expected) => {
    expect(faultsOf(softmax.replace('\n', `\ntuned: ${path}\n`))[0]).toContain(expected);
  });
});
