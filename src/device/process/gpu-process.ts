import { type ChildProcess, fork } from 'node:child_process';
import { neutralFolder } from '../../system/index.ts';
import type {
  ContentsNotice,
  Exchanges,
  ExpectedNotice,
  ExpectNotice,
  RequestEnvelope,
  RequestKind,
  ResponseEnvelope,
  WireProgram,
  WorkerRequest,
} from '../protocol.ts';
import { killAtExit } from './kill-at-exit.ts';
import { Tail } from './tail.ts';

/** How a request ended. */
export type Exchange<T> =
  | { readonly status: 'answered'; readonly response: T }
  /** The process is gone; the next request needs a fresh one. `begun`: it had taken the request up. */
  | {
      readonly status: 'lost';
      readonly kind: 'crash' | 'timeout';
      readonly begun: boolean;
      /** Identities of programs that it was compiling ahead: the end may be one of theirs. */
      readonly expecting: readonly string[];
      readonly message: string;
    };

interface Pending {
  readonly id: number;
  begun: boolean;
  settle(exchange: Exchange<unknown>): void;
}

/** What is kept of the process's own output, for messages about crashes. */
const tailCharacters = 8192;

/** Contents that it keeps, unless one request needs more. */
const maxContentBytes = 512 * 1024 ** 2;

/** How long a process may take to be gone after it was killed or asked to close. */
const goneMs = 5000;
const politeMs = 2000;

/**
 * One GPU process: started by the constructor, over after its first crash or missed deadline. Nothing it prints reaches
 * this process's own output.
 */
export class GpuProcess {
  readonly #child: ChildProcess;
  readonly #tail = new Tail(tailCharacters);
  readonly #gone: Promise<void>;
  #pending: Pending | null = null;
  readonly #expecting = new Set<string>();
  /** Contents that it has, with their bytes. */
  readonly #provided = new Map<string, number>();
  #lastId = 0;
  #alive = true;

  constructor(options: {
    readonly workerPath: string;
    readonly environment: Readonly<Record<string, string>>;
    readonly onLog?: ((text: string) => void) | undefined;
  }) {
    const child = fork(options.workerPath, [String(process.pid)], {
      env: { ...options.environment },
      cwd: neutralFolder,
      // `worker/programs.ts` says why.
      execArgv: ['--expose-gc'],
      serialization: 'advanced',
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.#child = child;
    const spared = killAtExit(() => child.kill('SIGKILL'));
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8');
      stream?.on('data', (text: string) => {
        this.#tail.push(text);
        options.onLog?.(text);
      });
    }
    child.on('message', (message) => this.#receive(message as ResponseEnvelope | ExpectedNotice));
    this.#gone = new Promise((resolve) => {
      const ended = (what: string) => {
        this.#alive = false;
        spared();
        this.#lose('crash', what);
        resolve();
      };
      // 'close' follows 'exit' once the output is read to its end.
      child.once('close', (status, signal) => ended(endText(status, signal)));
      child.on('error', (error) => {
        this.#tail.push(`${error.message}\n`);
        if (child.pid === undefined) ended('it could not be started');
      });
    });
  }

  get alive(): boolean {
    return this.#alive && this.#child.connected;
  }

  /** For tests and messages; undefined if it never started. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Sends a request and waits for its response, at most `deadlineMs`. One at a time. */
  async request<Kind extends RequestKind>(
    kind: Kind,
    request: Exchanges[Kind]['request'],
    deadlineMs: number,
  ): Promise<Exchange<Exchanges[Kind]['response']>> {
    if (this.#pending !== null) throw new Error('a request to the GPU process is still pending');
    const id = ++this.#lastId;
    const answered = new Promise<Exchange<unknown>>((settle) => {
      this.#pending = { id, begun: false, settle };
    });
    const timer = setTimeout(() => {
      this.#lose('timeout', `no answer within ${formatSeconds(deadlineMs)}`);
      this.#child.kill('SIGKILL');
    }, deadlineMs);
    const envelope: RequestEnvelope = { id, request: { kind, ...request } as unknown as WorkerRequest };
    if (this.alive) {
      // A process that dies meanwhile makes the send fail; its end is reported by 'close'.
      this.#child.send(envelope, (error) => error && this.#child.kill('SIGKILL'));
    }
    const exchange = await (this.#alive ? answered : Promise.race([answered, this.#goneAlready()]));
    clearTimeout(timer);
    this.#pending = null;
    if (exchange.status === 'lost') await this.kill();
    return exchange as Exchange<Exchanges[Kind]['response']>;
  }

  /** Says that a program will be wanted soon. Never waits. */
  expect(program: WireProgram): void {
    if (!this.alive) return;
    this.#expecting.add(program.identity);
    const notice: ExpectNotice = { expect: program };
    this.#child.send(notice, () => undefined);
  }

  /** Hands over what buffers hold, as far as the process has not got it. Never waits. */
  provide(contents: ReadonlyMap<string, Uint8Array>): void {
    const missing = new Map([...contents].filter(([name]) => !this.#provided.has(name)));
    if (missing.size === 0 || !this.alive) return;
    const sizes = [...this.#provided.values(), ...[...missing.values()].map(({ byteLength }) => byteLength)];
    const forget = sizes.reduce((sum, bytes) => sum + bytes, 0) > maxContentBytes;
    if (forget) this.#provided.clear();
    for (const [name, { byteLength }] of contents) this.#provided.set(name, byteLength);
    const notice: ContentsNotice = { contents: forget ? contents : missing, forget };
    this.#child.send(notice, () => undefined);
  }

  /** Lets the process destroy its device and exit; kills it if it is busy or does not. */
  async close(): Promise<void> {
    if (this.#pending !== null || !this.alive) return this.kill();
    const closed = this.request('close', {}, politeMs);
    await Promise.race([closed, this.#gone]);
    await this.kill();
  }

  /** Ends the process at once. Resolves when it is gone. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    // A process stuck in the driver's kernel code dies when that returns; waiting longer would not help.
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, goneMs);
    });
    await Promise.race([this.#gone, late]);
    clearTimeout(timer);
  }

  async #goneAlready(): Promise<Exchange<never>> {
    await this.#gone;
    return { status: 'lost', kind: 'crash', begun: false, expecting: [], message: 'it was gone already' };
  }

  #receive(message: ResponseEnvelope | ExpectedNotice): void {
    if (message !== null && typeof message === 'object' && 'expected' in message) {
      this.#expecting.delete(message.expected);
      return;
    }
    const pending = this.#pending;
    if (pending === null || message?.id !== pending.id) return;
    if ('begun' in message) pending.begun = true;
    else pending.settle({ status: 'answered', response: message.response });
  }

  #lose(kind: 'crash' | 'timeout', what: string): void {
    if (this.#pending === null) return;
    const { begun, settle } = this.#pending;
    const said = this.#tail.summary();
    settle({
      status: 'lost',
      kind,
      begun,
      expecting: [...this.#expecting],
      message: said === '' ? what : `${what}; it last said:\n${said}`,
    });
  }
}

function endText(status: number | null, signal: NodeJS.Signals | null): string {
  return signal === null ? `it ended with status ${status}` : `it was ended by ${signal}`;
}

function formatSeconds(milliseconds: number): string {
  return `${Number((milliseconds / 1000).toPrecision(3))} s`;
}
