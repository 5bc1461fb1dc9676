import { describe, expect, it } from 'vitest';
import { fillArgument, fillArguments } from '../../src/manifest/index.ts';
import { faultsOf, parse } from './support.ts';

const files = {
  'gpu/saxpy.cu': '__global__ void saxpy() {}',
  'gpu/include/common.h': '#pragma once',
  'gpu/include/deep/more.h': '',
  'gpu/build.sh': 'nvcc',
  'shared/util.h': '// shared',
};

/** A manifest in `gpu/` with these lines below `command`, in place of the usual ones where the key is the same. */
function text(lines: Readonly<Record<string, string>> = {}, kernel = ''): string {
  const usual = {
    run: '[./saxpy, "{N}", "{BLOCK}"]',
    sources: '[saxpy.cu]',
    outputs: '{ y: { type: f32, length: N, check: { relative: 1.0e-6 } } }',
  };
  const keys = Object.entries({ ...usual, ...lines }).filter(([, value]) => value !== '');
  return `version: 1
kernels:
  saxpy:
    command:
${keys.map(([key, value]) => `      ${key}: ${value}\n`).join('')}    workloads: [{ N: 64 }]
    tunables: { BLOCK: [32, 64] }
    default: { BLOCK: 32 }
${kernel}`;
}

const options = { files, folder: 'gpu' };

describe('a command kernel', () => {
  it('has programs, files, outputs, and nothing of a WGSL kernel', () => {
    const { manifest, problems } = parse(text({ build: '[./build.sh]' }), options);
    expect(problems).toEqual([]);
    const [kernel] = manifest?.kernels ?? [];
    expect(kernel).toMatchObject({ buffers: [], reference: null, passes: [] });
    expect(kernel?.command).toMatchObject({
      run: ['./saxpy', '{N}', '{BLOCK}'],
      build: ['./build.sh'],
      reference: null,
      folder: 'gpu',
      outputs: [{ name: 'y', type: 'f32', check: { relative: 1e-6, absolute: 0 } }],
    });
    expect(Object.keys(kernel?.command?.files ?? {})).toEqual(['gpu/saxpy.cu']);
    expect(Buffer.from(kernel?.command?.files['gpu/saxpy.cu']?.content() ?? []).toString()).toBe(
      files['gpu/saxpy.cu'],
    );
  });

  it('takes files, folders with all below, and what lies elsewhere in the repository', () => {
    const { manifest } = parse(text({ sources: '[include, ../shared/util.h, build.sh]' }), options);
    const found = manifest?.kernels[0]?.command?.files ?? {};
    expect(Object.entries(found).map(([path, { executable }]) => [path, executable])).toEqual([
      ['gpu/build.sh', true],
      ['gpu/include/common.h', false],
      ['gpu/include/deep/more.h', false],
      ['shared/util.h', false],
    ]);
  });

  it.each([
    [{ sources: '[saxpi.cu]' }, "6:17 there is no file 'saxpi.cu' | did you mean 'saxpy.cu'?"],
    [
      { sources: '[.]' },
      "6:17 '.' is the manifest's own folder, which the tuned state lies in | name the program's files, or put them in a folder of their own",
    ],
    [
      { sources: '[..]' },
      "6:17 '..' is the manifest's own folder, which the tuned state lies in | name the program's files, or put them in a folder of their own",
    ],
    [
      { sources: '[../../etc/passwd]' },
      "6:17 the path '../../etc/passwd' leads out of the repository | give a path below the repository, relative to the manifest's folder, with '/'",
    ],
    [
      { run: '[./saxpy, "{N}", "--block={BLOK}", "{BLOCK}"]' },
      "5:38 there is no tunable or workload parameter 'BLOK' | did you mean '{BLOCK}'?",
    ],
    [
      { run: '[./saxpy, "{N}"]' },
      "9:17 neither 'run' nor 'build' uses the tunable 'BLOCK' | write {BLOCK} where the program takes it, or {*} for all of them as NAME=VALUE, or remove the tunable",
    ],
    [
      { outputs: '{ y: { type: f64, length: N, check: { relative: 0 } } }' },
      "7:29 'f64' is no element type | use f32, f16, i32, u32, or the name of a workload parameter that holds one of them",
    ],
    [
      { outputs: '{ y: { type: f32, length: N - 64, check: { relative: 0 } } }' },
      '7:42 the length is 0 for workload N=64 | change it or the workload, so that it is between 1 and 4294967296',
    ],
    [
      { outputs: '{ y: { type: f32, length: N + BLOCK, check: { relative: 0 } } }' },
      "7:42 the shape of an output depends on the tunable 'BLOCK', so that of one configuration cannot be compared with another's | give the shape that all configurations have, and let the program write that: cut off what it padded, put in order what it laid out otherwise",
    ],
  ])('says what is wrong with %j', (lines, fault) => {
    expect(faultsOf(text(lines), options)).toEqual([fault]);
  });

  it('may take all tunables at once', () => {
    expect(faultsOf(text({ run: '[./saxpy, "N={N}", "{*}"]' }), options)).toEqual([]);
  });

  it('needs what it cannot do without', () => {
    expect(faultsOf(text({ sources: '' }), options)).toEqual([
      "4:5 'sources' is missing | add for example 'sources: [saxpy.mjs]'",
    ]);
  });

  it.each([
    ['    source: kernels/a.wgsl\n', "'source' cannot be given together with 'command' | remove one of them"],
    ['    dispatch: [1]\n', "'dispatch' cannot be given together with 'command' | remove one of them"],
    [
      '    between-launches: keep\n',
      "'between-launches' cannot be given together with 'command' | remove it; a program of another kind puts back itself what its launches change",
    ],
    [
      '    operator: matmul\n',
      "'command' cannot be given together with 'operator' | remove it; the operator brings its own",
    ],
  ])('is nothing else as well', (line, fault) => {
    expect(faultsOf(text({}, line), options).join('\n')).toContain(fault);
  });
});

describe('an argument', () => {
  it('with {*} is there once for each tunable', () => {
    const values = { N: 64, FAST: true, KIND: '{N}' };
    expect(fillArguments(['a', '-D{*}', 'N={N}'], values, ['FAST', 'KIND'])).toEqual([
      ...['a', '-DFAST=true', '-DKIND={N}', 'N=64'],
    ]);
    expect(fillArguments(['a', '{*}'], values, [])).toEqual(['a']);
  });

  it('gets the values of what it names, and keeps every other brace', () => {
    const values = { N: 64, FAST: true, KIND: 'rows' };
    expect(fillArgument('-n={N} {FAST}{KIND}', values)).toBe('-n=64 truerows');
    expect(fillArgument('{"a": {}} {0} ({N})', values)).toBe('{"a": {}} {0} (64)');
  });
});
