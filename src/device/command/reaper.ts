import { spawn } from 'node:child_process';
import { Socket } from 'node:net';
import { inheritedEnvironment, neutralFolder } from '../../system/index.ts';
import type { Environment } from '../driver/index.ts';
import { removeFolder } from './remove-folder.ts';

/** First argument of the worker bundle that makes it a reaper. */
export const reaperArgument = 'end-programs';

/** What a reaper is started with. */
export interface ReaperSetup {
  readonly workerPath: string;
  readonly environment: Environment;
}

/** Ends the programs and removes the folders that this process leaves behind, whatever ends it: also a SIGKILL. */
export interface Reaper {
  /** Takes a process group on. @returns to be called when it has ended */
  watch(group: number): () => void;
  /** Takes a folder on. @returns to be called when it is gone */
  watchFolder(path: string): () => void;
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
    cwd: neutralFolder,
    env: inheritedEnvironment(kept),
  });
  // Without it programs still end with the pipe that they read from.
  child.on('error', () => undefined);
  child.stdin.on('error', () => undefined);
  child.unref();
  if (child.stdin instanceof Socket) child.stdin.unref();
  const takeOn = (what: string) => {
    child.stdin.write(`+${what}\n`);
    return () => void child.stdin.write(`-${what}\n`);
  };
  return {
    watch: (group) => takeOn(String(group)),
    watchFolder: (path) => takeOn(JSON.stringify(path)),
    close: () => child.stdin.end(),
  };
}

/** The reaper's side: at the end of its input it ends what is left. */
export async function reapPrograms(): Promise<void> {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
  const left = new Set<string>();
  let text = '';
  for await (const chunk of process.stdin) {
    const lines = (text + String(chunk)).split('\n');
    text = lines.pop() ?? '';
    for (const line of lines) {
      if (line.startsWith('+')) left.add(line.slice(1));
      else left.delete(line.slice(1));
    }
  }
  const things = [...left].map((line) => JSON.parse(line) as unknown);
  for (const group of things) {
    // 0 and 1 would be this group and everything.
    if (Number.isSafeInteger(group) && (group as number) > 1) killGroup(group as number);
  }
  for (const folder of things) if (typeof folder === 'string') removeFolder(folder);
}
