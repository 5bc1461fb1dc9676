import type { CommandProgram, Outcome, Variant, VariantFailure } from '../../kernel/index.ts';
import type {
  Clock,
  Device,
  DeviceInfo,
  LatencySamples,
  Remarks,
  Stretch,
  TimeOptions,
} from '../../measure/index.ts';
import { CommandLauncher } from './launcher.ts';
import { compareOutputs, outputFault } from './outputs.ts';
import { removeFolder } from './remove-folder.ts';
import { CommandSession } from './session.ts';
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
  readonly identity: string;
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
}

/** Runs `command` kernels: each variant is a process of its own, started on first use. */
export function createCommandDevice(options: CommandDeviceOptions): Device {
  return new CommandDevice(options);
}

class CommandDevice implements Device {
  readonly info: DeviceInfo;
  readonly #workspace: CommandWorkspace;
  readonly #clock: Clock;
  readonly #deadlines: CommandDeadlines;
  /** One at a time: each holds memory of the GPU. */
  #running: Prepared | null = null;
  /** Folders with the outputs of references, by identity. */
  readonly #references = new Map<string, string>();
  #queue: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor({ info, workspace, clock, deadlines }: CommandDeviceOptions) {
    this.info = info;
    this.#workspace = workspace;
    this.#clock = clock;
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

  verify(variant: Variant, reference: Variant): Promise<Outcome<Remarks>> {
    return this.#inTurn(variant, async (program) => {
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
    const { identity } = program;
    const known = this.#running;
    if (known?.identity === identity && known.session.alive) return { ok: true, value: known };
    await this.#endRunning();
    const folder = await this.#workspace.open(program);
    if (!folder.ok) return folder;
    const { environment, reaper } = this.#workspace;
    const start = { program: program.run, folder: folder.value.path, environment, reaper };
    const session = new CommandSession(start, this.#clock);
    const launcher = new CommandLauncher(session, this.#clock, this.#deadlines);
    const prepared: Prepared = { identity, session, launcher, folder: folder.value };
    this.#running = prepared;
    const ready = await session.ready(this.#deadlines.readyMs);
    const warm = ready.ok ? await launcher.warmUp() : ready;
    if (warm.ok) return { ok: true, value: prepared };
    await this.#endRunning();
    return warm;
  }

  async #referenceOutputs(program: CommandProgram): Promise<Outcome<string>> {
    const { identity } = program;
    const known = this.#references.get(identity);
    if (known !== undefined) return { ok: true, value: known };
    const written = await this.#outputs(program);
    if (!written.ok) return written;
    for (const [other, folder] of this.#references) {
      if (this.#references.size < maxReferences) break;
      this.#references.delete(other);
      removeFolder(folder);
    }
    this.#references.set(identity, written.value);
    return written;
  }

  /** Has a program write its outputs into a new folder. */
  async #outputs(program: CommandProgram): Promise<Outcome<string>> {
    const prepared = await this.#prepared(program);
    if (!prepared.ok) return prepared;
    const folder = this.#workspace.newFolder('outputs-');
    const written = await prepared.value.session.write(folder, this.#deadlines.writeMs);
    const failure = written.ok ? outputFault(program.outputs, folder) : written.failure;
    if (failure === null) return { ok: true, value: folder };
    removeFolder(folder);
    return { ok: false, failure };
  }
}

function failed(kind: VariantFailure['kind'], message: string): Outcome<never> {
  return { ok: false, failure: { kind, message } };
}
