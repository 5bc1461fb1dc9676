import { JoulegateError } from '../errors/index.ts';
import type { Environment } from '../system/index.ts';
import { fixedSettings, type Override, settingArguments } from './git-settings.ts';

export interface GitCommand {
  /** Absolute path of git. */
  readonly program: string;
  /** Folder git runs in. */
  readonly folder: string;
  /** The whole of its environment. */
  readonly variables: Environment;
  /** Settings on top of those that are fixed. */
  readonly overrides: readonly Override[];
  readonly args: readonly string[];
  /** Largest output that is accepted; a mebibyte if it is not given. */
  readonly maxBytes?: number;
  /** What git reads from its input; nothing if it is not given. */
  readonly input?: string;
}

export interface GitResult {
  readonly ok: boolean;
  readonly stdout: Buffer;
  /** What git said when it failed, without control characters. */
  readonly message: string;
}

/** How a git process ended, whichever way it was run. */
export interface GitEnd {
  /** null: it was ended by a signal. */
  readonly status: number | null;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
}

export const defaultMaxBytes = 1024 * 1024;

/** Everything that follows the program's name. @throws JoulegateError (bad-input, `git-setting`) */
export function argumentsOf({ overrides, args }: GitCommand): string[] {
  return ['--no-pager', ...settingArguments([...fixedSettings, ...overrides]), ...args];
}

/**
 * What the end of a git process says about the question it was asked.
 * @throws JoulegateError (bad-input, `dubious-ownership`, `not-a-repository`): failures that have nothing to do with the
 * particular question
 */
export function gitResult({ folder }: GitCommand, { status, stdout, stderr }: GitEnd): GitResult {
  const message = printable(stderr);
  if (status !== 0) throwIfHopeless(folder, message);
  return { ok: status === 0, stdout, message };
}

/** The error of a git process that could not be started. */
export function notStarted(command: GitCommand, cause: NodeJS.ErrnoException): JoulegateError {
  if (cause.code === 'ENOENT') {
    return new JoulegateError('bad-input', `git or the folder ${command.folder} is gone`, {
      code: 'git-missing',
      nextStep: 'Install git and make sure it is on the PATH, or name a folder instead of a revision.',
      cause,
    });
  }
  return new JoulegateError('bad-input', `git ${verbOf(command)} could not be run: ${cause.message}`, {
    code: 'git-failed',
    nextStep: 'Run the command by hand to see more.',
    cause,
  });
}

/** The error of a git process that was ended at its deadline. */
export function timedOut(command: GitCommand, timeoutMs: number): JoulegateError {
  const message = `git ${verbOf(command)} did not answer within ${timeoutMs / 1000} s`;
  return new JoulegateError('bad-input', message, {
    code: 'git-timeout',
    nextStep: 'Check the file system and the network, and try again.',
  });
}

/** The error of a git process that was ended because it wrote more than `maxBytes`. */
export function outputTooLarge(command: GitCommand): JoulegateError {
  return new JoulegateError('bad-input', `git ${verbOf(command)} answered with too much output`, {
    code: 'git-output-too-large',
    nextStep: 'Check that the files are text of a few megabytes at most.',
  });
}

export function notARepository(folder: string): JoulegateError {
  return new JoulegateError('bad-input', `${folder} is not in a git repository`, {
    code: 'not-a-repository',
    nextStep: 'Run this inside a clone, or name a folder instead of a revision.',
  });
}

function verbOf(command: GitCommand): string {
  return command.args.find((argument) => !argument.startsWith('-')) ?? '';
}

function printable(bytes: Buffer): string {
  return bytes
    .subarray(0, 2000)
    .toString('utf8')
    .trim()
    .replace(/\p{Cc}+/gu, ' ');
}

function throwIfHopeless(folder: string, message: string): void {
  if (/dubious ownership/.test(message)) {
    throw new JoulegateError('bad-input', `git refuses ${folder}: it belongs to another user`, {
      code: 'dubious-ownership',
      nextStep: `If you trust it, run: git config --global --add safe.directory "${folder}"`,
    });
  }
  if (/not a git repository/i.test(message)) {
    throw notARepository(folder);
  }
}
