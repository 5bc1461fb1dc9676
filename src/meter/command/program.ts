import { type ChildProcess, spawn } from 'node:child_process';
import type { MeterTime } from '../sensor/time.ts';
import type { Probed } from '../sensor/types.ts';
import type { CommandReading } from './parse.ts';

/** A line is short; a program that prints more without a line end prints no readings. */
const maxLineCharacters = 512;
const maxErrorCharacters = 400;
const politeMs = 500;

const living = new Set<ChildProcess>();
let installed = false;

/** A user's program that prints readings. It is started without a shell, by the constructor, and runs until `close`. */
export class MeterProgram {
  readonly #child: ChildProcess;
  readonly #time: MeterTime;
  readonly #parse: (line: string) => Probed<CommandReading | null>;
  readonly #ended: Promise<void>;
  #pending = '';
  #said = '';
  #fault: string | null = null;
  #closing = false;
  /** The newest reading and when it arrived. */
  latest: (CommandReading & { readonly timeMs: number }) | null = null;

  constructor(options: {
    readonly program: string;
    readonly programArguments: readonly string[];
    /** The process's own unless given. */
    readonly environment: Readonly<Record<string, string>> | undefined;
    readonly time: MeterTime;
    /** What a line says; null if nothing. Called once for every line. */
    parse(line: string): Probed<CommandReading | null>;
  }) {
    const { program, programArguments, environment, time } = options;
    this.#time = time;
    this.#parse = options.parse;
    const child = spawn(program, [...programArguments], {
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: false,
      ...(environment === undefined ? {} : { env: { ...environment } }),
    });
    this.#child = child;
    killAtExit(child);
    child.stdout?.setEncoding('utf8');
    child.stdout?.on('data', (text: string) => this.#receive(text));
    child.stderr?.setEncoding('utf8');
    child.stderr?.on('data', (text: string) => {
      this.#said = (this.#said + text).slice(-maxErrorCharacters);
    });
    this.#ended = new Promise((resolve) => {
      const ended = (how: string) => {
        living.delete(child);
        const said = this.#said.trim();
        this.#fail(said === '' ? how : `${how}; it last said: ${said}`);
        resolve();
      };
      // Again for a signal that may not be sent: to a program that has become another user's.
      child.on('error', (error: NodeJS.ErrnoException) => {
        if (child.pid === undefined) {
          ended(error.code === 'ENOENT' ? `there is no program ${program}` : error.message);
        }
      });
      child.once('close', (status, signal) =>
        ended(signal === null ? `it ended with status ${status}` : `it was ended by ${signal}`),
      );
    });
  }

  /** Why there will be no more readings; null while there may be. */
  get fault(): string | null {
    return this.#fault;
  }

  async close(): Promise<void> {
    this.#closing = true;
    this.#child.kill('SIGTERM');
    // What is printed from now on ends a program that no signal reaches.
    this.#child.stdout?.destroy();
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), politeMs);
    await this.#ended;
    clearTimeout(timer);
  }

  #receive(text: string): void {
    const timeMs = this.#time.nowMs();
    if (this.#fault !== null) return;
    const lines = (this.#pending + text).split('\n');
    this.#pending = lines.pop() ?? '';
    for (const line of lines) if (!this.#take(line, timeMs)) return;
    if (this.#pending.length > maxLineCharacters) this.#refuse('it printed a line without an end');
  }

  #take(line: string, timeMs: number): boolean {
    const parsed = this.#parse(line.slice(0, maxLineCharacters));
    if (!parsed.ok) return this.#refuse(parsed.why);
    if (parsed.value === null) return true;
    if (this.latest !== null && this.latest.quantity !== parsed.value.quantity) {
      return this.#refuse(`it printed ${this.latest.quantity} and then ${parsed.value.quantity}`);
    }
    this.latest = { ...parsed.value, timeMs };
    return true;
  }

  /** A program that prints something else is not listened to any longer. */
  #refuse(why: string): false {
    this.#fail(why);
    this.#child.kill('SIGKILL');
    return false;
  }

  #fail(why: string): void {
    if (!this.#closing) this.#fault ??= why;
  }
}

function killAtExit(child: ChildProcess): void {
  if (!installed) {
    installed = true;
    process.on('exit', () => {
      for (const remaining of living) remaining.kill('SIGKILL');
    });
  }
  living.add(child);
}
