import { type ChildProcess, spawn } from 'node:child_process';
import { JoulegateError } from '../errors/index.ts';
import {
  argumentsOf,
  defaultMaxBytes,
  type GitCommand,
  type GitResult,
  gitResult,
  notStarted,
  outputTooLarge,
  timedOut,
} from './git-process.ts';

export interface RemoteGitCommand extends GitCommand {
  /** Ends git when it is aborted. */
  readonly signal?: AbortSignal | undefined;
}

const timeoutMs = 300_000;
/** For git to remove its lock files, which would fail the next fetch. */
const politeMs = 2000;

/**
 * Runs a git command that may talk to remotes, like `runGit` otherwise, but without blocking: a remote may be silent for
 * minutes. When it is given up, git ends with all the processes it started, before the promise settles.
 * @throws JoulegateError: those of `runGit`; (interrupted, `interrupted`) if `signal` is aborted first
 */
export async function runRemoteGit(command: RemoteGitCommand): Promise<GitResult> {
  const { signal } = command;
  if (signal?.aborted === true) throw interrupted(command);
  const child = start(command);
  let givenUp: JoulegateError | null = null;
  let killTimer: NodeJS.Timeout | undefined;
  const giveUp = (why: JoulegateError): void => {
    if (givenUp !== null) return;
    givenUp = why;
    endGroup(child, 'SIGTERM');
    killTimer = setTimeout(() => {
      endGroup(child, 'SIGKILL');
      // A process that left the group may hold the pipes open for as long as it likes.
      child.stdout?.destroy();
      child.stderr?.destroy();
    }, politeMs);
  };
  const deadline = setTimeout(() => giveUp(timedOut(command, timeoutMs)), timeoutMs);
  const onAbort = (): void => giveUp(interrupted(command));
  signal?.addEventListener('abort', onAbort, { once: true });
  const tooLarge = (): void => giveUp(outputTooLarge(command));
  const { maxBytes = defaultMaxBytes } = command;
  const stdout = collect(child.stdout, maxBytes, tooLarge);
  const stderr = collect(child.stderr, maxBytes, tooLarge);
  try {
    const status = await ending(child, command);
    if (givenUp === null) return gitResult(command, { status, stdout: stdout(), stderr: stderr() });
    // What closed its pipes and stayed.
    endGroup(child, 'SIGKILL');
    throw givenUp;
  } finally {
    clearTimeout(deadline);
    clearTimeout(killTimer);
    signal?.removeEventListener('abort', onAbort);
  }
}

/** In a process group of its own, because a fetch is several processes. */
function start(command: RemoteGitCommand): ChildProcess {
  const { program, folder, variables } = command;
  try {
    return spawn(program, argumentsOf(command), {
      cwd: folder,
      env: { ...variables },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
      windowsHide: true,
    });
  } catch (error) {
    throw notStarted(command, error as NodeJS.ErrnoException);
  }
}

function endGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // Nobody is left in the group, or the system has no groups; then this ends what there is, if anything.
    child.kill(signal);
  }
}

/** @returns what was written so far; past `maxBytes` it is dropped and `tooLarge` called */
function collect(stream: ChildProcess['stdout'], maxBytes: number, tooLarge: () => void): () => Buffer {
  const chunks: Buffer[] = [];
  let bytes = 0;
  stream?.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > maxBytes) tooLarge();
    else chunks.push(chunk);
  });
  return () => Buffer.concat(chunks);
}

/** @returns the status once git has ended and everything it wrote was read; null if a signal ended it */
function ending(child: ChildProcess, command: GitCommand): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.once('error', (error) => reject(notStarted(command, error)));
    child.once('close', (status) => resolve(status));
  });
}

function interrupted(command: GitCommand): JoulegateError {
  return new JoulegateError('interrupted', `git ${command.args[0]} was interrupted`, { code: 'interrupted' });
}
