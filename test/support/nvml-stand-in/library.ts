import { execFileSync } from 'node:child_process';
import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** Places of numbers in the state; the same as in nvml-stand-in.c. */
const globals = { timeMs: 0, gpus: 1, initReturn: 2, callDelayMs: 3 } as const;
const fields = {
  name: 0,
  idleWatts: 1,
  tickMs: 2,
  counterMode: 3,
  counterModeAtMs: 4,
  counterScale: 5,
  counterReturn: 6,
  powerPeriodMs: 7,
  powerCoverMs: 8,
  powerReturn: 9,
  fieldReturn: 10,
  averageMs: 11,
  reasons: 12,
  reasonsFromMs: 13,
  reasonsUntilMs: 14,
  smMhz: 15,
  smMhzLater: 16,
  smLaterAtMs: 17,
  memoryMhz: 18,
  celsius: 19,
  limitWatts: 20,
  migMode: 21,
  virtualization: 22,
  processReturn: 23,
  processCount: 24,
  architecture: 25,
  handleReturn: 26,
  reasonFieldsReturn: 27,
  segmentCount: 28,
  rippleWatts: 29,
  lockedMhz: 30,
  clockReturn: 31,
  tenantWatts: 72,
  tenantFromMs: 73,
  tenantUntilMs: 74,
  jumpJoules: 75,
  jumpAtMs: 76,
  workWatts: 77,
  utilizationReturn: 78,
  baseJoules: 79,
  lastFromMs: 80,
  lastUntilMs: 81,
  lastWatts: 82,
  hostWatts: 83,
  moduleReturn: 84,
} as const;
const globalCount = 16;
const perGpu = 96;
const maxGpus = 4;
const pidAt = 32;
const pidFromAt = 40;
const segmentAt = 48;

export const counterModes = { counts: 0, zero: 1, freezes: 2, resets: 3, goesBack: 4, fails: 5 } as const;

export type GpuField = keyof typeof fields;

/** An H200 as its sensor is: ticks every 100 ms, instantaneous power over 25 of every 100 ms. */
const usual: Readonly<Record<GpuField, number>> = {
  name: 100,
  idleWatts: 80,
  tickMs: 100,
  counterMode: counterModes.counts,
  counterModeAtMs: 0,
  counterScale: 1,
  counterReturn: 0,
  powerPeriodMs: 100,
  powerCoverMs: 25,
  powerReturn: 0,
  fieldReturn: 0,
  averageMs: 1000,
  reasons: 0,
  reasonsFromMs: 0,
  reasonsUntilMs: 1e12,
  smMhz: 1980,
  smMhzLater: 1980,
  smLaterAtMs: 0,
  memoryMhz: 3201,
  celsius: 40,
  limitWatts: 700,
  migMode: 0,
  virtualization: 0,
  processReturn: 0,
  processCount: 0,
  architecture: 9,
  handleReturn: 0,
  reasonFieldsReturn: 0,
  segmentCount: 0,
  rippleWatts: 0.2,
  lockedMhz: 0,
  clockReturn: 0,
  tenantWatts: 0,
  tenantFromMs: 0,
  tenantUntilMs: 0,
  jumpJoules: 0,
  jumpAtMs: 0,
  workWatts: 0,
  utilizationReturn: 0,
  baseJoules: 0,
  lastFromMs: 0,
  lastUntilMs: 0,
  lastWatts: 0,
  hostWatts: 0,
  moduleReturn: 0,
};

export type DriverAge = 'current' | 'old';

let compiled: { readonly folder: string; readonly paths: Partial<Record<DriverAge, string>> } | null = null;

function compile(age: DriverAge): string {
  compiled ??= { folder: mkdtempSync(join(tmpdir(), 'joulegate-nvml-')), paths: {} };
  const known = compiled.paths[age];
  if (known !== undefined) return known;
  const path = join(compiled.folder, `${age}.so`);
  // A bundled benchmark lies elsewhere, and runs at the root.
  const places = [import.meta.dirname, resolve('test/support/nvml-stand-in')];
  const source = places.map((folder) => join(folder, 'nvml-stand-in.c')).find((path) => existsSync(path));
  if (source === undefined) throw new Error('nvml-stand-in.c is not there');
  const old = age === 'old' ? ['-DOLD_DRIVER'] : [];
  execFileSync(compiler, ['-shared', '-fPIC', '-O1', ...old, '-o', path, source, '-lm', '-ldl']);
  compiled.paths[age] = path;
  return path;
}

const compiler = process.env.CC ?? 'cc';

/** Whether the library can be compiled here. */
export function hasCompiler(): boolean {
  try {
    execFileSync(compiler, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

let libraries = 0;

/** A library of its own with GPUs of its own. */
export class NvmlStandIn {
  readonly path: string;
  readonly #state: number;

  constructor(options: { readonly gpus?: number; readonly driver?: DriverAge } = {}) {
    const { gpus = 1, driver = 'current' } = options;
    const built = compile(driver);
    this.path = `${built}.${++libraries}`;
    copyFileSync(built, this.path);
    this.#state = openSync(`${this.path}.state`, 'w');
    const bytes = Buffer.alloc(8 * (globalCount + maxGpus * perGpu));
    writeSync(this.#state, bytes, 0, bytes.length, 0);
    this.setGlobal('gpus', gpus);
    for (let gpu = 0; gpu < gpus; gpu++) this.set(usual, gpu);
  }

  setGlobal(name: keyof typeof globals, value: number): void {
    this.#write(globals[name], value);
  }

  set(values: Partial<Record<GpuField, number>>, gpu = 0): void {
    for (const [name, value] of Object.entries(values)) {
      this.#write(globalCount + gpu * perGpu + fields[name as GpuField], value);
    }
  }

  /** Power above idle, in spans that do not overlap; at most eight. */
  setLoad(spans: readonly { fromMs: number; toMs: number; watts: number }[], gpu = 0): void {
    spans.forEach(({ fromMs, toMs, watts }, i) => {
      [fromMs, toMs, watts].forEach((value, j) => {
        this.#write(globalCount + gpu * perGpu + segmentAt + 3 * i + j, value);
      });
    });
    this.set({ segmentCount: spans.length }, gpu);
  }

  /** Processes on the GPU, each from a moment on; at most eight. */
  setProcesses(processes: readonly { pid: number; fromMs?: number }[], gpu = 0): void {
    processes.forEach(({ pid, fromMs = 0 }, i) => {
      this.#write(globalCount + gpu * perGpu + pidAt + i, pid);
      this.#write(globalCount + gpu * perGpu + pidFromAt + i, fromMs);
    });
    this.set({ processCount: processes.length }, gpu);
  }

  /** Where a scripted GPU process writes its loads: a file, and the byte of `baseJoules` of the first GPU, which three more follow. */
  get loads(): { readonly path: string; readonly offset: number } {
    return { path: `${this.path}.state`, offset: 8 * (globalCount + fields.baseJoules) };
  }

  /** Every lock and reset of clocks so far: `lock 1200 1200`, `reset`. */
  clockCalls(): string[] {
    const path = `${this.path}.clocks`;
    return existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n') : [];
  }

  close(): void {
    closeSync(this.#state);
  }

  #write(index: number, value: number): void {
    const bytes = Buffer.alloc(8);
    bytes.writeDoubleLE(value);
    writeSync(this.#state, bytes, 0, 8, 8 * index);
  }
}

/** Removes the compiled libraries. */
export function removeStandIns(): void {
  if (compiled !== null) rmSync(compiled.folder, { recursive: true, force: true });
  compiled = null;
}
