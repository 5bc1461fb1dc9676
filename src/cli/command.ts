import type { Host } from '../app/index.ts';
import type { ExitCode } from '../errors/index.ts';

export interface OptionSpec {
  readonly type: 'string' | 'boolean' | 'integer' | 'number';
  /** Placeholder in the help text, e.g. `FILE`. */
  readonly value?: string;
  readonly help: string;
  readonly choices?: readonly string[];
  readonly min?: number;
  readonly max?: number;
}

export type OptionValue = string | boolean | number | undefined;

/** Parsed and checked arguments of one command. */
export interface Arguments {
  readonly positionals: readonly string[];
  text(name: string): string | undefined;
  /** All values of an option that may be given several times, in order. */
  texts(name: string): readonly string[];
  flag(name: string): boolean;
  number(name: string): number | undefined;
}

/** What a command leaves behind: text for standard output and the exit status. */
export interface CommandResult {
  /** May hold text out of files as it is, and colours: `main` makes it fit for terminals and logs. */
  readonly output: string;
  /** A file rather than a text for people: it is left as it is. */
  readonly isDocument?: boolean;
  readonly exitCode: ExitCode;
}

export interface CommandSpec {
  readonly name: string;
  readonly summary: string;
  /** Names of positional arguments; a trailing `?` marks an optional one. */
  readonly positionals: readonly string[];
  readonly description: string;
  readonly examples: readonly string[];
  readonly options: Readonly<Record<string, OptionSpec>>;
  run(args: Arguments, host: Host, terminal: Terminal): Promise<CommandResult>;
}

/** What standard output can show. */
export interface Terminal {
  readonly colour: boolean;
  readonly width: number;
}
