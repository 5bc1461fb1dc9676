import { hostDevice } from '../../src/device/index.ts';
import { type CommandProgram, createVariantBuilder, type Variant } from '../../src/kernel/index.ts';
import { formatProblems, parseManifest } from '../../src/manifest/index.ts';
import { repository } from '../manifest/support.ts';

/**
 * A program of the user's: `y[i] = i * SCALE` on the CPU, with a fault of each kind for the tests to find.
 * `FAULT` is one of the words below, or `none`.
 */
export const commandProgram = `
import { spawn } from 'node:child_process';
import { existsSync, symlinkSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
const [n, scale, fault, spin] = process.argv.slice(2);
// As a compiler with a cache does it.
if (fault === 'keeps' && existsSync('kept')) console.log('error an older run left something here');
if (fault === 'keeps') writeFileSync('kept', '');
const count = Number(n);
const y = new Float32Array(count);
let launched = 0;
function launch() {
  const until = performance.now() + Number(spin);
  for (let i = 0; i < count; i++) y[i] = (fault === 'inplace' ? y[i] : fault === 'unseeded' ? Math.random() : 0) + i * Number(scale);
  while (performance.now() < until);
}
if (fault === 'refuses') console.log('error too much shared memory');
if (fault === 'dies') { console.error('no such device'); process.exit(3); }
if (fault === 'mute') setInterval(() => {}, 1000);
else if (fault === 'prefix') console.log('time to begin\\njoulegate: ready\\nready\\nerror in a library');
else console.log('a line of its own\\nready');
if (fault === 'deaf') process.on('SIGTERM', () => {});
if (fault === 'family') console.error('child ' + spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']).pid);
for await (const line of createInterface({ input: process.stdin })) {
  const [word, rest] = line.split(/ (.*)/s);
  if (word === 'run') {
    if (fault === 'hangs') continue;
    if (fault === 'crashes') process.kill(process.pid, 'SIGSEGV');
    const start = performance.now();
    for (let i = 0; i < (fault === 'once' ? 1 : Number(rest)); i++) launch();
    const ms = performance.now() - start;
    if (fault === 'chats') console.log('written');
    else if (fault === 'microseconds') console.log('time', ms * 1000);
    else if (fault === 'single') console.log('time', ms / Number(rest));
    else if (fault === 'seconds') console.log('time', ms / 1000);
    else if (fault === 'words') console.log('time soon');
    else if (fault === 'slow' && launched++ === 1) setTimeout(() => console.log('time', ms + 450), 450);
    else if (fault === 'prefix') console.log('written\\ntime 3\\njoulegate: time', ms.toFixed(4));
    else if (fault === 'library') console.log('time zone\\nwritten\\nready\\ntime', ms.toFixed(4));
    else console.log('time', ms.toFixed(4));
  } else if (word === 'write') {
    launch();
    if (fault === 'wrong') y[1] += 0.5;
    if (fault === 'nan') y[2] = NaN;
    if (fault === 'link') symlinkSync('y.bin', rest + '/y.bin');
    else if (fault !== 'unwritten') writeFileSync(rest + '/y.bin', fault === 'short' ? y.subarray(1) : y);
    console.log('written');
  }
}
if (fault === 'deaf') setInterval(() => {}, 1000);
`;

/** A manifest of that program, with `more` keys below `command`. */
export function commandManifest(
  more = '',
  run = '[node, main.mjs, "{N}", "{SCALE}", "{FAULT}", "{SPIN}"]',
): string {
  return `version: 1
kernels:
  scale:
    command:
      run: ${run}
      sources: [main.mjs]
      outputs: { y: { type: f32, length: N, check: { relative: 1.0e-6 } } }
${more}
    workloads: [{ N: 64 }]
    tunables:
      SCALE: [2, 3]
      SPIN: [0.05, 0.2, 2]
      FAULT: [none, refuses, dies, mute, deaf, family, hangs, crashes, chats, microseconds, seconds, single, words, link, keeps, prefix, library, slow, inplace, unseeded, wrong, nan, unwritten, short]
    default: { SCALE: 2, SPIN: 0.05, FAULT: none }
`;
}

type Values = Readonly<Record<string, number | string | boolean>>;

/** Builds variants of the manifest's one kernel at its first workload. */
export function commandVariants(
  text = commandManifest(),
  files: Readonly<Record<string, string>> = { 'main.mjs': commandProgram },
) {
  const { manifest, problems } = parseManifest({
    path: 'm.yaml',
    text,
    reader: repository(files),
    operators: [],
  });
  const kernel = manifest?.kernels[0];
  const workload = kernel?.workloads[0];
  if (kernel === undefined || workload === undefined) {
    throw new Error(formatProblems(problems, { colour: false }));
  }
  const builder = createVariantBuilder({ kernel, workload, limits: hostDevice({ cpuOnly: true }).limits });
  return {
    kernel,
    async build(values: Values = {}): Promise<Variant & { readonly command: CommandProgram }> {
      const built = await builder.build({ ...kernel.defaults, ...values });
      if (!built.ok) throw new Error(built.failure.message);
      return built.value as Variant & { readonly command: CommandProgram };
    },
    async reference(): Promise<Variant> {
      const built = await builder.reference();
      if (!built.ok) throw new Error(built.failure.message);
      return built.value;
    },
  };
}
