import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { joulegate } from '../support/command-line.ts';
import { sampled } from '../support/full.ts';
import { missing, programsFolder } from '../support/programs.ts';

const compiler = 'g++';
const noCompiler = missing('a C++ compiler', compiler, '--version');
const hasPocl = existsSync('/usr/include/CL/cl.h') && existsSync('/etc/OpenCL/vendors/pocl.icd');
const noOpencl = noCompiler !== null || !hasPocl;
if (!hasPocl) console.warn('PoCL with its headers is not here: the OpenCL examples are skipped.');
const noPyopencl = !hasPocl || missing('pyopencl', '/usr/bin/python3', '-c', 'import pyopencl') !== null;
const noNvcc = missing('nvcc', 'nvcc', '--version') !== null;

let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'joulegate-programs-'));
  cpSync(programsFolder, folder, { recursive: true });
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const usual = 'N=64 TILE_M=16 TILE_N=16 TILE_K=16 ITEMS_M=4 ITEMS_N=4 VECTOR=1 SHARE_B=false UNROLL=1'.split(
  ' ',
);

/** Runs a program of the examples to its end, and gives its answers; a time without its figure. */
function answers(program: string, args: readonly string[], input: string): readonly string[] {
  const { stdout } = spawnSync(program, args, { cwd: folder, input, encoding: 'utf8' });
  const lines = stdout.split('\n').filter((line) => line.startsWith('joulegate: '));
  return lines.map((line) => line.slice('joulegate: '.length).replace(/^(time|device|error) .*/s, '$1'));
}

/** The product of what `write` has left, as floats. */
function written(): Float32Array {
  return new Float32Array(new Uint8Array(readFileSync(join(folder, 'c.bin'))).buffer);
}

const conversation = `run 2
configure VECTOR=4 TILE_N=32 ITEMS_N=8 SHARE_B=true
run 2
configure VECTOR=5
configure VECTOR=4
write .
`;
const wanted = [
  'device',
  'sensor cpu',
  'ready configure',
  'time',
  'ready',
  'time',
  'error',
  'ready',
  'written',
];

/** That one configuration computes what another does. */
function computesAlike(program: string, script: readonly string[]): void {
  expect(answers(program, [...script, ...usual], conversation)).toEqual(wanted);
  const tiled = written();
  answers(program, [...script, ...usual], 'write .\n');
  const plain = written();
  expect(plain.length).toBe(64 * 64);
  expect(Math.max(...plain.map((value, i) => Math.abs(value - (tiled[i] ?? Number.NaN))))).toBeLessThan(1e-4);
}

describe.skipIf(noOpencl)('the OpenCL example in C++', () => {
  beforeAll(() => {
    const flags = ['-std=c++11', '-Wall', '-Wextra', '-Werror', '-O1'];
    execFileSync(compiler, [...flags, '-o', 'sgemm', 'sgemm.cpp', '-lOpenCL'], { cwd: folder });
  });

  it('speaks with us, and becomes other configurations', () => {
    computesAlike('./sgemm', []);
  });

  it('says in one line what it cannot do without', () => {
    expect(answers('./sgemm', ['N'], '')).toEqual(['error']);
    expect(answers('./sgemm', usual.slice(1), '')).toEqual(['device', 'sensor cpu', 'error']);
  });

  it('is tried', async () => {
    const ended = await joulegate(
      folder,
      ...['try', 'sgemm', '--allow-commands', '--device', 'software', '--meter', 'none'],
    );
    expect(ended.stdout).toMatch(/N=256: right, repeats itself/);
    expect(ended.status).toBe(0);
  });
});

describe.skipIf(noPyopencl)('the OpenCL example in Python', () => {
  it('speaks with us, and becomes other configurations', () => {
    computesAlike('/usr/bin/python3', ['sgemm.py']);
  });
});

describe.skipIf(noNvcc)('the CUDA examples', () => {
  it.each([...sampled(['saxpy', 'matmul'])])('are compiled: %s', (name) => {
    const tunables = {
      saxpy: '-DBLOCK=64 -DPER_THREAD=2',
      matmul: '-DWARPS_M=2 -DWARPS_N=1 -DFRAGMENTS_M=2 -DFRAGMENTS_N=1',
    };
    const flags = ['-std=c++17', '-arch=sm_80', ...tunables[name as keyof typeof tunables].split(' ')];
    execFileSync('nvcc', [...flags, '-c', '-o', `${name}.o`, `${name}.cu`], { cwd: folder });
    expect(readdirSync(folder)).toContain(`${name}.o`);
  });
});
