import { type ChildProcess, spawn } from 'node:child_process';
import { Socket } from 'node:net';
import type { NativeSearch } from '../../native/index.ts';
import { inheritedEnvironment, neutralFolder } from '../../system/index.ts';
import { unlockByUuid } from '../nvml/clocks.ts';
import { readMark, removeMark } from './mark.ts';
import type { ClockGuard } from './types.ts';

/** First argument of the worker bundle that makes it a watchdog. */
export const clockWatchdogArgument = 'restore-clocks';

/** A driver that does not answer must not keep the process for ever. */
const longestRestoreMs = 30_000;
const longestGoodbyeMs = 2000;

interface Order {
  readonly libraryPath: string;
  readonly uuid: string;
  /** With a mark, clocks are only restored while it is this process's own. */
  readonly markPath: string | null;
  readonly token: string;
}

export interface ClockWatchdog {
  /** Clocks are restored: it has nothing to do any more. */
  dismiss(): Promise<void>;
}

/** Starts a process that restores a board's clock as soon as this one has ended, however it ends. */
export async function startClockWatchdog(order: Order, guard: ClockGuard): Promise<ClockWatchdog> {
  // A runner ends all processes of a job that carry this variable.
  const { RUNNER_TRACKING_ID: _, ...environment } = guard.environment;
  const child = spawn(process.execPath, [guard.workerPath, clockWatchdogArgument], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    cwd: neutralFolder,
    env: inheritedEnvironment(environment),
  });
  // A watchdog that died leaves the mark, which the next run acts on.
  child.stdin.on('error', () => undefined);
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', reject);
  });
  await new Promise<void>((resolve) => child.stdin.write(`${JSON.stringify(order)}\n`, () => resolve()));
  child.unref();
  if (child.stdin instanceof Socket) child.stdin.unref();
  return { dismiss: () => dismiss(child) };
}

async function dismiss(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.stdin?.end('restored\n');
  await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, longestGoodbyeMs).unref())]);
}

/** The watchdog's side: waits for the end of its input, then restores unless that is done. Ends by itself. */
export async function watchClocks(search: NativeSearch): Promise<void> {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
  let text = '';
  for await (const chunk of process.stdin) text += String(chunk);
  const [first, last] = text.split('\n');
  if (first === undefined || first === '' || last === 'restored') return;
  setTimeout(() => process.exit(1), longestRestoreMs).unref();
  const { markPath, token, ...board } = JSON.parse(first) as Order;
  // Whoever measures on this GPU by now has found the mark and restored the clock; it may have locked another.
  if (markPath !== null && readMark(markPath) !== token) return;
  const restored = await unlockByUuid(board, search);
  if (restored.ok && markPath !== null && readMark(markPath) === token) removeMark(markPath);
}
