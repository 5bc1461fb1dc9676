import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import type { Random } from '../../src/stats/index.ts';
import { counterModes, hasCompiler, NvmlStandIn } from './nvml-stand-in/library.ts';
import { becomesTrue, below, isRunning } from './processes.ts';
import { meteredBundles } from './scripted-adapter/bundles.ts';
import { powerKernel, smallManifest } from './small-project.ts';

/**
 * Faults done to the built command line while it works on a small project, on a software adapter and the stand-in for NVML.
 * Each ends with what went against the promise: no lost result, no false verdict, no process left, the documented status.
 */
export type Fault = (random: Random, cli: string) => Promise<FaultOutcome>;

export interface FaultOutcome {
  /** False: the run was over before the fault could be done to it. */
  readonly injected: boolean;
  /** What went against the promise; empty if nothing. */
  readonly wrong: readonly string[];
}

/** Does a fault until it met a run that was under way, a few times at most. */
export async function inject(fault: Fault, random: Random, cli: string): Promise<readonly string[]> {
  for (let attempt = 0; attempt < 5; attempt++) {
    const { injected, wrong } = await fault(random, cli);
    if (wrong.length > 0 || injected) return wrong;
  }
  return ['it was over before the fault could be done, five times'];
}

interface Run {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Every process that was seen below it. */
  readonly descendants: ReadonlySet<number>;
}

interface Task {
  readonly cli: string;
  readonly folder: string;
  readonly args: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** Called over and over while it runs, with milliseconds since its start. */
  readonly meanwhile?: (run: {
    readonly pid: number;
    readonly elapsedMs: number;
    readonly stderr: string;
  }) => void;
}

async function run({ cli, folder, args, environment = {}, meanwhile }: Task): Promise<Run> {
  const child = spawn(process.execPath, [cli, ...args], {
    cwd: folder,
    env: { ...process.env, NO_COLOR: '1', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const descendants = new Set<number>();
  const startMs = Date.now();
  let ended = false;
  const finished = new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (status, signal) => {
      ended = true;
      resolve([status, signal]);
    });
  });
  while (!ended) {
    for (const pid of below(child.pid ?? -1)) descendants.add(pid);
    meanwhile?.({ pid: child.pid ?? -1, elapsedMs: Date.now() - startMs, stderr });
    await Promise.race([sleep(40), finished]);
  }
  const [status, signal] = await finished;
  return { status, signal, stdout, stderr, descendants };
}

/** Processes that are still there a while after their parent's end. */
async function strays({ descendants }: Run): Promise<readonly string[]> {
  const alive = () => [...descendants].filter(isRunning);
  if (await becomesTrue(() => alive().length === 0)) return [];
  return [`left ${alive().length} processes behind`];
}

/** Trials of a retune in the project. */
const trials = 6;

const manifest = smallManifest
  .replace(
    'retune: { trials: 12, search-seconds: 30, judge-seconds: 20 }',
    'retune: { trials: 6, search-seconds: 20, judge-seconds: 1 }',
  )
  .replace(
    'guard: { trials: 4, search-seconds: 5, judge-seconds: 60 }',
    'guard: { trials: 2, search-seconds: 1, judge-seconds: 6 }',
  );

function makeProject(kernel = powerKernel(40)): string {
  const folder = mkdtempSync(join(tmpdir(), 'joulegate-fault-'));
  writeFileSync(join(folder, 'joulegate.yaml'), manifest.replace('kernels/power.wgsl', 'power.wgsl'));
  writeFileSync(join(folder, 'power.wgsl'), kernel);
  return folder;
}

/** A second revision that does the same work in other words, so that it has to be measured. */
function makeBase(head: string): string {
  const base = makeProject(readFileSync(join(head, 'power.wgsl'), 'utf8').replaceAll('round', 'turn'));
  return base;
}

async function inProject(
  body: (folder: string) => Promise<FaultOutcome>,
  kernel?: string,
): Promise<FaultOutcome> {
  const folder = makeProject(kernel);
  try {
    return await body(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function expectStatus({ status, stderr }: Run, allowed: readonly number[]): readonly string[] {
  return status !== null && allowed.includes(status)
    ? []
    : [
        `ended with ${status}, not ${allowed.join(' or ')}: ${stderr.trim().split('\n').slice(-3).join(' / ')}`,
      ];
}

/** Every JSON file that the project was to be left with can be read. */
function halfWritten(folder: string): readonly string[] {
  return ['tuned.json', 'out/report.json'].flatMap((name) => {
    const path = join(folder, name);
    if (!existsSync(path)) return [];
    try {
      JSON.parse(readFileSync(path, 'utf8'));
      return [];
    } catch {
      return [`${name} is half-written`];
    }
  });
}

interface TrialCount {
  readonly kernels: readonly {
    readonly trials: number;
    readonly configuration: object | null;
    readonly failures: object;
  }[];
}

function trialsIn({ stdout }: Run): number {
  return (JSON.parse(stdout) as TrialCount).kernels[0]?.trials ?? 0;
}

const software = ['--device', 'software'];

/** A GPU process is killed while it measures, once: nothing but its variant may suffer, and that is tried again. */
const gpuProcessKilled: Fault = (random, cli) =>
  inProject(async (folder) => {
    const afterMs = 800 + 2500 * random.next();
    let killed = false;
    const ended = await run({
      ...{ cli, folder, args: ['retune', '--json', ...software] },
      meanwhile({ pid, elapsedMs }) {
        if (killed || elapsedMs < afterMs) return;
        const victim = below(pid).find(isGpuProcess);
        if (victim === undefined) return;
        killed = true;
        process.kill(victim, 'SIGKILL');
      },
    });
    const wrong = [...expectStatus(ended, [0]), ...(await strays(ended)), ...halfWritten(folder)];
    if (wrong.length === 0 && trialsIn(ended) !== trials)
      wrong.push(`${trialsIn(ended)} trials instead of ${trials}`);
    return { injected: killed, wrong };
  });

function isGpuProcess(pid: number): boolean {
  try {
    const parts = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    const script = parts.findIndex((part) => part.endsWith('worker.js'));
    return script > 0 && parts.length > script + 1;
  } catch {
    return false;
  }
}

/** Trials that an unfinished search has kept so far. */
function keptTrials(folder: string): number {
  const path = join(folder, '.joulegate', 'trials');
  if (!existsSync(path)) return 0;
  const [file] = readdirSync(path).filter((name) => name.endsWith('.json.gz'));
  if (file === undefined) return 0;
  const recording = JSON.parse(gunzipSync(readFileSync(join(path, file))).toString()) as {
    readonly measurements: readonly unknown[];
  };
  return recording.measurements.length;
}

/** The command line itself is killed: what it measured is there for the next run, which ends as if nothing had been. */
const commandKilled: Fault = (random, cli) =>
  inProject(async (folder) => {
    const afterMs = 500 + 3500 * random.next();
    const args = ['retune', '--json', '--report', 'out', ...software];
    let seen = '';
    const first = await run({
      ...{ cli, folder, args },
      meanwhile({ pid, elapsedMs, stderr }) {
        seen = stderr;
        if (elapsedMs > afterMs) process.kill(pid, 'SIGKILL');
      },
    });
    const wrong = [...(await strays(first)), ...halfWritten(folder)];
    const isCutOff = first.signal === 'SIGKILL' && !existsSync(join(folder, 'tuned.json'));
    const kept = isCutOff ? keptTrials(folder) : 0;
    const told = Number(
      /(\d+) of \d+ trials/.exec(seen.split('\n').findLast((line) => line.includes('trials')) ?? '')?.[1] ??
        0,
    );
    if (isCutOff && kept < told) wrong.push(`told of ${told} trials and kept ${kept}`);
    const second = await run({ cli, folder, args });
    wrong.push(...expectStatus(second, [0]), ...(await strays(second)));
    if (kept > 0 && !second.stderr.includes(`going on after ${kept} earlier trial`)) {
      wrong.push(`${kept} trials were kept, and not gone on from`);
    }
    if (second.status === 0 && trialsIn(second) !== trials)
      wrong.push(`${trialsIn(second)} trials instead of ${trials}`);
    return { injected: isCutOff, wrong };
  });

/** Ended from outside, a guard run says so if it still can, keeps nothing half-written, and the next one is as usual. */
function guardEnded(signal: 'SIGTERM' | 'SIGKILL'): Fault {
  return (random, cli) =>
    inProject(async (folder) => {
      const base = makeBase(folder);
      try {
        const afterMs = 500 + 5000 * random.next();
        const args = ['guard', '--base', base, '--report', 'out', ...software];
        let sent = false;
        const ended = await run({
          ...{ cli, folder, args },
          meanwhile({ pid, elapsedMs }) {
            if (sent || elapsedMs < afterMs) return;
            sent = true;
            process.kill(pid, signal);
          },
        });
        // Before it has said anything it is not there yet, and a signal ends it as it ends any program.
        const isEarly = ended.signal === 'SIGTERM' && ended.stderr === '';
        const injected = signal === 'SIGKILL' ? ended.signal === signal : ended.status === 130 || isEarly;
        const wrong = [
          ...(injected ? [] : expectStatus(ended, [0, 3])),
          ...(await strays(ended)),
          ...halfWritten(folder),
        ];
        if (injected) wrong.push(...expectStatus(await run({ cli, folder, args }), [0, 3]));
        return { injected, wrong };
      } finally {
        rmSync(base, { recursive: true, force: true });
      }
    });
}

/** A kernel of which one configuration never ends, as far as anybody would wait. */
const hangingKernel: Fault = (_, cli) =>
  inProject(
    async (folder) => {
      const path = join(folder, 'joulegate.yaml');
      const limited = readFileSync(path, 'utf8')
        .replace('WORKGROUP: [32, 64, 128, 256]', 'WORKGROUP: [32, 64]')
        .replace('PER_THREAD: [1, 2, 4]', 'PER_THREAD: [1, 2]');
      writeFileSync(path, limited);
      const ended = await run({ cli, folder, args: ['retune', '--json', ...software] });
      const wrong = [...expectStatus(ended, [0]), ...(await strays(ended))];
      if (wrong.length > 0) return { injected: true, wrong };
      const [kernel] = (JSON.parse(ended.stdout) as TrialCount).kernels;
      if (JSON.stringify(kernel?.configuration).includes('"WORKGROUP":32'))
        wrong.push('a hanging configuration was chosen');
      if (Object.keys(kernel?.failures ?? {}).length === 0) wrong.push('no failure is reported');
      return { injected: true, wrong };
    },
    powerKernel(40).replace(
      'var x = values[at];',
      'var x = values[at];\n    if (WORKGROUP == 32u) { while (x >= 0.0) { x = fract(x + 0.5); } }',
    ),
  );

interface SampleList {
  readonly samples?: readonly { readonly joules: number | null; readonly voidReasons: readonly string[] }[];
}

/** Energies that are far from the others: the work is equal. And a fault that lasts has to void what it meets. */
function believed(report: string, lasts: boolean): readonly string[] {
  const { samples = [] } = JSON.parse(report) as SampleList;
  const joules = samples.flatMap((sample) => sample.joules ?? []).sort((a, b) => a - b);
  const middle = joules[Math.floor(joules.length / 2)] ?? 0;
  const odd = joules.filter((value) => value < middle / 2 || value > 2 * middle);
  const isVoid = samples.some(({ voidReasons }) => voidReasons.length > 0);
  return [
    ...(odd.length === 0 ? [] : [`${odd.length} energies are far from the others`]),
    ...(lasts && !isVoid ? ['nothing is void'] : []),
  ];
}

/** A sensor that lies or fails in the middle of a comparison of equals: never red, never silently measured. */
function sensorFault(mode: keyof typeof counterModes, lasts: boolean): Fault {
  return (random) =>
    inProject(async (folder) => {
      const base = makeBase(folder);
      const nvml = new NvmlStandIn();
      const bundles = meteredBundles(nvml.loads);
      try {
        nvml.setGlobal('timeMs', -1);
        nvml.set({ tickMs: 10, powerPeriodMs: 10, powerCoverMs: 10 });
        const afterMs = 300 + 1200 * random.next();
        let openedMs: number | null = null;
        const lost = mode === 'fails' ? 15 : 0;
        let broken = false;
        const ended = await run({
          ...{
            cli: join(bundles, 'cli.js'),
            folder,
            args: ['guard', '--base', base, '--report', 'out', '--json', '--meter', 'nvml', ...software],
          },
          environment: { JOULEGATE_NVML_LIBRARY: nvml.path, JOULEGATE_LOCKS: folder },
          meanwhile({ elapsedMs, stderr }) {
            if (openedMs === null && stderr.includes('meter: ')) openedMs = elapsedMs;
            if (broken || openedMs === null || elapsedMs - openedMs < afterMs) return;
            broken = true;
            // NVML_ERROR_GPU_IS_LOST, where it fails.
            nvml.set({ counterMode: counterModes[mode], counterModeAtMs: 0, counterReturn: lost });
          },
        });
        const wrong = [...expectStatus(ended, [0, 3]), ...(await strays(ended)), ...halfWritten(folder)];
        if (wrong.length === 0 && broken) wrong.push(...believed(ended.stdout, lasts));
        return { injected: broken, wrong };
      } finally {
        nvml.close();
        for (const made of [base, bundles]) rmSync(made, { recursive: true, force: true });
      }
    });
}

/** No fault at all: other words for the same work are never red. */
const equalWork: Fault = (_, cli) =>
  inProject(async (folder) => {
    const base = makeBase(folder);
    try {
      // Time enough for a verdict; a budget is base's as much as a margin is.
      for (const path of [folder, base].map((place) => join(place, 'joulegate.yaml'))) {
        writeFileSync(path, readFileSync(path, 'utf8').replace('judge-seconds: 6 }', 'judge-seconds: 60 }'));
      }
      const ended = await run({ cli, folder, args: ['guard', '--base', base, '--json', ...software] });
      return { injected: true, wrong: [...expectStatus(ended, [0]), ...(await strays(ended))] };
    } finally {
      rmSync(base, { recursive: true, force: true });
    }
  });

/** What cannot be measured with ends with status 3 and a next step, before anything is measured. */
function refused(environment: (nvml: NvmlStandIn) => Readonly<Record<string, string>>): Fault {
  return (_, cli) =>
    inProject(async (folder) => {
      const nvml = new NvmlStandIn();
      try {
        const ended = await run({
          ...{ cli, folder, args: ['retune', '--meter', 'nvml', ...software] },
          environment: { JOULEGATE_LOCKS: folder, ...environment(nvml) },
        });
        const told = /\n {2}next: /.test(ended.stderr) ? [] : [`no next step: ${ended.stderr}`];
        return { injected: true, wrong: [...expectStatus(ended, [3]), ...told, ...(await strays(ended))] };
      } finally {
        nvml.close();
      }
    });
}

/** Every fault by name. */
export const faults: Readonly<Record<string, Fault>> = {
  'none, equal work in other words': equalWork,
  'GPU process killed': gpuProcessKilled,
  'retune killed': commandKilled,
  'guard killed': guardEnded('SIGKILL'),
  'guard terminated': guardEnded('SIGTERM'),
  'kernel that hangs': hangingKernel,
  'counter that freezes': sensorFault('freezes', true),
  'counter that resets': sensorFault('resets', false),
  'counter that goes back': sensorFault('goesBack', false),
  'counter that fails': sensorFault('fails', true),
  'library missing': refused(() => ({ JOULEGATE_NVML_LIBRARY: '/nowhere/libnvidia-ml.so.1' })),
  'permission denied': refused((nvml) => {
    // NVML_ERROR_NO_PERMISSION
    nvml.set({ counterReturn: 4, powerReturn: 4, fieldReturn: 4 });
    return { JOULEGATE_NVML_LIBRARY: nvml.path };
  }),
};

/** Whether the faults can be done here: the process table is Linux's, and the stand-in is compiled. */
export function canFault(): boolean {
  return process.platform === 'linux' && hasCompiler();
}
