import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  CommandWorkspace,
  createCommandDevice,
  hostDevice,
  SourcePrinter,
  saidDevice,
} from '../../src/device/index.ts';
import type { CommandProgram } from '../../src/kernel/index.ts';
import { type Device, type DeviceInfo, repeatFault } from '../../src/measure/index.ts';
import { commandManifest, commandProgram, commandVariants } from '../support/command-program.ts';
import { becomesTrue, isRunning, runningWith } from '../support/processes.ts';
import { bundleForTest } from '../support/worker-bundle.ts';

const clock = { nowMs: () => Number(process.hrtime.bigint()) / 1e6 };
const nowhere = { cpuOnly: true };
const time = { samples: 5, minSampleMs: 2, maxMs: 500 };

let workerPath = '';
let warnings: string[] = [];
let folder = '';
let workspace: CommandWorkspace;
let device: Device;
const signal = { current: new AbortController() };

function openDevice(info: DeviceInfo = hostDevice(nowhere), deadlines = {}): Device {
  return createCommandDevice({ info, workspace, clock, deadlines: { slackMs: 30_000, ...deadlines } });
}

beforeAll(async () => {
  workerPath = await bundleForTest('src/worker.ts', 'worker.js');
});

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'joulegate-command-test-'));
  signal.current = new AbortController();
  warnings = [];
  workspace = new CommandWorkspace({
    environment: { PATH: process.env.PATH ?? '', KEPT: 'yes' },
    temporaryFolder: folder,
    signal: signal.current.signal,
    reaper: { workerPath, environment: process.env },
    warn: (text) => warnings.push(text),
  });
  device = openDevice();
});

afterEach(async () => {
  await device.close();
  await workspace.close();
  expect(readdirSync(folder)).toEqual([]);
  expect(warnings).toEqual([]);
  rmSync(folder, { recursive: true, force: true });
});

describe('a program as a kernel', () => {
  it('is timed by what it says, in samples that are long enough', async () => {
    const { build } = commandVariants();
    const outcome = await device.time(await build({ SPIN: 0.2 }), time);
    expect(outcome).toMatchObject({ ok: true, value: { samplesMs: { length: 5 } } });
    if (!outcome.ok) return;
    const { samplesMs, launchesPerSample, resolutionMs } = outcome.value;
    expect(Math.min(...samplesMs)).toBeGreaterThanOrEqual(0.2);
    expect(launchesPerSample * Math.max(...samplesMs)).toBeGreaterThanOrEqual(2);
    // It prints four digits.
    expect(resolutionMs).toBeCloseTo(1e-4 / launchesPerSample, 12);
  });

  it('runs without a gap, with completions on our clock and the CPU time of what it started', async () => {
    const { build } = commandVariants();
    const startMs = clock.nowMs();
    const outcome = await device.run(await build({ SPIN: 0.2, FAULT: 'family' }), 200);
    expect(outcome.ok).toBe(true);
    if (!outcome.ok) return;
    const { completions } = outcome.value;
    const [first, last] = [completions[0], completions.at(-1)];
    if (first === undefined || last === undefined) throw new Error('there are no completions');
    expect(first).toMatchObject({ launches: 0 });
    expect(first.timeMs).toBeGreaterThan(startMs);
    expect(last.timeMs - first.timeMs).toBeGreaterThanOrEqual(200);
    for (const [index, one] of completions.entries()) {
      const before = completions[index - 1] ?? first;
      expect(one.timeMs).toBeGreaterThanOrEqual(before.timeMs);
      expect(one.launches).toBeGreaterThanOrEqual(before.launches);
      expect(one.cpuSeconds ?? Number.NaN).toBeGreaterThanOrEqual(before.cpuSeconds ?? 0);
    }
    // It spins, so it computes for as long as it launches.
    expect((last.cpuSeconds ?? 0) - (first.cpuSeconds ?? 0)).toBeGreaterThan(
      (0.5 * 0.2 * last.launches) / 1000,
    );
  });

  it('has no CPU time where it computes on a GPU', async () => {
    const gpu = openDevice({ ...hostDevice(nowhere), software: false });
    const { build } = commandVariants();
    const outcome = await gpu.run(await build(), 50);
    await gpu.close();
    expect(outcome).toMatchObject({ ok: true, value: { completions: { 0: { cpuSeconds: null } } } });
  });

  it('is right if its outputs are the reference’s', async () => {
    const { build, reference } = commandVariants();
    expect(await device.verify(await build({ SPIN: 0.2 }), await reference())).toEqual({
      ok: true,
      value: null,
    });
    expect(await device.verify(await build({ SCALE: 3 }), await reference())).toMatchObject({
      ok: false,
      failure: { kind: 'wrong-result', message: expect.stringContaining('63 of 64 elements are wrong') },
    });
  });

  it('may have a reference program of its own', async () => {
    const { build, reference } = commandVariants(
      commandManifest('      reference: [node, main.mjs, "{N}", "3", none, "0.05"]'),
    );
    expect(await device.verify(await build({ SCALE: 3 }), await reference())).toEqual({
      ok: true,
      value: null,
    });
    expect(await device.verify(await build(), await reference())).toMatchObject({ ok: false });
  });

  it.each([
    ['inplace', /^after 3 launches its outputs are not those after 1: `y`: 63 of 64 elements are wrong/],
    ['unseeded', /^started twice, it writes different outputs: `y`: \d+ of 64 elements are wrong/],
  ])('says that it does not repeat itself: %s', async (fault, message) => {
    const { build } = commandVariants();
    const other = openDevice();
    const found = await repeatFault({
      devices: [device, other],
      variant: await build({ FAULT: fault }),
      clock,
    });
    expect(found).toMatchObject({ ok: true, value: { message: expect.stringMatching(message) } });
    expect(await repeatFault({ devices: [device, other], variant: await build(), clock })).toEqual({
      ok: true,
      value: null,
    });
    await other.close();
  });

  it.each([
    ['wrong', 'wrong-result', '1 of 64 elements are wrong'],
    ['nan', 'not-a-number', '1 of 64 elements are not a number'],
    ['unwritten', 'unwritten', 'the program wrote no file y.bin'],
    ['short', 'wrong-result', 'y.bin has 252 bytes; 64 f32 are 256'],
    ['link', 'unwritten', 'the program wrote no file y.bin'],
  ])('is refused if what it writes is %s', async (fault, kind, message) => {
    const { build, reference } = commandVariants();
    expect(await device.verify(await build({ FAULT: fault }), await reference())).toMatchObject({
      ok: false,
      failure: { kind, message: expect.stringContaining(message) },
    });
  });

  it.each([
    ['refuses', 'validation', /^too much shared memory$/],
    ['dies', 'crash', /^it ended with status 3; it last said:\nno such device$/],
    ['crashes', 'crash', /^it was ended by SIGSEGV; it last said:\na line of its own$/],
    [
      'chats',
      'timeout',
      /^it waits for input and has not answered 'time .*'; it printed 'written' where 'time .*' was expected/,
    ],
    ['words', 'timeout', /^it waits for input .*; it printed 'time soon', which is no time in milliseconds/],
    [
      'microseconds',
      'validation',
      /^it says that \d+ launches took [\d.]+ ms, and answered after .* in milliseconds$/,
    ],
    [
      'seconds',
      'validation',
      /^it says that \d+ launches took [\d.e-]+ ms, and answered after .* in milliseconds$/,
    ],
    [
      'single',
      'validation',
      /^it says that \d+ launches took [\d.e-]+ ms, and answered after .* of all launches together, in milliseconds$/,
    ],
  ])('that %s costs that configuration, and no other', async (fault, kind, message) => {
    const { build } = commandVariants();
    // Long enough for what is wrong to show, beside what else the machine does.
    const outcome = await device.time(await build({ FAULT: fault, SPIN: 20 }), time);
    expect(outcome).toMatchObject({ ok: false, failure: { kind, message: expect.stringMatching(message) } });
    expect(await device.prepare(await build())).toEqual({ ok: true, value: null });
  });

  it.each([
    // Longer than what a busy machine holds a program up for.
    [
      100,
      /^it says that \d+ launches took .*, no longer than \d+ took: it should launch as often as it is told/,
    ],
    [0.05, /^it says that 1048576 launches took [\d.]+ ms: it should launch as often as it is told/],
  ])('that launches only once is found, where that takes %d ms', async (SPIN, message) => {
    const { build } = commandVariants();
    const outcome = await device.time(await build({ FAULT: 'once', SPIN }), time);
    expect(outcome).toMatchObject({
      ok: false,
      failure: { kind: 'validation', message: expect.stringMatching(message) },
    });
  });

  it.each(['prefix', 'library'])('is understood beside words of ours that are none: %s', async (fault) => {
    const { build } = commandVariants();
    expect(await device.time(await build({ FAULT: fault, SPIN: 0.2 }), time)).toMatchObject({ ok: true });
  });

  it('that holds its answers back is told to flush, within seconds', async () => {
    const script = `print("ready")
import sys
for line in sys.stdin: print("time 1.0")
`;
    const text = commandManifest('', '[python3, main.py, "{N}", "{SCALE}", "{FAULT}", "{SPIN}"]');
    const variant = commandVariants(text.replace('main.mjs', 'main.py'), { 'main.py': script });
    expect(await device.prepare(await variant.build())).toMatchObject({
      ok: false,
      failure: {
        kind: 'timeout',
        message: expect.stringMatching(/^it printed 'ready' only when it had nothing more to read; flush/),
      },
    });
  });

  it('that waits in place of answering is not waited for', async () => {
    const script = 'import sys\nprint("begun", flush=True)\nfor line in sys.stdin: pass\n';
    const text = commandManifest('', '[sh, -c, "python3 main.py {N} {SCALE} {FAULT} {SPIN}; true"]');
    const variant = commandVariants(text.replace('main.mjs', 'main.py'), { 'main.py': script });
    expect(await device.prepare(await variant.build())).toMatchObject({
      ok: false,
      failure: { message: "it waits for input and has not answered 'ready'; it last said:\nbegun" },
    });
  });

  it('is warm although its second launch took long', async () => {
    const { build } = commandVariants();
    const outcome = await device.time(await build({ FAULT: 'slow', SPIN: 0.05 }), { ...time, samples: 3 });
    expect(outcome).toMatchObject({ ok: true });
    // As many as the launches of its own speed need, which are a few ten thousand times shorter than that one.
    if (outcome.ok) expect(outcome.value.launchesPerSample).toBeGreaterThan(1);
  });

  it('may take as long for its first launch as for getting ready', async () => {
    const hasty = openDevice(hostDevice(nowhere), { readyMs: 60_000, slackMs: 1 });
    const { build } = commandVariants();
    const prepared = await hasty.prepare(await build({ SPIN: 20 }));
    await hasty.close();
    // Those after it have their 1 ms and four times what it took.
    expect(prepared).toEqual({ ok: true, value: null });
  });

  it.each(['mute', 'hangs'])('that %s is given up in time, and is gone then', async (fault) => {
    const hasty = openDevice(hostDevice(nowhere), { readyMs: 500, slackMs: 300 });
    const { build } = commandVariants();
    const outcome = await hasty.prepare(await build({ FAULT: fault }));
    expect(outcome).toMatchObject({
      ok: false,
      failure: { kind: 'timeout', message: expect.stringContaining('did not answer') },
    });
    await hasty.close();
    expect(runningWith(folder)).toEqual([]);
  });

  it.each(['deaf', 'family'])('that is %s is ended with what it started', async (fault) => {
    const { build } = commandVariants();
    expect(await device.prepare(await build({ FAULT: fault }))).toMatchObject({ ok: true });
    const pids = runningWith(folder);
    expect(pids.length).toBe(fault === 'family' ? 2 : 1);
    await device.close();
    expect(await becomesTrue(() => !pids.some(isRunning))).toBe(true);
  });

  it('runs one at a time, and none while it rests', async () => {
    const { build } = commandVariants();
    for (const SPIN of [0.05, 0.2, 2]) expect((await device.prepare(await build({ SPIN }))).ok).toBe(true);
    expect(await becomesTrue(() => runningWith(folder).length === 1)).toBe(true);
    await device.rest?.();
    expect(await becomesTrue(() => runningWith(folder).length === 0)).toBe(true);
    expect(await device.time(await build({ SPIN: 20 }), time)).toMatchObject({ ok: true });
  });

  it('finds nothing that another run of it has left', async () => {
    const { build } = commandVariants();
    for (const SPIN of [0.05, 0.2, 0.05]) {
      expect(await device.prepare(await build({ SPIN, FAULT: 'keeps' }))).toEqual({ ok: true, value: null });
    }
  });

  it.each([
    ['./nowhere', /^there is no program \.\/nowhere$/],
    ['./main.mjs', /^\.\/main\.mjs may not be run: it is not marked as executable/],
    ['./main.mjs/below', /^\.\/main\.mjs\/below cannot be started: .*ENOTDIR/],
  ])('that cannot be started costs that configuration: %s', async (program, message) => {
    const run = `[${program}, "{N}", "{SCALE}", "{FAULT}", "{SPIN}"]`;
    expect(await device.prepare(await commandVariants(commandManifest('', run)).build())).toMatchObject({
      ok: false,
      failure: { kind: 'crash', message: expect.stringMatching(message) },
    });
  });
});

describe('a program that offers to become other configurations', () => {
  const script = `import { writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
let values = {};
const take = (words) => { values = Object.fromEntries(words.map((word) => word.split('='))); };
const say = (...words) => console.log('joulegate:', ...words);
take(process.argv.slice(2));
say('device', 'Acme One');
say('sensor', '0000:07:00.0');
say('ready configure');
for await (const line of createInterface({ input: process.stdin })) {
  const [word, ...rest] = line.split(' ');
  if (word === 'configure') {
    if (rest.includes('FAULT=refuses')) say('error', 'not this one');
    else { take(rest); say('ready'); }
  } else if (word === 'run') {
    const start = performance.now();
    while (performance.now() < start + Number(rest[0]) * 0.5);
    say('time', performance.now() - start);
  } else if (word === 'write') {
    writeFileSync(rest[0] + '/y.bin', new Float32Array(64).fill(Number(values.SCALE)));
    say('written');
  }
}
`;
  const variants = () =>
    commandVariants(commandManifest('', '[node, main.mjs, "{*}"]'), { 'main.mjs': script });
  const open = (more: Partial<Parameters<typeof createCommandDevice>[0]> = {}) =>
    createCommandDevice({ info: hostDevice(nowhere), workspace, clock, reconfigures: true, ...more });

  it('does so while searching, and one that it refuses costs that one', async () => {
    const device = open();
    const { build, reference } = variants();
    expect(await device.prepare(await build())).toEqual({ ok: true, value: null });
    const pids = runningWith(folder);
    expect(await device.time(await build({ SCALE: 3 }), time)).toMatchObject({ ok: true });
    expect(await device.prepare(await build({ FAULT: 'refuses' }))).toEqual({
      ok: false,
      failure: { kind: 'validation', message: 'not this one' },
    });
    // What it writes is what it has become.
    expect(await device.verify(await build({ SPIN: 2 }), await reference())).toMatchObject({ ok: true });
    expect(await device.verify(await build({ SCALE: 3 }), await reference())).toMatchObject({ ok: false });
    expect(runningWith(folder)).toEqual(pids);
    await device.verify(await build({ SCALE: 3 }), await reference(), { fresh: true });
    expect(await becomesTrue(() => runningWith(folder).every((pid) => !pids.includes(pid)))).toBe(true);
    await device.close();
  });

  it('has a process for each where they are compared', async () => {
    const device = open({ reconfigures: false });
    const { build } = variants();
    await device.prepare(await build());
    const pids = runningWith(folder);
    expect(await device.prepare(await build({ SCALE: 3 }))).toEqual({ ok: true, value: null });
    expect(runningWith(folder).some((pid) => pids.includes(pid))).toBe(false);
    await device.close();
  });

  it('and one that says what it runs on, is believed, and refused where that is not what is measured', async () => {
    const { build } = variants();
    const elsewhere = 'it runs elsewhere';
    const device = open({ isElsewhere: ({ name }) => (name === 'Acme One' ? elsewhere : null) });
    expect(await device.prepare(await build())).toMatchObject({ ok: false, failure: { message: elsewhere } });
    await device.close();
    const other = open();
    expect(await other.says(await build())).toEqual({
      ok: true,
      value: { name: 'Acme One', sensor: '0000:07:00.0' },
    });
    await other.close();
  });
});

describe('building', () => {
  const build = (program: string) => commandManifest(`      build: ${program}`);
  const tool = `
import { appendFileSync, existsSync, readdirSync, readFileSync } from 'node:fs';
appendFileSync(process.env.LOG ?? 'built.txt', process.argv[2] + '\\n');
if (process.argv[2] === 'fails') { console.error('main.cu(3): error: expected a ;'); process.exit(2); }
console.log(readdirSync('.').sort().join(' '), process.env.KEPT, Object.keys(process.env).length);
if (process.argv[2] === 'lists') process.exit(1);
if (process.argv[2] === 'waits') setInterval(() => {}, 1000);
`;

  it('happens in a folder that holds the sources and nothing else, with the environment that it is given', async () => {
    const text = build('[node, tools/build.mjs, lists]').replace('[main.mjs]', '[main.mjs, tools]');
    const files = { 'main.mjs': commandProgram, 'tools/build.mjs': tool, 'secret.txt': 'no' };
    const variant = await commandVariants(text, files).build();
    const outcome = await device.prepare(variant);
    if (outcome.ok) throw new Error('it should have failed');
    expect(outcome.failure.message).toContain('built.txt main.mjs tools yes 2');
  });

  it('happens once for configurations that only run differs in', async () => {
    const log = join(folder, 'log');
    const text = build(`[node, tools/build.mjs, works]`).replace('[main.mjs]', '[main.mjs, tools]');
    const files = {
      'main.mjs': commandProgram,
      'tools/build.mjs': tool.replace('process.env.LOG', `'${log}'`),
    };
    const variants = commandVariants(text, files);
    for (const SPIN of [0.05, 0.2]) {
      expect(await device.prepare(await variants.build({ SPIN }))).toEqual({ ok: true, value: null });
    }
    expect(readFileSync(log, 'utf8')).toBe('works\n');
    rmSync(log);
  });

  it('of what is expected is done one after the other, in the order in which it was told', async () => {
    const log = join(folder, 'log');
    const slow = `import { appendFileSync } from 'node:fs';
      appendFileSync('${log}', 'begin ' + process.argv[2] + '\\n');
      setTimeout(() => appendFileSync('${log}', 'end ' + process.argv[2] + '\\n'), 50);`;
    const names = ['a', 'b', 'c'];
    for (const name of names) {
      const text = build(`[node, tools/build.mjs, ${name}]`).replace('[main.mjs]', '[main.mjs, tools]');
      const files = { 'main.mjs': commandProgram, 'tools/build.mjs': slow };
      workspace.expect((await commandVariants(text, files).build()).command);
    }
    const lines = () => (existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : []);
    expect(await becomesTrue(() => lines().length === 6)).toBe(true);
    expect(lines()).toEqual(names.flatMap((name) => [`begin ${name}`, `end ${name}`]));
    await workspace.close();
    rmSync(log);
  });

  it('that fails is a failure to compile, with the compiler’s last words', async () => {
    const text = build('[node, tools/build.mjs, fails]').replace('[main.mjs]', '[main.mjs, tools]');
    const variant = await commandVariants(text, {
      'main.mjs': commandProgram,
      'tools/build.mjs': tool,
    }).build();
    expect(await device.prepare(variant)).toEqual({
      ok: false,
      failure: {
        kind: 'compile',
        message:
          '`node tools/build.mjs fails`: it ended with status 2; it last said:\nmain.cu(3): error: expected a ;',
      },
    });
  });

  it('may leave what even its owner may not write to', async () => {
    const text = build('[node, tools/build.mjs, locks]').replace('[main.mjs]', '[main.mjs, tools]');
    const locks = `import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
      mkdirSync('cache'); writeFileSync('cache/module', ''); chmodSync('cache', 0o500);`;
    const variant = await commandVariants(text, {
      'main.mjs': commandProgram,
      'tools/build.mjs': locks,
    }).build();
    expect(await device.prepare(variant)).toEqual({ ok: true, value: null });
  });

  it('has nothing to read', async () => {
    const text = build('[node, tools/build.mjs]').replace('[main.mjs]', '[main.mjs, tools]');
    const reads = "for await (const line of process.stdin) console.log(line); console.log('read');";
    const variant = await commandVariants(text, {
      'main.mjs': commandProgram,
      'tools/build.mjs': reads,
    }).build();
    expect(await device.prepare(variant)).toEqual({ ok: true, value: null });
  });

  it('ends when the run is interrupted', async () => {
    const text = build('[node, tools/build.mjs, waits]').replace('[main.mjs]', '[main.mjs, tools]');
    const variant = await commandVariants(text, {
      'main.mjs': commandProgram,
      'tools/build.mjs': tool,
    }).build();
    const prepared = device.prepare(variant);
    expect(await becomesTrue(() => runningWith('tools/build.mjs').length === 1)).toBe(true);
    signal.current.abort();
    expect(await prepared).toMatchObject({ ok: false, failure: { kind: 'compile' } });
    expect(runningWith('tools/build.mjs')).toEqual([]);
  });

  it('does not write outside, whatever a hand-made commit calls its files', async () => {
    const variant = await commandVariants().build();
    const file = Object.values(variant.command.files)[0];
    if (file === undefined) throw new Error('there is no file');
    const hostile = { ...variant, command: { ...variant.command, files: { '../../escaped': file } } };
    expect(await device.prepare(hostile)).toMatchObject({
      ok: false,
      failure: { message: expect.stringContaining('lies outside') },
    });
    expect(existsSync(join(folder, '..', 'escaped'))).toBe(false);
  });
});

describe('what programs run on where there is no adapter', () => {
  const write = (path: string, text: string) => {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  const found = () =>
    hostDevice({ cpuOnly: false, procFolder: join(folder, 'proc'), sysfsFolder: join(folder, 'sys') });

  afterEach(() => {
    for (const name of ['proc', 'sys']) rmSync(join(folder, name), { recursive: true, force: true });
  });

  it('is the NVIDIA GPU that the driver shows', () => {
    write('proc/driver/nvidia/gpus/0000:07:00.0/information', 'Model: \t\t NVIDIA H200\nIRQ:   \t\t 91\n');
    write(
      'proc/driver/nvidia/version',
      'NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  570.86.15  Release Build\n',
    );
    write('sys/class/drm/card0/device/vendor', '0x1002\n');
    expect(found()).toMatchObject({
      backend: 'host',
      family: 'nvidia-h200',
      vendor: 'nvidia',
      description: 'NVIDIA H200',
      driver: '570.86.15',
      software: false,
    });
  });

  it('is the GPU of a Jetson, by the board’s name', () => {
    write('proc/device-tree/model', 'NVIDIA Jetson AGX Orin Developer Kit\0');
    write(
      'proc/device-tree/compatible',
      'nvidia,p3737-0000+p3701-0000\0nvidia,p3701-0000\0nvidia,tegra234\0',
    );
    expect(found()).toMatchObject({
      ...{ vendor: 'nvidia', description: 'NVIDIA Jetson AGX Orin Developer Kit', software: false },
    });
    write('proc/device-tree/compatible', 'raspberrypi,5-model-b\0brcm,bcm2712\0');
    expect(found()).toMatchObject({ vendor: '', software: true });
  });

  it('is an AMD GPU, named or not', () => {
    write('sys/class/drm/card0/device/vendor', '0x1a03\n');
    write('sys/class/drm/card1/device/vendor', '0x1002\n');
    expect(found()).toMatchObject({ family: 'amd', description: 'AMD GPU', software: false });
    write('sys/class/drm/card1/device/product_name', 'AMD Instinct MI210\n');
    expect(found()).toMatchObject({ family: 'amd-instinct-mi210', software: false });
  });

  it('is an Intel GPU, but for the graphics of a CPU', () => {
    write('sys/class/drm/card0/device/vendor', '0x8086\n');
    write('sys/class/drm/card0/device/device', '0x46a6\n');
    write('sys/class/drm/card0/device/uevent', 'DRIVER=i915\nPCI_SLOT_NAME=0000:00:02.0\n');
    expect(found()).toMatchObject({ vendor: '', software: true });
    write('sys/class/drm/card1/device/vendor', '0x8086\n');
    write('sys/class/drm/card1/device/device', '0x56a0\n');
    write('sys/class/drm/card1/device/uevent', 'DRIVER=xe\nPCI_SLOT_NAME=0000:03:00.0\n');
    expect(found()).toMatchObject({ family: 'intel-0x56a0', vendor: 'intel', software: false });
  });

  it('is what the program says', () => {
    const nvidia = { ...hostDevice(nowhere), vendor: 'nvidia', driver: '570.86.15', software: false };
    const said = (name: string, sensor: string | null = null) => saidDevice({ name, sensor }, nvidia);
    expect(said('NVIDIA H200')).toMatchObject({
      ...{ family: 'nvidia-h200', driver: '570.86.15', software: false, backend: 'host' },
    });
    expect(said('gfx90a')).toMatchObject({ family: 'amd-gfx90a', driver: '', software: false });
    expect(said('cpu-haswell-Intel(R) Xeon(R)')).toMatchObject({ vendor: '', software: true });
    expect(said('Acme One', 'cpu')).toMatchObject({ software: true });
    expect(saidDevice({ name: 'Acme One', sensor: '0' }, hostDevice(nowhere))).toMatchObject({
      ...{ family: 'acme-one', software: false },
    });
  });

  it('is the CPU if there is neither', () => {
    expect(found()).toMatchObject({ vendor: '', software: true, architecture: 'cpu' });
    expect(found().description).not.toBe('');
  });
});

describe('a program that prints what a buffer holds', () => {
  const printing = (script: string): CommandProgram => ({
    run: ['node', 'print.mjs'],
    build: null,
    folder: 'kernels',
    files: {
      'kernels/print.mjs': { digest: script, executable: false, content: () => Buffer.from(script) },
    },
    outputs: [],
    buildIdentity: script,
    identity: script,
  });
  const failing = (message: RegExp) => ({
    ok: false,
    failure: { message: expect.stringMatching(message) },
  });

  it('is run once, in a folder with its files and without secrets', async () => {
    const program = printing(
      `process.stdout.write(Buffer.from([0, 255, 10, 13, process.env.KEPT === 'yes' ? 1 : 0, Object.keys(process.env).includes('HOME') ? 1 : 0, process.pid & 255, process.pid >> 8 & 255]));`,
    );
    const first = await workspace.printed(program, 8);
    expect(first).toMatchObject({ ok: true });
    if (first.ok) expect([...first.value.subarray(0, 6)]).toEqual([0, 255, 10, 13, 1, 0]);
    expect(await workspace.printed(program, 8)).toEqual(first);
  });

  it('fails by its status, or by printing more than there is room for', async () => {
    const ends = printing(`console.error('no data today'); process.exit(3);`);
    expect(await workspace.printed(ends, 8)).toMatchObject(
      failing(/it ended with status 3[\s\S]*no data today/),
    );
    const much = printing(`process.stdout.write(Buffer.alloc(100_000));`);
    expect(await workspace.printed(much, 8)).toMatchObject(
      failing(/^it printed more than the 8 bytes that the buffer has$/),
    );
  });

  it('of what prints WGSL is ended when it takes too long, or does not stop', async () => {
    const { print } = new SourcePrinter({ workspace, longestMs: 300 });
    const hangs = printing(`console.log('fn f() {}'); setInterval(() => {}, 1000);`);
    expect(await print(hangs, { twice: false })).toMatchObject(failing(/took longer than 0.3 seconds/));
    const endless = printing(`const more = () => process.stdout.write('x'.repeat(1 << 20), more); more();`);
    const patient = new SourcePrinter({ workspace });
    expect(await patient.print(endless, { twice: false })).toMatchObject(failing(/prints more than 4 MiB$/));
  });
});
