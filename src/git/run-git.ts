import { spawnSync } from 'node:child_process';
import { JoulegateError } from '../errors/index.ts';

/** The parts of `process.env` that the entries hand down. */
export type Environment = Readonly<Record<string, string | undefined>>;

export interface GitCommand {
  /** Folder git runs in. */
  readonly folder: string;
  readonly environment: Environment;
  readonly args: readonly string[];
  /** Largest output that is accepted. */
  readonly maxBytes?: number;
  /** Lets git talk to remotes, with these variables on top. Without it the network is closed to git. */
  readonly network?: Environment;
}

export interface GitResult {
  readonly ok: boolean;
  readonly stdout: Buffer;
  /** What git said when it failed, without control characters. */
  readonly message: string;
}

const timeoutMs = 60_000;
const networkTimeoutMs = 300_000;
const mebibyte = 1024 * 1024;

/** Ways to a remote that run no program of the repository's choice, as `ext` would. */
const remoteProtocols = ['https', 'http', 'ssh', 'file'];

/**
 * Settings a repository must not decide for us: no hooks, no file system monitor (both run programs), no pager, and no
 * network but where it is asked for.
 */
function safeSettings(withNetwork: boolean): string[] {
  const settings = ['core.hooksPath=/dev/null', 'core.fsmonitor=false', 'protocol.allow=never'];
  if (withNetwork) settings.push(...remoteProtocols.map((name) => `protocol.${name}.allow=always`));
  return ['--no-pager', ...settings.flatMap((setting) => ['-c', setting])];
}

/** The caller's environment without anything that redirects git, and with messages in English. */
function gitEnvironment(environment: Environment): Record<string, string> {
  const kept = Object.entries(environment).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !/^(GIT_|LC_|LANG)/i.test(entry[0]),
  );
  return {
    ...Object.fromEntries(kept),
    LC_ALL: 'C',
    GIT_TERMINAL_PROMPT: '0',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_NO_LAZY_FETCH: '1',
  };
}

function printable(bytes: Buffer): string {
  return bytes
    .subarray(0, 2000)
    .toString('utf8')
    .trim()
    .replace(/\p{Cc}+/gu, ' ');
}

/** Failures that have nothing to do with the particular question. */
function throwIfHopeless(folder: string, message: string): void {
  if (/dubious ownership/.test(message)) {
    throw new JoulegateError('bad-input', `git refuses ${folder}: it belongs to another user`, {
      code: 'dubious-ownership',
      nextStep: `If you trust it, run: git config --global --add safe.directory "${folder}"`,
    });
  }
  if (/not a git repository/i.test(message)) {
    throw new JoulegateError('bad-input', `${folder} is not in a git repository`, {
      code: 'not-a-repository',
      nextStep: 'Run this inside a clone, or name a folder instead of a revision.',
    });
  }
}

/**
 * Runs git without a shell, with a deadline and bounded output.
 * A question that git answers with failure comes back as `ok: false`.
 * @throws JoulegateError (bad-input): `git-missing`, `git-timeout`, `git-output-too-large`, `dubious-ownership`,
 * `not-a-repository`.
 */
export function runGit(command: GitCommand): GitResult {
  const { folder, environment, args, maxBytes = mebibyte, network } = command;
  const result = spawnSync('git', [...safeSettings(network !== undefined), ...args], {
    cwd: folder,
    env: { ...gitEnvironment(environment), ...network },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: timeoutOf(command),
    killSignal: 'SIGKILL',
    maxBuffer: maxBytes,
    windowsHide: true,
  });
  if (result.error !== undefined) throw runFailure(result.error as NodeJS.ErrnoException, command);
  const message = printable(result.stderr);
  if (result.status !== 0) throwIfHopeless(folder, message);
  return { ok: result.status === 0, stdout: result.stdout, message };
}

function timeoutOf(command: GitCommand): number {
  return command.network === undefined ? timeoutMs : networkTimeoutMs;
}

function runFailure(error: NodeJS.ErrnoException, command: GitCommand): JoulegateError {
  const verb = command.args[0] ?? '';
  if (error.code === 'ENOENT') {
    return new JoulegateError('bad-input', `git or the folder ${command.folder} was not found`, {
      code: 'git-missing',
      nextStep: 'Install git and make sure it is on the PATH, or name a folder instead of a revision.',
      cause: error,
    });
  }
  if (error.code === 'ETIMEDOUT') {
    return new JoulegateError(
      'bad-input',
      `git ${verb} did not answer within ${timeoutOf(command) / 1000} s`,
      {
        code: 'git-timeout',
        nextStep: 'Check the file system and the network, and try again.',
        cause: error,
      },
    );
  }
  if (error.code === 'ENOBUFS') {
    return new JoulegateError('bad-input', `git ${verb} answered with too much output`, {
      code: 'git-output-too-large',
      nextStep: 'Check that the files are text of a few megabytes at most.',
      cause: error,
    });
  }
  return new JoulegateError('bad-input', `git ${verb} could not be run: ${error.message}`, {
    code: 'git-failed',
    nextStep: 'Run the command by hand to see more.',
    cause: error,
  });
}
