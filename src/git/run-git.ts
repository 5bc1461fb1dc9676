import { spawnSync } from 'node:child_process';
import type { JoulegateError } from '../errors/index.ts';
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

const timeoutMs = 60_000;

/**
 * Asks git about what is on this disk, without a shell, with a deadline and bounded output, and waits for it.
 * A question that git answers with failure comes back as `ok: false`.
 * @throws JoulegateError (bad-input): `git-missing`, `git-timeout`, `git-output-too-large`, `git-failed`,
 * `dubious-ownership`, `not-a-repository`.
 */
export function runGit(command: GitCommand): GitResult {
  const { program, folder, variables, maxBytes = defaultMaxBytes, input } = command;
  const end = spawnSync(program, argumentsOf(command), {
    cwd: folder,
    env: { ...variables },
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    input,
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
    maxBuffer: maxBytes,
    windowsHide: true,
  });
  if (end.error !== undefined) throw runFailure(command, end.error);
  return gitResult(command, end);
}

function runFailure(command: GitCommand, error: NodeJS.ErrnoException): JoulegateError {
  if (error.code === 'ETIMEDOUT') return timedOut(command, timeoutMs);
  if (error.code === 'ENOBUFS') return outputTooLarge(command);
  return notStarted(command, error);
}
