import type { KnownContents } from '../../kernel/index.ts';
import type { Clock, DeviceInfo, Outputs, Remarks } from '../../measure/index.ts';
import type { NativeSearch } from '../../native/index.ts';
import type {
  Exchanges,
  OpenResult,
  WireFailure,
  WireOutcome,
  WireProgram,
  WorkerRequest,
} from '../protocol.ts';
import { AdapterFault, isSoftware, loadDawn, type OpenAdapter, openAdapter } from './adapter.ts';
import { takeNotes } from './bounds.ts';
import { scoped } from './faults.ts';
import { describeDevice } from './info.ts';
import { createLauncher, type Launcher } from './launcher.ts';
import { Loss } from './loss.ts';
import { timePasses } from './pass-times.ts';
import type { Polling } from './polling.ts';
import { type CompiledProgram, Programs } from './programs.ts';
import { References } from './references.ts';
import { runStretch } from './run.ts';
import { takeSamples } from './time.ts';
import { timestampsArePlausible } from './timestamp-check.ts';
import { checkAgainst, outputsAfter, runOnce } from './verify.ts';
import { warmUp } from './warm-up.ts';

const softwareBytes = { pool: 1024 ** 3, ring: 64 * 1024 ** 2, program: 2 * 1024 ** 3 };
const hardwareBytes = { pool: 4 * 1024 ** 3, ring: 512 * 1024 ** 2, program: 32 * 1024 ** 3 };
const referenceBytes = 512 * 1024 ** 2;

/** What a session works with. */
interface SessionContext {
  readonly clock: Clock;
  readonly polling: Polling;
  /** Where Dawn is looked for. */
  readonly search: NativeSearch;
  /** What buffers hold that is no rule: the parent sends it before it is needed. */
  readonly contents: KnownContents;
}

type VariantRequest = Extract<
  WorkerRequest,
  { kind: 'prepare' | 'bounds' | 'verify' | 'outputs' | 'time' | 'passes' | 'run' }
>;
type VariantResponse = Exchanges[VariantRequest['kind']]['response'];

/** An open device and everything that lives as long as it does. */
export class Session {
  readonly info: DeviceInfo;
  readonly loss: Loss;
  /** Kept whole: Dawn's device must not outlive its adapter and instance. */
  readonly #opened: OpenAdapter;
  readonly #clock: Clock;
  readonly #launcher: Launcher;
  readonly #programs: Programs;
  readonly #references = new References(referenceBytes);

  private constructor(options: {
    readonly opened: OpenAdapter;
    readonly info: DeviceInfo;
    readonly clock: Clock;
    readonly launcher: Launcher;
    readonly contents: KnownContents;
  }) {
    const { opened, info, clock, launcher, contents } = options;
    this.#opened = opened;
    this.info = info;
    this.#clock = clock;
    this.#launcher = launcher;
    const maxBytes = info.software ? softwareBytes : hardwareBytes;
    this.#programs = new Programs(launcher.device, maxBytes, contents);
    this.loss = new Loss(
      opened.device.lost.then(({ reason, message }) => `${message || 'no message'} (${reason})`),
    );
  }

  /** @throws AdapterFault */
  static async open(wanted: Exchanges['open']['request'], context: SessionContext): Promise<Session> {
    const { clock, polling, search, contents } = context;
    const opened = await openAdapter(await loadDawn(search), wanted);
    const { adapter, device } = opened;
    device.addEventListener('uncapturederror', (event) => {
      process.stderr.write(`Dawn: ${(event as GPUUncapturedErrorEvent).error.message}\n`);
    });
    const quiet = isSoftware(adapter.info);
    const timestamps = await timestampsArePlausible({ device, clock, polling, quiet });
    const launcher = createLauncher({ device, clock, polling, timestamps, quiet });
    const info = describeDevice(opened, timestamps);
    return new Session({ opened, info, clock, launcher, contents });
  }

  async handle(request: VariantRequest): Promise<VariantResponse> {
    switch (request.kind) {
      case 'prepare':
        return this.#with(request.program, async (compiled) => {
          if (compiled.launchMs === null) await warmUp(this.#launcher, compiled, this.#clock);
          return null;
        });
      case 'bounds': {
        const { program } = request;
        const notes = await this.#with(program, (compiled) => takeNotes(this.#launcher, compiled));
        // It is launched once.
        this.#programs.drop(program.identity);
        return notes;
      }
      case 'verify':
        return this.#verify(request.program, request.reference);
      case 'outputs': {
        const { program, launches } = request;
        return this.#with(program, (compiled) =>
          outputsAfter(this.#launcher, { ...compiled, program }, launches),
        );
      }
      case 'time':
        return this.#with(request.program, (compiled) =>
          takeSamples({ launcher: this.#launcher, clock: this.#clock, compiled, time: request.options }),
        );
      case 'passes':
        return this.#with(request.program, (compiled) =>
          timePasses({ launcher: this.#launcher, clock: this.#clock, compiled, maxMs: request.maxMs }),
        );
      case 'run':
        return this.#with(request.program, (compiled) =>
          runStretch({
            launcher: this.#launcher,
            clock: this.#clock,
            compiled,
            durationMs: request.durationMs,
            part: request.part,
            cpuSeconds: () => this.#cpuSeconds(),
          }),
        );
    }
  }

  /** Begins to compile what will be wanted soon. Resolves when that is done, however it went. */
  expect(program: WireProgram): Promise<void> {
    return this.#programs.expect(program);
  }

  close(): void {
    this.#opened.device.destroy();
  }

  /** On a software adapter this process does the device's work; elsewhere its CPU time means nothing. */
  #cpuSeconds(): number | null {
    if (!this.info.software) return null;
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  }

  /** Runs `work` on a compiled program inside error scopes; a program that failed is forgotten. */
  async #with<T>(
    program: WireProgram,
    work: (compiled: CompiledProgram) => Promise<T>,
  ): Promise<WireOutcome<T>> {
    const outcome = await scoped(this.#opened.device, async () => work(await this.#programs.get(program)));
    if (!outcome.ok) {
      this.#programs.drop(program.identity);
      if (outcome.failure.kind === 'out-of-memory') this.#programs.releaseMemory();
    }
    return outcome;
  }

  async #verify(program: WireProgram, referenceProgram: WireProgram): Promise<WireOutcome<Remarks>> {
    const reference = await this.#reference(referenceProgram);
    if (!reference.ok) return { ok: false, failure: blameReference(reference.failure) };
    return this.#with(program, (compiled) =>
      // Programs that are equal may be checked in different ways.
      checkAgainst(this.#launcher, { ...compiled, program }, reference.value),
    );
  }

  async #reference(program: WireProgram): Promise<WireOutcome<Outputs>> {
    // Programs that are equal may have other outputs compared, or call them otherwise.
    const checked = program.buffers.map(({ name, check }) => (check === null ? null : name));
    const key = JSON.stringify([program.identity, checked]);
    const known = this.#references.get(key);
    if (known !== undefined) return { ok: true, value: known };
    const outcome = await this.#with(program, (compiled) =>
      runOnce(this.#launcher, { ...compiled, program }),
    );
    if (outcome.ok) this.#references.set(key, outcome.value);
    return outcome;
  }
}

/** The reference's position in its own program would be taken for one in the variant. */
function blameReference(failure: WireFailure): WireFailure {
  const where = failure.at === null ? '' : ` (line ${failure.at.line} of its WGSL)`;
  return { kind: failure.kind, message: `the reference failed: ${failure.message}${where}`, at: null };
}

/** Opens a session, a fault as a value. */
export async function openSession(
  wanted: Exchanges['open']['request'],
  context: SessionContext,
): Promise<{ readonly session: Session | null; readonly result: OpenResult }> {
  try {
    const session = await Session.open(wanted, context);
    return { session, result: { ok: true, info: session.info } };
  } catch (error) {
    if (!(error instanceof AdapterFault)) throw error;
    const { problem, message, adapters, nextStep } = error;
    return { session: null, result: { ok: false, problem, message, adapters, nextStep } };
  }
}
