import { spawn } from 'node:child_process';
import { Socket } from 'node:net';
import type { Environment } from '../driver/choice.ts';

/** First argument of the worker bundle that makes it a reaper. */
export const reaperArgument = 'end-programs';

/** What a reaper is started with. */
export interface ReaperSetup {
  readonly workerPath: string;
  readonly environment: Environment;
}

/** Ends the programs that this process leaves behind, whatever ends it: also a SIGKILL. */
export interface Reaper {
  /** Takes a process group on. @returns to be called when it has ended */
  watch(group: number): () => void;
  close(): void;
}

/** Ends a process group at once; nothing if there is none any more. */
export function killGroup(group: number, signal: NodeJS.Signals = 'SIGKILL'): void {
  try {
    process.kill(-group, signal);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // EPERM: what is left of it belongs to somebody else (setuid); there is nothing more to be done.
    if (code !== 'ESRCH' && code !== 'EPERM') throw error;
  }
}

/** Starts a process that watches this one through a pipe. */
export function startReaper({ workerPath, environment }: ReaperSetup): Reaper {
  // A runner ends all processes of a job that carry this variable, before this one has done its work.
  const { RUNNER_TRACKING_ID: _, ...kept } = environment;
  const child = spawn(process.execPath, [workerPath, reaperArgument], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    env: kept as NodeJS.ProcessEnv,
  });
  // Without it programs still end with the pipe that they read from.
  child.on('error', () => undefined);
  child.stdin.on('error', () => undefined);
  child.unref();
  if (child.stdin instanceof Socket) child.stdin.unref();
  return {
    watch(group) {
      child.stdin.write(`+${group}\n`);
      return () => child.stdin.write(`-${group}\n`);
    },
    close: () => child.stdin.end(),
  };
}

/** The reaper's side: at the end of its input it ends what is left. */
export async function reapPrograms(): Promise<void> {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
  const groups = new Set<number>();
  let text = '';
  for await (const chunk of process.stdin) {
    const lines = (text + String(chunk)).split('\n');
    text = lines.pop() ?? '';
    for (const line of lines) {
      const group = Number(line.slice(1));
      // 0 and 1 would be this group and everything.
      if (!Number.isSafeInteger(group) || group <= 1) continue;
      if (line.startsWith('+')) groups.add(group);
      else groups.delete(group);
    }
  }
  for (const group of groups) killGroup(group);
}
