// A program that Joulegate can tune: a matrix product on the CPU. What matters is the conversation at the end;
// a CUDA, HIP, Triton or native WebGPU program has the same one.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: { n: { type: 'string' }, tile: { type: 'string' }, loop: { type: 'string' } },
});
const n = Number(values.n);
const tile = Number(values.tile);

// Inputs do not change from launch to launch, and are the same for every configuration.
const a = Float32Array.from({ length: n * n }, (_, i) => ((i * 7919) % 1013) / 1013 - 0.5);
const b = Float32Array.from({ length: n * n }, (_, i) => ((i * 104729) % 997) / 997 - 0.5);
const c = new Float32Array(n * n);

/** Rows of a times columns of b, along each of which one walks with a stride of n. */
function inner(i0, j0, k0) {
  const [iEnd, jEnd, kEnd] = [i0, j0, k0].map((start) => Math.min(n, start + tile));
  for (let i = i0; i < iEnd; i++) {
    for (let j = j0; j < jEnd; j++) {
      let sum = c[i * n + j];
      for (let k = k0; k < kEnd; k++) sum += a[i * n + k] * b[k * n + j];
      c[i * n + j] = sum;
    }
  }
}

/** Rows of b added to rows of c: everything is walked along in order. */
function outer(i0, j0, k0) {
  const [iEnd, jEnd, kEnd] = [i0, j0, k0].map((start) => Math.min(n, start + tile));
  for (let i = i0; i < iEnd; i++) {
    for (let k = k0; k < kEnd; k++) {
      const factor = a[i * n + k];
      for (let j = j0; j < jEnd; j++) c[i * n + j] += factor * b[k * n + j];
    }
  }
}

const block = { inner, outer }[values.loop];

function launch() {
  c.fill(0);
  for (let i = 0; i < n; i += tile) {
    for (let k = 0; k < n; k += tile) {
      for (let j = 0; j < n; j += tile) block(i, j, k);
    }
  }
}

if (block === undefined || !(n >= 1) || !(tile >= 1)) {
  console.log(`error there is no such configuration: ${JSON.stringify(values)}`);
  process.exit(1);
}
console.log('ready');
for await (const line of createInterface({ input: process.stdin })) {
  const [word, rest] = line.split(/ (.*)/s);
  if (word === 'run') {
    // On a GPU: launch so many times, wait for the end, and print the time between two events.
    const start = performance.now();
    for (let i = 0; i < Number(rest); i++) launch();
    console.log(`time ${performance.now() - start}`);
  } else if (word === 'write') {
    launch();
    writeFileSync(join(rest, 'c.bin'), c);
    console.log('written');
  }
}
