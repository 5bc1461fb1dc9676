import type { CommandProgram, Outcome, Variant, VariantFailure } from '../../kernel/index.ts';
import type {
  Clock,
  Device,
  DeviceInfo,
  LatencySamples,
  Outputs,
  Remarks,
  Stretch,
  TimeOptions,
  VerifyOptions,
} from '../../measure/index.ts';
import { CommandLauncher } from './launcher.ts';
import { compareOutputs, outputFault, readOutputs } from './outputs.ts';
import { removeFolder } from './remove-folder.ts';
import { CommandSession, type ProgramDevice } from './session.ts';
import type { CommandWorkspace, ProgramFolder } from './workspace.ts';

/** Longest times to wait for a program, in milliseconds. */
export interface CommandDeadlines {
  /** Starting: data and, for some, compiling. */
  readonly readyMs: number;
  /** Launching once and writing the outputs. */
  readonly writeMs: number;
  /** On top of what launches are expected to take. */
  readonly slackMs: number;
}

const defaultDeadlines: CommandDeadlines = { readyMs: 120_000, writeMs: 60_000, slackMs: 20_000 };

/** Outputs of references that are kept. */
const maxReferences = 4;

interface Prepared {
  /** null: it refused what it was to become. */
  readonly identity: string | null;
  readonly family: string | null;
  /** Whether it was another configuration before. */
  readonly isReused: boolean;
  readonly session: CommandSession;
  readonly launcher: CommandLauncher;
  readonly folder: ProgramFolder;
}

export interface CommandDeviceOptions {
  /** What the programs run on. */
  readonly info: DeviceInfo;
  readonly workspace: CommandWorkspace;
  readonly clock: Clock;
  readonly deadlines?: Partial<CommandDeadlines>;
  /** Whether a program that offers it becomes one configuration after the other; each has a process of its own unless given. */
  readonly reconfigures?: boolean;
  /** Why what a program says that it runs on is not what is measured; null if it is. Nothing is asked unless given. */
  readonly isElsewhere?: (device: ProgramDevice) => string | null;
}

/** A device that can tell what a program says that it runs on. */
export interface CommandDevicePort extends Device {
  /** What a variant's program says that it runs on; null if it does not. */
  says(variant: Variant): Promise<Outcome<ProgramDevice | null>>;
}

/** Runs `command` kernels: each variant is a process of its own, started on first use. */
export function createCommandDevice(options: CommandDeviceOptions): CommandDevicePort {
  return new CommandDevice(options);
}

class CommandDevice implements CommandDevicePort {
  readonly info: DeviceInfo;
  readonly #workspace: CommandWorkspace;
  readonly #clock: Clock;
  readonly #deadlines: CommandDeadlines;
  readonly #reconfigures: boolean;
  readonly #isElsewhere: (device: ProgramDevice) => string | null;
  /** One at a time: each holds memory of the GPU. */
  #running: Prepared | null = null;
  /** Folders with the outputs of references, by identity. */
  readonly #references = new Map<string, string>();
  #queue: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor({ deadlines, ...options }: CommandDeviceOptions) {
    this.info = options.info;
    this.#workspace = options.workspace;
    this.#clock = options.clock;
    this.#reconfigures = options.reconfigures ?? false;
    this.#isElsewhere = options.isElsewhere ?? (() => null);
    this.#deadlines = { ...defaultDeadlines, ...deadlines };
  }

  prepare(variant: Variant): Promise<Outcome<null>> {
    return this.#inTurn(variant, async (program) => {
      const prepared = await this.#prepared(program);
      return prepared.ok ? { ok: true, value: null } : prepared;
    });
  }

  /** Building keeps cores busy, which is nothing to a GPU. */
  expect({ command }: Variant): void {
    if (command === undefined || this.#closed || this.info.software) return;
    this.#workspace.expect(command);
  }

  says(variant: Variant): Promise<Outcome<ProgramDevice | null>> {
    return this.#inTurn(variant, async (program) => {
      await this.#endRunning();
      const started = await this.#start(program);
      const said = started.ok ? { ok: true as const, value: started.value.session.device } : started;
      await this.#endRunning();
      return said;
    });
  }

  verify(variant: Variant, reference: Variant, { fresh }: VerifyOptions = {}): Promise<Outcome<Remarks>> {
    return this.#inTurn(variant, async (program) => {
      if (fresh === true && this.#running?.isReused === true) await this.#endRunning();
      if (reference.command === undefined) return failed('unsupported', `${reference.id} is no program`);
      const expected = await this.#referenceOutputs(reference.command);
      if (!expected.ok) {
        const { message } = expected.failure;
        return failed(expected.failure.kind, `the reference ${reference.id}: ${message}`);
      }
      const written = await this.#outputs(program);
      if (!written.ok) return written;
      try {
        return await compareOutputs(program.outputs, written.value, expected.value);
      } finally {
        removeFolder(written.value);
      }
    });
  }

  outputs(variant: Variant, launches: number): Promise<Outcome<Outputs>> {
    return this.#inTurn(variant, async (program) => {
      await this.#endRunning();
      const started = await this.#start(program);
      for (let launch = 0; started.ok && launch < launches; launch++) {
        const launched = await started.value.session.run(1, this.#deadlines.readyMs);
        if (!launched.ok) return launched;
      }
      const written = started.ok ? await this.#write(program, started.value.session) : started;
      await this.#endRunning();
      if (!written.ok) return written;
      const outputs = await readOutputs(program.outputs, written.value);
      // What it writes at once is what others will be compared with.
      if (launches === 0 && outputs.ok) this.#keepReference(program.identity, written.value);
      else removeFolder(written.value);
      return outputs;
    });
  }

  time(variant: Variant, options: TimeOptions): Promise<Outcome<LatencySamples>> {
    return this.#inTurn(variant, async (program) => {
      const prepared = await this.#prepared(program);
      return prepared.ok ? prepared.value.launcher.samples(options) : prepared;
    });
  }

  run(variant: Variant, durationMs: number): Promise<Outcome<Stretch>> {
    return this.#inTurn(variant, async (program) => {
      const prepared = await this.#prepared(program);
      if (!prepared.ok) return prepared;
      const { launcher } = prepared.value;
      const completions = await launcher.stretch(durationMs, { countCpu: this.info.software });
      return completions.ok ? { ok: true, value: { variant, completions: completions.value } } : completions;
    });
  }

  rest(): Promise<void> {
    const turn = this.#queue.then(() => this.#endRunning());
    this.#queue = turn.catch(() => undefined);
    return turn;
  }

  async close(): Promise<void> {
    this.#closed = true;
    // What is under way ends with its program; what was about to start one may have done so meanwhile.
    await this.#endRunning();
    await this.#queue;
    await this.#endRunning();
    for (const folder of this.#references.values()) removeFolder(folder);
  }

  /** One request after the other; programs on one GPU would measure each other. */
  #inTurn<T>(
    variant: Variant,
    action: (program: CommandProgram) => Promise<Outcome<T>>,
  ): Promise<Outcome<T>> {
    const { command } = variant;
    if (command === undefined) return Promise.resolve(failed('unsupported', `${variant.id} is no program`));
    const turn = this.#queue.then(() => {
      if (this.#closed) throw new Error('the device is closed');
      return action(command);
    });
    this.#queue = turn.then(
      () => undefined,
      () => undefined,
    );
    return turn;
  }

  async #endRunning(): Promise<void> {
    const running = this.#running;
    this.#running = null;
    await running?.session.close();
    running?.folder.release();
  }

  /** The program, running and warm. */
  async #prepared(program: CommandProgram): Promise<Outcome<Prepared>> {
    const known = this.#running;
    if (known?.identity === program.identity && known.session.alive) return { ok: true, value: known };
    const started = (await this.#reconfigured(program)) ?? (await this.#startAnew(program));
    const warm = started.ok ? await started.value.launcher.warmUp() : started;
    if (warm.ok) return started;
    // One that refuses what it is to become may become something else.
    if (this.#running?.identity !== null || !this.#running.session.alive) await this.#endRunning();
    return warm;
  }

  /** The program that runs, as another configuration; null if it cannot become that. */
  async #reconfigured({ identity, configure }: CommandProgram): Promise<Outcome<Prepared> | null> {
    const running = this.#running;
    if (!this.#reconfigures || running === null || configure === undefined) return null;
    const { session, family, folder } = running;
    if (family !== configure.family || !session.configures || !session.alive) return null;
    const configured = await session.configure(configure.values, this.#deadlines.readyMs);
    // As fast as it is, nothing is known of it from what it was before.
    const launcher = new CommandLauncher(session, this.#clock, this.#deadlines);
    const changed = { family, session, launcher, folder, isReused: true };
    this.#running = { ...changed, identity: configured.ok ? identity : null };
    return configured.ok ? { ok: true, value: this.#running } : configured;
  }

  async #startAnew(program: CommandProgram): Promise<Outcome<Prepared>> {
    await this.#endRunning();
    return this.#start(program);
  }

  /** Starts a program, which is the one that runs from now on. Resolves when it is ready. */
  async #start(program: CommandProgram): Promise<Outcome<Prepared>> {
    const folder = await this.#workspace.open(program);
    if (!folder.ok) return folder;
    const { environment, reaper } = this.#workspace;
    const start = { program: program.run, folder: folder.value.path, environment, reaper };
    const session = new CommandSession(start, this.#clock);
    const launcher = new CommandLauncher(session, this.#clock, this.#deadlines);
    const prepared: Prepared = {
      ...{ identity: program.identity, family: program.configure?.family ?? null, isReused: false },
      ...{ session, launcher, folder: folder.value },
    };
    this.#running = prepared;
    const ready = await session.ready(this.#deadlines.readyMs);
    if (!ready.ok) return ready;
    const elsewhere = session.device === null ? null : this.#isElsewhere(session.device);
    return elsewhere === null ? { ok: true, value: prepared } : failed('validation', elsewhere);
  }

  async #referenceOutputs(program: CommandProgram): Promise<Outcome<string>> {
    const { identity } = program;
    const known = this.#references.get(identity);
    if (known !== undefined) return { ok: true, value: known };
    const written = await this.#outputs(program);
    if (written.ok) this.#keepReference(identity, written.value);
    return written;
  }

  #keepReference(identity: string, outputs: string): void {
    const former = this.#references.get(identity);
    if (former !== undefined) removeFolder(former);
    for (const [other, folder] of this.#references) {
      if (this.#references.size < maxReferences) break;
      this.#references.delete(other);
      removeFolder(folder);
    }
    this.#references.set(identity, outputs);
  }

  async #outputs(program: CommandProgram): Promise<Outcome<string>> {
    const prepared = await this.#prepared(program);
    return prepared.ok ? this.#write(program, prepared.value.session) : prepared;
  }

  /** Has a program write its outputs into a new folder. */
  async #write(program: CommandProgram, session: CommandSession): Promise<Outcome<string>> {
    const folder = this.#workspace.newFolder('outputs-');
    // It may be the first time that it launches.
    const written = await session.write(folder, this.#deadlines.writeMs + this.#deadlines.readyMs);
    const failure = written.ok ? outputFault(program.outputs, folder) : written.failure;
    if (failure === null) return { ok: true, value: folder };
    removeFolder(folder);
    return { ok: false, failure };
  }
}

function failed(kind: VariantFailure['kind'], message: string): Outcome<never> {
  return { ok: false, failure: { kind, message } };
}
