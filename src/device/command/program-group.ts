import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { killAtExit, Tail } from '../process/index.ts';
import { killGroup, type Reaper } from './reaper.ts';

/** How a program is started. */
export interface ProgramStart {
  readonly program: readonly string[];
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly reaper: Reaper;
  readonly onLine?: (line: string) => void;
  /** Gets what it prints as it is, in place of lines. */
  readonly onBytes?: (bytes: Buffer) => void;
}

/** What is kept of a program's output, for messages. */
const tailCharacters = 8192;
/** A longer line is nothing that a program has to say to us. */
const maxLineCharacters = 4096;

/** How long a program may take to end by itself once it has nothing to read, and once it was asked to. */
const politeMs = 1000;
/** How long one that was killed may take to be gone. */
const goneMs = 5000;

/**
 * A user's program in a process group of its own, started without a shell by the constructor. What it starts ends with it,
 * unless that leaves the group.
 */
export class ProgramGroup {
  /** null if it could not be started at all. */
  readonly #child: ChildProcessWithoutNullStreams | null;
  readonly #tail = new Tail(tailCharacters);
  readonly #gone: Promise<void>;
  #pending = '';
  #end: string | null = null;
  /** Resolves with how it ended: `it ended with status 1`. */
  readonly ended: Promise<string>;

  constructor(start: ProgramStart) {
    const { onLine, onBytes } = start;
    const started = startProgram(start);
    if ('fault' in started) {
      this.#child = null;
      this.#end = started.fault;
      this.#gone = Promise.resolve();
      this.ended = Promise.resolve(started.fault);
      return;
    }
    const { child } = started;
    this.#child = child;
    const group = child.pid;
    const spared = group === undefined ? [] : [killAtExit(() => killGroup(group)), start.reaper.watch(group)];
    // A program that has ended cannot be written to; its end is told by `ended`.
    child.stdin.on('error', () => undefined);
    if (onBytes === undefined) {
      child.stdout.setEncoding('utf8');
      child.stdout.on('data', (text: string) => this.#receive(text, onLine));
    } else child.stdout.on('data', onBytes);
    child.stderr.setEncoding('utf8');
    child.stderr.on('data', (text: string) => this.#tail.push(text));
    this.#gone = new Promise((resolve) => child.once('close', () => resolve()));
    this.ended = new Promise((resolve) => {
      const end = (how: string) => {
        this.#end ??= how;
        // What it started and left behind would go on using the GPU.
        if (group !== undefined) killGroup(group);
        for (const one of spared) one();
        resolve(this.#end);
      };
      child.once('exit', (status, signal) =>
        end(signal === null ? `it ended with status ${status}` : `it was ended by ${signal}`),
      );
      child.once('error', (error: NodeJS.ErrnoException) => {
        if (group === undefined) end(startFault(start, error));
      });
    });
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** How it ended; null while it runs. */
  get end(): string | null {
    return this.#end;
  }

  /** The last lines that it printed, as far as they were no answers. */
  get said(): string {
    return this.#tail.summary(8);
  }

  /** Keeps a line for messages. */
  note(line: string): void {
    this.#tail.push(`${line}\n`);
  }

  send(line: string): void {
    if (this.#end === null) this.#child?.stdin.write(`${line}\n`);
  }

  /** There is nothing more for it to read. */
  endInput(): void {
    this.#child?.stdin.end();
  }

  /** Lets it end by itself, then asks it to, then kills it. */
  async close(): Promise<void> {
    this.endInput();
    if (await this.#endsWithin(politeMs)) return;
    if (this.pid !== undefined) killGroup(this.pid, 'SIGTERM');
    if (await this.#endsWithin(politeMs)) return;
    await this.kill();
  }

  /** Ends it at once. Resolves when it is gone, or cannot be waited for any longer. */
  async kill(): Promise<void> {
    if (this.pid !== undefined && this.#end === null) killGroup(this.pid);
    await this.#endsWithin(goneMs);
    // Its last words come before 'close'; a descendant that left the group may hold the pipes for ever.
    await Promise.race([this.#gone, delay(politeMs)]);
    for (const stream of [this.#child?.stdin, this.#child?.stdout, this.#child?.stderr]) stream?.destroy();
  }

  /** Resolves when everything that it printed before its end has been read. */
  async drained(): Promise<void> {
    await Promise.race([this.#gone, delay(politeMs)]);
  }

  async #endsWithin(milliseconds: number): Promise<boolean> {
    await Promise.race([this.ended, delay(milliseconds)]);
    return this.#end !== null;
  }

  #receive(text: string, onLine: ((line: string) => void) | undefined): void {
    const lines = (this.#pending + text).split('\n');
    this.#pending = (lines.pop() ?? '').slice(-maxLineCharacters);
    for (const line of lines) {
      if (onLine === undefined) this.note(line);
      else onLine(line.replace(/\r$/, ''));
    }
  }
}

/** Why a program could not be started, for its user. */
function startFault({ program, folder }: ProgramStart, error: NodeJS.ErrnoException): string {
  const [file = ''] = program;
  if (error.code === 'ENOENT') {
    return existsSync(folder) ? `there is no program ${file}` : 'its folder is gone';
  }
  if (error.code === 'EACCES')
    return `${file} may not be run: it is not marked as executable, or lies where nothing is`;
  return `${file} cannot be started: ${error.message}`;
}

/** Some faults are thrown, others told later: all of them cost one program. */
function startProgram(
  start: ProgramStart,
): { readonly child: ChildProcessWithoutNullStreams } | { readonly fault: string } {
  const [file = '', ...rest] = start.program;
  try {
    const child = spawn(file, rest, {
      cwd: start.folder,
      env: { ...start.environment },
      detached: true,
      shell: false,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    return { child };
  } catch (error) {
    return { fault: startFault(start, error as NodeJS.ErrnoException) };
  }
}

function delay(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds).unref();
  });
}
