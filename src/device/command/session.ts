import type { FailureKind, Outcome, VariantFailure } from '../../kernel/index.ts';
import type { Clock } from '../../measure/index.ts';
import { AnswerReader } from './answers.ts';
import { cpuSeconds, groupMembers } from './cpu-seconds.ts';
import { waitsForInput } from './input-wait.ts';
import { ProgramGroup, type ProgramStart } from './program-group.ts';

/** An answer to `run`. */
export interface RunAnswer {
  /** What the program says that all launches took, in milliseconds. */
  readonly ms: number;
  /** Smallest difference that it can tell, in milliseconds: the last digit that it printed. */
  readonly resolutionMs: number;
  /** When the answer came, on our clock. */
  readonly atMs: number;
}

/** What a program says that it runs on; null where it does not say. */
export interface ProgramDevice {
  readonly name: string;
  /** As `--sensor` takes it. */
  readonly sensor: string | null;
}

type Answer =
  | { readonly kind: 'ready' | 'written'; readonly atMs: number }
  | ({ readonly kind: 'time' } & RunAnswer);

interface Awaited {
  readonly kind: Answer['kind'];
  /** A refusal of what is asked costs that, and not the program. */
  readonly mayRefuse: boolean;
  settle(outcome: Outcome<Answer>): void;
}

/** How long an answer may take before anybody asks what the program waits for, and how often then. */
const patienceMs = 1000;
const lookMs = 500;
/** What waiting may take of a CPU between two looks. */
const idleSeconds = 0.02;
/** A program that has nothing to read any more prints what it kept, and ends. */
const lastWordsMs = 2000;

/**
 * One running configuration. The program is asked in lines, `run N` and `write FOLDER`, and answers each with one:
 * `time MILLISECONDS` and `written`, or `error WHY`. It begins with `ready`. Other lines are its own.
 */
export class CommandSession {
  readonly #group: ProgramGroup;
  readonly #clock: Clock;
  readonly #reader = new AnswerReader();
  readonly #awaited: Awaited[] = [];
  #device: ProgramDevice | null = null;
  #sensor: string | null = null;
  #configures = false;
  /** Why its last line that may have been an answer was none. */
  #doubt: string | null = null;
  #failure: VariantFailure | null = null;
  /** What comes once it has nothing more to read, comes too late. */
  #lastWords: Set<string> | null = null;

  constructor(start: Omit<ProgramStart, 'onLine'>, clock: Clock) {
    this.#clock = clock;
    this.#group = new ProgramGroup({ ...start, onLine: (line) => this.#receive(line) });
    this.#group.ended.then(async (how) => {
      await this.#group.drained();
      if (this.#lastWords === null) this.#fail('crash', `${how}${this.#words}`);
    });
  }

  get alive(): boolean {
    return this.#failure === null && this.#group.end === null;
  }

  get pid(): number | undefined {
    return this.#group.pid;
  }

  /** Whether it takes `configure`; known when it is ready. */
  get configures(): boolean {
    return this.#configures;
  }

  /** What it runs on, as it says by the time that it is ready. */
  get device(): ProgramDevice | null {
    return this.#device === null ? null : { ...this.#device, sensor: this.#sensor };
  }

  /** Waits until it is ready. */
  async ready(deadlineMs: number): Promise<Outcome<null>> {
    return nothing(await this.#answer('ready', deadlineMs));
  }

  /** Has it become another configuration, `NAME=VALUE` each. One that it refuses leaves it alive, as none. */
  async configure(values: readonly string[], deadlineMs: number): Promise<Outcome<null>> {
    const answered = this.#answer('ready', deadlineMs, true);
    this.#group.send(`configure ${values.join(' ')}`);
    return nothing(await answered);
  }

  /** Launches `launches` times. A second call before the first has been answered is queued in the program's input. */
  async run(launches: number, deadlineMs: number): Promise<Outcome<RunAnswer>> {
    const answered = this.#answer('time', deadlineMs);
    this.#group.send(`run ${launches}`);
    return (await answered) as Outcome<RunAnswer>;
  }

  /** Has it launch once and write each output to `FOLDER/NAME.bin`. */
  async write(folder: string, deadlineMs: number): Promise<Outcome<null>> {
    const answered = this.#answer('written', deadlineMs);
    this.#group.send(`write ${folder}`);
    return nothing(await answered);
  }

  async close(): Promise<void> {
    await (this.#failure === null ? this.#group.close() : this.#group.kill());
  }

  /** What is known beside a failure itself. */
  get #words(): string {
    const { said } = this.#group;
    const doubt = this.#doubt === null ? '' : `; ${this.#doubt}`;
    return said === '' ? doubt : `${doubt}; it last said:\n${said}`;
  }

  #answer(kind: Answer['kind'], deadlineMs: number, mayRefuse = false): Promise<Outcome<Answer>> {
    if (this.#failure !== null) return Promise.resolve({ ok: false, failure: this.#failure });
    return new Promise((resolve) => {
      const seconds = Number((deadlineMs / 1000).toPrecision(3));
      const deadline = setTimeout(
        () => this.#giveUp(kind, `it did not answer '${wordFor(kind)}' within ${seconds} s`),
        deadlineMs,
      );
      const awaited: Awaited = {
        kind,
        mayRefuse,
        settle: (outcome) => {
          clearTimeout(deadline);
          clearTimeout(look);
          resolve(outcome);
        },
      };
      // Rarer and rarer: looking takes the host's time, which a long launch may need.
      let look = setTimeout(() => again(lookMs, null), patienceMs).unref();
      const again = (waitMs: number, before: number | null) => {
        const state = this.#idleState(kind);
        if (state !== null && before !== null && state - before < idleSeconds) {
          const message = `it waits for input and has not answered '${wordFor(kind)}'`;
          this.#giveUp(kind, message);
          return;
        }
        const nextMs = state === null ? 2 * waitMs : lookMs;
        look = setTimeout(() => again(nextMs, state), nextMs).unref();
      };
      this.#awaited.push(awaited);
    });
  }

  /**
   * CPU seconds of a program that seems to wait for us while we wait for it: it reads its input, all of which has been sent, or
   * said something in place of an answer. null for one that is at work, for all that is known.
   */
  #idleState(kind: Answer['kind']): number | null {
    const { pid } = this;
    if (pid === undefined) return null;
    const members = groupMembers(pid);
    const seems = waitsForInput(members) || (this.#doubt !== null && kind !== 'ready');
    return seems ? cpuSeconds(members) : null;
  }

  /** Has it end by itself, in case its answer is only held back. */
  async #giveUp(kind: Answer['kind'], message: string): Promise<void> {
    if (this.#failure !== null || this.#lastWords !== null) return;
    const heard = new Set<string>();
    this.#lastWords = heard;
    this.#group.endInput();
    const ended = this.#group.ended.then(() => this.#group.drained());
    await Promise.race([ended, delay(lastWordsMs)]);
    if (heard.has(kind)) {
      const word = wordFor(kind);
      const how = 'flush standard output after each line: `fflush(stdout)`, `print(..., flush=True)`';
      this.#fail('timeout', `it printed '${word}' only when it had nothing more to read; ${how}`);
    } else this.#fail('timeout', `${message}${this.#words}`);
  }

  #receive(line: string): void {
    const atMs = this.#clock.nowMs();
    const answer = this.#reader.read(line);
    if (answer === null) {
      this.#group.note(line);
      return;
    }
    if (this.#lastWords !== null) {
      this.#lastWords.add(answer.kind);
      return;
    }
    switch (answer.kind) {
      case 'error':
        this.#refuse(answer.why);
        return;
      case 'device':
        this.#device = { name: answer.name, sensor: null };
        return;
      case 'sensor':
        this.#sensor = answer.name;
        return;
      case 'doubtful':
        this.#doubt = answer.why;
        this.#group.note(line);
        return;
      case 'ready':
        this.#configures ||= answer.configures;
        this.#settle({ kind: answer.kind, atMs }, line);
        return;
      default:
        this.#settle({ ...answer, atMs }, line);
    }
  }

  #refuse(why: string): void {
    const [next] = this.#awaited;
    if (next?.mayRefuse !== true) {
      this.#fail('validation', why);
      return;
    }
    this.#awaited.shift();
    next.settle({ ok: false, failure: { kind: 'validation', message: why } });
  }

  /** The first answer that is waited for is this one; another is a library's word, or a mistake that shows in time. */
  #settle(answer: Answer, line: string): void {
    const [next] = this.#awaited;
    if (next?.kind === answer.kind) {
      this.#awaited.shift();
      this.#doubt = null;
      next.settle({ ok: true, value: answer });
      return;
    }
    const wanted = next === undefined ? 'nothing was asked' : `'${wordFor(next.kind)}' was expected`;
    this.#doubt = `it printed '${line.slice(0, 80)}' where ${wanted}`;
  }

  /** It is of no use any more: everything that waits for an answer, or will, is told why. */
  #fail(kind: FailureKind, message: string): void {
    if (this.#failure !== null) return;
    this.#failure = { kind, message };
    for (const { settle } of this.#awaited.splice(0)) settle({ ok: false, failure: this.#failure });
    this.#group.kill().catch(() => undefined);
  }
}

function nothing(outcome: Outcome<Answer>): Outcome<null> {
  return outcome.ok ? { ok: true, value: null } : outcome;
}

function wordFor(kind: Answer['kind']): string {
  return kind === 'time' ? 'time MILLISECONDS' : kind;
}

function delay(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds).unref();
  });
}
