import { availableParallelism } from 'node:os';
import type { CommandProgram, Outcome, PrintSource, VariantFailure } from '../../kernel/index.ts';
import type { CommandWorkspace } from './workspace.ts';

/** Longest program that one may print, as long as all modules of a WESL program. */
const maxBytes = 4 * 1024 * 1024;

/** What prints a program compiles nothing. */
const longestMs = 60_000;

/** Texts that are kept, in bytes: those of some thousand configurations. */
const maxKeptBytes = 64 * 1024 * 1024;

export interface SourcePrinterOptions {
  readonly workspace: Pick<CommandWorkspace, 'output'>;
  /** Most programs at a time; all cores but one unless given. */
  readonly parallel?: number;
  /** Longest time that a program may take, in milliseconds. */
  readonly longestMs?: number;
}

/**
 * Has programs print WGSL: each with its arguments once for as long as its text is kept, some at a time. Whoever asks for one
 * early finds it printed later.
 */
export class SourcePrinter {
  readonly #workspace: SourcePrinterOptions['workspace'];
  readonly #longestMs: number;
  #free: number;
  readonly #waiting: (() => void)[] = [];
  /** By identity, the least recently asked for first. */
  readonly #printed = new Map<string, Promise<Outcome<string>>>();
  readonly #keptBytes = new Map<string, number>();
  /** Whether a program printed the same once more. */
  readonly #again = new Map<string, Promise<Outcome<string>>>();

  constructor({ workspace, parallel, longestMs: own = longestMs }: SourcePrinterOptions) {
    this.#workspace = workspace;
    this.#longestMs = own;
    this.#free = Math.max(1, parallel ?? availableParallelism() - 1);
  }

  readonly print: PrintSource = (program, { twice }) => {
    const { identity } = program;
    const first = this.#printed.get(identity) ?? this.#run(program);
    this.#printed.delete(identity);
    this.#printed.set(identity, first);
    if (!twice) return this.#again.get(identity) ?? first;
    const known = this.#again.get(identity);
    if (known !== undefined) return known;
    // Beside the first, which may be under way.
    const again = this.#compare(program, first, this.#run(program));
    this.#again.set(identity, again);
    return again;
  };

  async #compare(
    { run }: CommandProgram,
    ...[first, second]: [Promise<Outcome<string>>, Promise<Outcome<string>>]
  ): Promise<Outcome<string>> {
    const [one, other] = await Promise.all([first, second]);
    if (!one.ok) return one;
    if (!other.ok) return other;
    if (one.value === other.value) return one;
    const [before, after] = [one.value.split('\n'), other.value.split('\n')];
    const at = before.findIndex((line, i) => line !== after[i]);
    const line = at === -1 ? before.length : at;
    const shown = (text: string | undefined) =>
      text === undefined ? 'nothing' : `\`${text.trim().slice(0, 80)}\``;
    return failed(
      'validation',
      `\`${commandText(run)}\` prints different programs for the same configuration: line ${line + 1} is ${shown(before[line])} once and ${shown(after[line])} then`,
    );
  }

  async #run(program: CommandProgram): Promise<Outcome<string>> {
    await this.#turn();
    try {
      const output = await this.#workspace.output(program, { maxBytes, longestMs: this.#longestMs });
      const text = output.ok ? textOf(output.value, program) : output;
      if (text.ok) this.#keep(program.identity, text.value.length);
      return text;
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free++;
      else next();
    }
  }

  #turn(): Promise<void> | void {
    if (this.#free > 0) {
      this.#free--;
      return;
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #keep(identity: string, bytes: number): void {
    this.#keptBytes.set(identity, bytes);
    let all = 0;
    for (const kept of this.#keptBytes.values()) all += kept;
    for (const oldest of this.#printed.keys()) {
      if (all <= maxKeptBytes) break;
      all -= this.#keptBytes.get(oldest) ?? 0;
      this.#keptBytes.delete(oldest);
      this.#printed.delete(oldest);
      this.#again.delete(oldest);
    }
  }
}

function commandText(run: readonly string[]): string {
  return run.join(' ').slice(0, 200);
}

/** What was printed, as text. */
function textOf(bytes: Uint8Array, { run }: CommandProgram): Outcome<string> {
  const program = `\`${commandText(run)}\``;
  if (bytes.byteLength > maxBytes)
    return failed('validation', `${program} prints more than ${maxBytes / 1024 / 1024} MiB`);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return failed('validation', `${program} prints what is no text in UTF-8`);
  }
  if (text.trim() === '') return failed('validation', `${program} prints nothing`);
  if (text.includes('\0')) return failed('validation', `${program} prints the character NUL`);
  return { ok: true, value: text };
}

function failed(kind: VariantFailure['kind'], message: string): Outcome<never> {
  return { ok: false, failure: { kind, message } };
}
