// Stands where dist/worker.js does, and speaks its protocol: a software adapter on which nothing is compiled and nothing waits.
// What a launch costs is read off the small project's kernel: its rounds, and the workgroup and elements per thread it is built
// with. Times are virtual, so no figure depends on the machine.

import { closeSync, openSync, readFileSync, readSync, writeSync } from 'node:fs';

const info = {
  backend: 'webgpu',
  family: 'acme-scripted',
  vendor: 'acme',
  architecture: '',
  device: 'scripted',
  description: 'Acme Scripted',
  driver: '1.0',
  software: true,
  features: [],
  limits: {
    max_workgroup_storage: 16384,
    max_invocations: 256,
    max_workgroup_size_x: 256,
    max_workgroup_size_y: 256,
    max_workgroup_size_z: 64,
    max_workgroups: 65535,
    max_buffer_bytes: 2 ** 28,
    has_f16: false,
    has_subgroups: false,
    subgroup_min: 4,
    subgroup_max: 128,
  },
  timestamps: true,
};

/** Between processes and between samples, as relative sd: little enough for a verdict after as few blocks as there can be. */
const noise = 0.003;
const resolutionMs = 1e-6;
/** Compiling takes real time, so that a run can be met while it lasts. */
const compileMsPerRound = 0.05;

let state = process.pid >>> 0;
/** A standard normal number, near enough. */
function normal() {
  let sum = -6;
  for (let i = 0; i < 12; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    sum += state / 2 ** 32;
  }
  return sum;
}

const ownFactor = Math.exp(noise * normal());
let nowMs = Number(process.hrtime.bigint()) / 1e6;
let cpuSeconds = 0;

const numberIn = (text, pattern, fallback) => Number(pattern.exec(text)?.[1] ?? fallback);
const rounds = /(?:round|turn)\w* < (\d+)u/;
/** Of a pass's own function, if it says so there; else of all that its text says. */
const roundsIn = ({ wgsl, entryPoint }) =>
  numberIn(wgsl.slice(Math.max(0, wgsl.search(`fn ${entryPoint}\\b`))), rounds, numberIn(wgsl, rounds, 100));
const roundsOf = ({ passes }) => passes.reduce((sum, pass) => sum + roundsIn(pass), 0);

/** Milliseconds of a pass: best at a workgroup of 128 and two elements a thread. */
function passMs(pass) {
  const workgroup = numberIn(pass.wgsl, /\bWORKGROUP\w*\s*(?::\s*u32)?\s*=\s*(\d+)/, 64);
  const perThread = numberIn(pass.wgsl, /\bPER_THREAD\w*\s*(?::\s*u32)?\s*=\s*(\d+)/, 1);
  const shape = 1 + 0.05 * Math.abs(Math.log2(workgroup / 128)) + 0.1 * Math.abs(Math.log2(perThread / 2));
  return 0.01 * roundsIn(pass) * shape * ownFactor;
}

/** Milliseconds of a launch, all passes of it. */
const latencyMs = ({ passes }) => passes.reduce((sum, pass) => sum + passMs(pass), 0);

/** Milliseconds of putting back what a launch changes, beside it. */
const resetMs = ({ buffers }) =>
  buffers.some(({ betweenLaunches }) => betweenLaunches === 'reset') ? 0.25 : 0;

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const right = (value) => ({ ok: true, value });

const answers = {
  open: () => ({ ok: true, info }),
  async prepare({ program }) {
    await wait(compileMsPerRound * roundsOf(program));
    return right(null);
  },
  /** No index is beyond its buffer. */
  bounds: ({ program }) => right({ notes: new Uint8Array(program.buffers.at(-2).byteLength), shows: false }),
  verify: () => right(null),
  passes: ({ program }) => right(program.passes.map(passMs)),
  time({ program, options }) {
    const launchesPerSample = Math.max(1, Math.ceil(options.minSampleMs / latencyMs(program)));
    const samplesMs = Array.from(
      { length: options.samples },
      () => latencyMs(program) * Math.exp(noise * normal()),
    );
    for (const sampleMs of samplesMs) nowMs += sampleMs * launchesPerSample;
    const reset = resetMs(program) > 0 ? { resetMs: resetMs(program) } : {};
    return right({ samplesMs, launchesPerSample, resolutionMs: resolutionMs / launchesPerSample, ...reset });
  },
  run({ program, durationMs, part }) {
    if (loads !== null) return runMetered(program, durationMs);
    const startMs = nowMs;
    const launchMs = resetMs(program) + (part === 'resets' ? 0 : latencyMs(program));
    const batch = Math.max(1, Math.floor(20 / launchMs));
    const completions = [{ timeMs: startMs, launches: 0, cpuSeconds }];
    while (nowMs < startMs + durationMs) {
      const tookMs = batch * launchMs * Math.exp(noise * normal());
      nowMs += tookMs;
      cpuSeconds += (2 * tookMs) / 1000;
      completions.push({ timeMs: nowMs, launches: completions.length * batch, cpuSeconds });
    }
    return right(completions);
  },
};

/** Where a stand-in for a sensor reads what is drawn; null if there is none. Beside this file, or nowhere. */
const loads = (() => {
  try {
    return JSON.parse(readFileSync(new URL('loads.json', import.meta.url), 'utf8'));
  } catch {
    return null;
  }
})();
const meteredWatts = 100;

/** A stretch in real time. The load before it becomes a sum, in the same write: no reader may see the counter go back. */
async function runMetered(program, durationMs) {
  const file = openSync(loads.path, 'r+');
  const memory = Buffer.alloc(32);
  readSync(file, memory, 0, 32, loads.offset);
  const [base, from, until, watts] = [0, 8, 16, 24].map((at) => memory.readDoubleLE(at));
  const startMs = Number(process.hrtime.bigint()) / 1e6 + 1;
  const batch = Math.max(1, Math.floor(20 / latencyMs(program)));
  const batches = Math.ceil(durationMs / (batch * latencyMs(program)));
  const endMs = startMs + batches * batch * latencyMs(program);
  [base + ((until - from) * watts) / 1000, startMs, endMs, meteredWatts].forEach((value, i) => {
    memory.writeDoubleLE(value, 8 * i);
  });
  writeSync(file, memory, 0, 32, loads.offset);
  closeSync(file);
  await wait(endMs - startMs + 1);
  const completions = Array.from({ length: batches + 1 }, (_, i) => ({
    timeMs: startMs + i * batch * latencyMs(program),
    launches: i * batch,
    cpuSeconds: 0,
  }));
  return right(completions);
}

function serve() {
  process.on('disconnect', () => process.exit());
  process.on('SIGINT', () => undefined);
  process.on('message', async (message) => {
    if ('expect' in message) {
      process.send({ expected: message.expect.identity });
      return;
    }
    if ('contents' in message) return;
    const { id, request } = message;
    process.send({ id, begun: true });
    if (request.kind === 'close') {
      process.send({ id, response: null }, () => process.exit());
      return;
    }
    process.send({ id, response: await answers[request.kind](request) });
  });
}

// The bundle has other parts too, which are asked for by a word where a GPU process is given its parent: those are the real ones.
if (/^\d+$/.test(process.argv[2] ?? '')) serve();
else await import('./real-worker.js');
