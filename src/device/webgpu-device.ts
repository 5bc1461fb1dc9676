import { JoulegateError } from '../errors/index.ts';
import {
  inPrinted,
  type KnownContents,
  mapDiagnostic,
  type Outcome,
  type Program,
  type Variant,
  type VariantFailure,
} from '../kernel/index.ts';
import type {
  Device,
  DeviceInfo,
  Outputs,
  PassTime,
  Remarks,
  StretchPart,
  VerifyOptions,
} from '../measure/index.ts';
import { adapterError } from './adapter-problem.ts';
import { BoundsChecks } from './bounds-checks.ts';
import { contentsOf, type Generate } from './buffer-contents.ts';
import type { DriverChoice } from './driver/index.ts';
import { type Exchange, GpuProcess } from './process/index.ts';
import type { Exchanges, WireFailure, WireOutcome, WireProgram } from './protocol.ts';

/** Longest times to wait for the GPU process, in milliseconds, before it is killed and the variant given up. */
export interface Deadlines {
  readonly openMs: number;
  /** Compiling and warming up. Every other request may have to prepare again, so it is added to theirs. */
  readonly prepareMs: number;
  readonly verifyMs: number;
  /** On top of the time that `time` and `run` were asked to take. */
  readonly slackMs: number;
}

const defaultDeadlines: Deadlines = { openMs: 30_000, prepareMs: 30_000, verifyMs: 60_000, slackMs: 20_000 };

export interface WebgpuDeviceOptions {
  /** Path of the bundle that runs the GPU process. */
  readonly workerPath: string;
  readonly driver: DriverChoice;
  /** A part of the adapter's name; the best adapter if absent. */
  readonly adapterName?: string | undefined;
  /** WebGPU features that programs need; the adapter is asked for those it has. */
  readonly features?: readonly string[] | undefined;
  readonly deadlines?: Partial<Deadlines> | undefined;
  /**
   * Whether what is expected is compiled while something else runs. Unless given, where the adapter is no software: there
   * the compiler would take the cores that are being measured.
   */
  readonly compilesAhead?: boolean | undefined;
  /** Runs a program that prints what a buffer holds. Absent: none may be run. */
  readonly generate?: Generate | undefined;
  /** Gets what Dawn and the driver print. */
  readonly onLog?: ((text: string) => void) | undefined;
}

const startTries = 3;

/** What the user asked for where a request is a part of it. */
const askedFor: Readonly<Partial<Record<VariantRequestKind, VariantRequestKind>>> = { bounds: 'verify' };

type VariantRequestKind = 'prepare' | 'bounds' | 'verify' | 'outputs' | 'time' | 'passes' | 'run';

/** Dawn in a process of its own, restarted whenever a variant costs it its life. */
class WebgpuDevice implements Device {
  readonly info: DeviceInfo;
  readonly #options: WebgpuDeviceOptions;
  readonly #deadlines: Deadlines;
  #process: GpuProcess;
  #closed = false;
  /** Programs whose compiling may have cost a process its life: they are not compiled ahead again. */
  readonly #suspects = new Set<string>();
  readonly #bounds = new BoundsChecks((variant) =>
    this.#ask('bounds', variant, this.#deadlines.verifyMs, (program) => ({ program })),
  );
  /** The end of the last request: they are served one after the other. */
  #queue: Promise<unknown> = Promise.resolve();

  constructor(options: WebgpuDeviceOptions, deadlines: Deadlines, started: StartedProcess) {
    this.#options = options;
    this.#deadlines = deadlines;
    this.#process = started.process;
    this.info = started.info;
  }

  prepare(variant: Variant): Promise<Outcome<null>> {
    return this.#ask('prepare', variant, 0, (program) => ({ program }));
  }

  expect({ program }: Variant): void {
    const { compilesAhead = !this.info.software } = this.#options;
    if (!compilesAhead || program === null || this.#closed || this.#suspects.has(program.identity)) return;
    this.#process.expect(toWire(program));
  }

  async verify(
    variant: Variant,
    reference: Variant,
    { indices = true }: VerifyOptions = {},
  ): Promise<Outcome<Remarks>> {
    const referenceProgram = reference.program;
    if (referenceProgram === null) return failed(noProgram(reference));
    const own = indices ? await this.#bounds.of(variant, reference) : { ok: true as const, value: null };
    if (!own.ok) return own;
    const verified = await this.#ask(
      'verify',
      variant,
      this.#deadlines.verifyMs,
      (program) => ({ program, reference: toWire(referenceProgram) }),
      [referenceProgram],
    );
    if (!verified.ok || own.value === null) return verified;
    return { ok: true, value: [...(verified.value ?? []), ...own.value] };
  }

  outputs(variant: Variant, launches: number): Promise<Outcome<Outputs | null>> {
    return this.#ask('outputs', variant, this.#deadlines.verifyMs, (program) => ({ program, launches }));
  }

  time(variant: Variant, options: Parameters<Device['time']>[1]): ReturnType<Device['time']> {
    const limitMs = options.maxMs + this.#deadlines.slackMs;
    return this.#ask('time', variant, limitMs, (program) => ({ program, options }));
  }

  async timePasses(variant: Variant, maxMs: number): Promise<Outcome<readonly PassTime[] | null>> {
    const limitMs = maxMs + this.#deadlines.slackMs;
    const outcome = await this.#ask('passes', variant, limitMs, (program) => ({ program, maxMs }));
    if (!outcome.ok) return outcome;
    const passes = variant.program?.passes ?? [];
    const times = outcome.value?.map((latencyMs, i) => ({ name: passes[i]?.name ?? '', latencyMs }));
    return { ok: true, value: times ?? null };
  }

  async run(variant: Variant, durationMs: number, part: StretchPart = 'launches'): ReturnType<Device['run']> {
    const limitMs = durationMs + this.#deadlines.slackMs;
    const outcome = await this.#ask('run', variant, limitMs, (program) => ({ program, durationMs, part }));
    return outcome.ok ? { ok: true, value: { variant, completions: outcome.value } } : outcome;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#process.close();
  }

  /** Sends one request about a variant, after those before it. */
  #ask<Kind extends VariantRequestKind>(
    kind: Kind,
    variant: Variant,
    limitMs: number,
    request: (program: WireProgram) => Exchanges[Kind]['request'],
    others: readonly Program[] = [],
  ): Promise<Outcome<ResponseValue<Kind>>> {
    const { program } = variant;
    if (program === null) return Promise.resolve(failed(noProgram(variant)));
    const turn = this.#queue.then(async () => {
      const contents = await contentsOf([program, ...others], this.#options.generate);
      if (!contents.ok) return contents;
      const wire = toWire(program);
      const deadlineMs = this.#deadlines.prepareMs + limitMs;
      const exchange = await this.#exchange(kind, request(wire), deadlineMs, contents.value);
      if (exchange.status === 'lost') {
        const message = `${variant.id} cost the GPU process its life during '${askedFor[kind] ?? kind}': ${exchange.message}`;
        return failed({ kind: exchange.kind, message });
      }
      const outcome = exchange.response as WireOutcome<ResponseValue<Kind>>;
      // It is about to exit; waiting for that here spares the next variant the blame.
      if (!outcome.ok && outcome.failure.kind === 'device-lost') await this.#process.kill();
      return toOutcome(program, outcome);
    });
    // The next request waits for this one's end, not for its success.
    this.#queue = turn.then(
      () => undefined,
      () => undefined,
    );
    return turn;
  }

  /** One exchange, in a fresh process if the present one is gone or ends before it has taken the request up. */
  async #exchange<Kind extends VariantRequestKind>(
    kind: Kind,
    request: Exchanges[Kind]['request'],
    deadlineMs: number,
    contents: KnownContents,
  ): Promise<Exchange<Exchanges[Kind]['response']>> {
    await this.#ensureProcess();
    this.#process.provide(contents);
    const exchange = await this.#process.request(kind, request, deadlineMs);
    if (exchange.status === 'answered') return exchange;
    // Who was only expected may have done it: this one gets another chance, alone.
    const isDoubtful = exchange.expecting.length > 0;
    for (const identity of exchange.expecting) this.#suspects.add(identity);
    if (!isDoubtful && (exchange.begun || exchange.kind === 'timeout')) return exchange;
    await this.#ensureProcess();
    this.#process.provide(contents);
    return this.#process.request(kind, request, deadlineMs);
  }

  async #ensureProcess(): Promise<void> {
    if (this.#closed) throw new Error('the device is closed');
    if (this.#process.alive) return;
    const { process, info } = await startProcess(this.#options, this.#deadlines);
    this.#process = process;
    if (this.#closed) {
      await process.kill();
      throw new Error('the device was closed');
    }
    if (info.family !== this.info.family) {
      await process.kill();
      throw new JoulegateError(
        'could-not-measure',
        `The adapter ${this.info.family} is gone; after a restart there was ${info.family}.`,
        { code: 'adapter-changed', nextStep: 'Check the GPU and its driver, then run again.' },
      );
    }
  }
}

type ResponseValue<Kind extends VariantRequestKind> =
  Exchanges[Kind]['response'] extends WireOutcome<infer Value> ? Value : never;

interface StartedProcess {
  readonly process: GpuProcess;
  readonly info: DeviceInfo;
}

async function startProcess(options: WebgpuDeviceOptions, deadlines: Deadlines): Promise<StartedProcess> {
  let last = '';
  for (let attempt = 0; attempt < startTries; attempt++) {
    const process = new GpuProcess({
      workerPath: options.workerPath,
      environment: options.driver.environment,
      onLog: options.onLog,
    });
    const { adapterName = null, features = [] } = options;
    const exchange = await process.request('open', { adapterName, features }, deadlines.openMs);
    if (exchange.status === 'answered') {
      if (exchange.response.ok) return { process, info: exchange.response.info };
      await process.close();
      throw adapterError(exchange.response);
    }
    last = exchange.message;
  }
  throw new JoulegateError(
    'could-not-measure',
    `The GPU process did not start, ${startTries} times: ${last}`,
    { code: 'gpu-process-failed', nextStep: 'Run joulegate doctor to see which adapters work here.' },
  );
}

function toWire(program: Program): WireProgram {
  return {
    ...program,
    passes: program.passes.map(({ lines, printed, workgroupSize, identity, ...pass }) => pass),
    buffers: program.buffers.map(({ content: _, generator: __, ...buffer }) => buffer),
  };
}

function toOutcome<T>(program: Program, outcome: WireOutcome<T>): Outcome<T> {
  if (outcome.ok) return outcome;
  return { ok: false, failure: toFailure(program, outcome.failure) };
}

function toFailure(program: Program, { kind, message, at }: WireFailure): VariantFailure {
  const pass = at === null ? undefined : program.passes[at.pass];
  const position = at === null || pass === undefined ? null : mapDiagnostic(pass, at.line, at.column);
  if (position === null) return { kind, message };
  const { file, line, column } = position;
  if (pass?.printed !== undefined) return inPrinted({ kind, message }, pass.printed, { line, column });
  return { kind, message, file, line, ...(column === null ? {} : { column }) };
}

function noProgram(variant: Variant): VariantFailure {
  return { kind: 'unsupported', message: `${variant.id} has no program: it comes from a recording` };
}

function failed(failure: VariantFailure): { readonly ok: false; readonly failure: VariantFailure } {
  return { ok: false, failure };
}

/**
 * Opens the adapter in a process of its own. Close the device, or its process lives as long as this one.
 * @throws JoulegateError (could-not-measure) if there is no such adapter or its process does not start.
 */
export async function openWebgpuDevice(options: WebgpuDeviceOptions): Promise<Device> {
  const deadlines = { ...defaultDeadlines };
  for (const [name, value] of Object.entries(options.deadlines ?? {})) {
    if (value !== undefined) deadlines[name as keyof Deadlines] = value;
  }
  return new WebgpuDevice(options, deadlines, await startProcess(options, deadlines));
}
