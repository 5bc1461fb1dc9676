import type { FailureKind, Outcome, VariantFailure } from '../../kernel/index.ts';
import type { Clock } from '../../measure/index.ts';
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

type Answer =
  | { readonly kind: 'ready' | 'written'; readonly atMs: number }
  | ({ readonly kind: 'time' } & RunAnswer);

interface Awaited {
  readonly kind: Answer['kind'];
  settle(outcome: Outcome<Answer>): void;
}

/** Finer than any timer. */
const finestMs = 1e-6;

/**
 * One running configuration. The program is asked in lines, `run N` and `write FOLDER`, and answers each with one:
 * `time MILLISECONDS` and `written`, or `error WHY`. It begins with `ready`. Other lines are its own.
 */
export class CommandSession {
  readonly #group: ProgramGroup;
  readonly #clock: Clock;
  readonly #awaited: Awaited[] = [];
  #failure: VariantFailure | null = null;

  constructor(start: Omit<ProgramStart, 'onLine'>, clock: Clock) {
    this.#clock = clock;
    this.#group = new ProgramGroup({ ...start, onLine: (line) => this.#receive(line) });
    this.#group.ended.then(async (how) => {
      await this.#group.drained();
      const { said } = this.#group;
      this.#fail('crash', said === '' ? how : `${how}; it last said:\n${said}`);
    });
  }

  get alive(): boolean {
    return this.#failure === null && this.#group.end === null;
  }

  get pid(): number | undefined {
    return this.#group.pid;
  }

  /** Waits until it is ready. */
  async ready(deadlineMs: number): Promise<Outcome<null>> {
    const outcome = await this.#answer('ready', deadlineMs);
    return outcome.ok ? { ok: true, value: null } : outcome;
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
    const outcome = await answered;
    return outcome.ok ? { ok: true, value: null } : outcome;
  }

  async close(): Promise<void> {
    await (this.#failure === null ? this.#group.close() : this.#group.kill());
  }

  #answer(kind: Answer['kind'], deadlineMs: number): Promise<Outcome<Answer>> {
    if (this.#failure !== null) return Promise.resolve({ ok: false, failure: this.#failure });
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        const seconds = Number((deadlineMs / 1000).toPrecision(3));
        const { said } = this.#group;
        const words = said === '' ? '' : `; it last said:\n${said}`;
        this.#fail('timeout', `it did not answer '${wordFor(kind)}' within ${seconds} s${words}`);
      }, deadlineMs);
      this.#awaited.push({
        kind,
        settle: (outcome) => {
          clearTimeout(timer);
          resolve(outcome);
        },
      });
    });
  }

  #receive(line: string): void {
    const atMs = this.#clock.nowMs();
    const match = /^(ready|written|time|error)(?:\s+(.*))?$/.exec(line.trimEnd());
    if (match === null) {
      this.#group.note(line);
      return;
    }
    const [, word = '', rest = ''] = match;
    if (word === 'error') {
      this.#fail('validation', rest === '' ? 'it says that it cannot run this configuration' : rest);
      return;
    }
    const [next] = this.#awaited;
    if (next === undefined || next.kind !== word) {
      const wanted = next === undefined ? 'nothing was asked' : `'${wordFor(next.kind)}' was expected`;
      this.#fail('crash', `it printed '${line.slice(0, 80)}' where ${wanted}`);
      return;
    }
    const answer = word === 'time' ? readTime(rest, atMs) : { kind: next.kind, atMs };
    if (answer === null) {
      this.#fail('crash', `it printed '${line.slice(0, 80)}', which is no time in milliseconds`);
      return;
    }
    this.#awaited.shift();
    next.settle({ ok: true, value: answer as Answer });
  }

  /** It is of no use any more: everything that waits for an answer, or will, is told why. */
  #fail(kind: FailureKind, message: string): void {
    if (this.#failure !== null) return;
    this.#failure = { kind, message };
    for (const { settle } of this.#awaited.splice(0)) settle({ ok: false, failure: this.#failure });
    this.#group.kill().catch(() => undefined);
  }
}

function wordFor(kind: Answer['kind']): string {
  return kind === 'time' ? 'time MILLISECONDS' : kind;
}

function readTime(text: string, atMs: number): Answer | null {
  const match = /^(\d+)(?:\.(\d*))?(?:e([+-]?\d+))?(?: *ms)?$/i.exec(text.trim());
  if (match === null) return null;
  const [, , digits = '', exponent = '0'] = match;
  const ms = Number.parseFloat(text);
  if (!Number.isFinite(ms)) return null;
  return {
    kind: 'time',
    ms,
    resolutionMs: Math.max(finestMs, 10 ** (Number(exponent) - digits.length)),
    atMs,
  };
}
