import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isFull } from '../support/full.ts';
import { missing } from '../support/programs.ts';
import { blocks } from './pages.ts';

/** z = 2 x + y of four numbers, for what a page leaves out of its sketch in C++. `CHECKED` stands in for the runtime of CUDA. */
const surroundings = `
#ifdef CHECKED
#include <cuda_runtime.h>
#define KERNEL __global__
#else
#define KERNEL
typedef int cudaError_t;
typedef int cudaEvent_t;
enum { cudaSuccess = 0 };
static int left = FAILING_AFTER;
static cudaError_t cudaGetLastError() { return left < 0 ? 2 : cudaSuccess; }
static cudaError_t cudaDeviceSynchronize() { return cudaSuccess; }
static const char *cudaGetErrorString(cudaError_t) { return "out of memory"; }
static cudaError_t cudaEventRecord(cudaEvent_t) { return cudaSuccess; }
static cudaError_t cudaEventSynchronize(cudaEvent_t) { return cudaSuccess; }
static cudaError_t cudaEventElapsedTime(float *ms, cudaEvent_t, cudaEvent_t) { *ms = 1.5f; return cudaSuccess; }
#endif
#include <cstdio>
#include <cstring>
#include <string>
static float x[4] = {1, 2, 3, 4}, y[4] = {5, 6, 7, 8}, z[4];
KERNEL void saxpy(float *z, const float *x, const float *y) { for (int i = 0; i < 4; i++) z[i] = 2 * x[i] + y[i]; }
static void launch() {
#ifdef CHECKED
  saxpy<<<1, 1>>>(z, x, y);
#else
  left--;
  saxpy(z, x, y);
#endif
}
static void write_output(const char *folder) {
  launch();
  FILE *file = fopen((std::string(folder) + "/z.bin").c_str(), "wb");
  fwrite(z, sizeof(float), 4, file);
  fclose(file);
}
int main() {
  cudaEvent_t start = 0, stop = 0;
  SKETCH
}
`;

/** The same for Python: events, synchronisation and a tensor that stand in for those of torch. */
const pythonSurroundings = `
import os, struct, sys, types
x, y = [1, 2, 3, 4], [5, 6, 7, 8]
def launch():
    z.values = [2 * a + b for a, b in zip(x, y)]
def tofile(path):
    with open(path, "wb") as file:
        file.write(struct.pack("<4f", *z.values))
class Event:
    def record(self): pass
    def synchronize(self): pass
    def elapsed_time(self, stop): return 1.5
z = types.SimpleNamespace(values=None)
z.cpu = lambda: types.SimpleNamespace(numpy=lambda: types.SimpleNamespace(tofile=tofile))
torch = types.SimpleNamespace(cuda=types.SimpleNamespace(synchronize=lambda: None))
start, stop = Event(), Event()
`;

const page = 'command-kernels.md';
const sketch = (language: string) => blocks(language).find((block) => block.page === page)?.text ?? '';
const conversation = 'run 3\nwrite .\nrun 1\n';
const compiler = 'g++';
const noCompiler = missing('a C++ compiler', compiler, '--version') !== null;
const noNvcc = missing('nvcc', 'nvcc', '--version') !== null;
const noPython = missing('Python', '/usr/bin/python3', '--version') !== null;

let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'joulegate-sketches-'));
  writeFileSync(
    join(folder, 'saxpy.cu'),
    surroundings.replace('SKETCH', () => sketch('c++')),
  );
  writeFileSync(join(folder, 'saxpy.py'), pythonSurroundings + sketch('python'));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function answersOf(program: string, ...args: readonly string[]): readonly string[] {
  const { stdout } = spawnSync(program, args, { cwd: folder, input: conversation, encoding: 'utf8' });
  return stdout.trimEnd().split('\n');
}

const outputs = () => [...new Float32Array(new Uint8Array(readFileSync(join(folder, 'z.bin'))).buffer)];

describe.skipIf(noCompiler)('the sketch in C++', () => {
  function build(failingAfter: number): void {
    const flags = ['-x', 'c++', '-Wall', '-Wextra', '-Werror', `-DFAILING_AFTER=${failingAfter}`];
    execFileSync(compiler, [...flags, '-o', 'saxpy', 'saxpy.cu'], { cwd: folder });
  }

  it('answers as it is asked, and computes the same however often it was launched', () => {
    build(99);
    expect(answersOf('./saxpy')).toEqual(['ready', 'time 1.500000', 'written', 'time 1.500000']);
    expect(outputs()).toEqual([7, 10, 13, 16]);
  });

  it('refuses a configuration whose first launch fails, and one whose later ones do', () => {
    build(0);
    expect(answersOf('./saxpy')).toEqual(['error it cannot be launched']);
    build(2);
    expect(answersOf('./saxpy')).toEqual(['ready', 'error out of memory']);
  });

  it.skipIf(noNvcc || !isFull)('is CUDA', () => {
    execFileSync('nvcc', ['-DCHECKED', '-c', '-o', 'saxpy.o', 'saxpy.cu'], { cwd: folder });
  });
});

describe.skipIf(noPython)('the sketch in Python', () => {
  it('answers as it is asked, and computes the same however often it was launched', () => {
    expect(answersOf('/usr/bin/python3', 'saxpy.py')).toEqual(['ready', 'time 1.5', 'written', 'time 1.5']);
    expect(outputs()).toEqual([7, 10, 13, 16]);
  });
});
