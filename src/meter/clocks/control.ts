import { randomUUID } from 'node:crypto';
import { JoulegateError } from '../../errors/index.ts';
import type { MeterTime } from '../sensor/time.ts';
import { markPath, readMark, removeMark, writeMark } from './mark.ts';
import type { BoardClocks, ClockControl, ClockGuard } from './types.ts';
import { type ClockWatchdog, startClockWatchdog } from './watchdog.ts';

/** A locked clock is there at once under load; an idle board may stay below it until work comes. */
const settleMs = 300;
const pollMs = 10;
const nearMhz = 20;

/** Of this process's controls: a mark with another token was left by a process that has ended, for it held the lock. */
const ownTokens = new Set<string>();

/**
 * The control of a board's clock, for a process that holds the board's lock. What an earlier run left locked is restored.
 * @returns `note`: what the user should know; null if nothing
 */
export async function openClockControl(options: {
  readonly board: BoardClocks;
  readonly folder: string | undefined;
  readonly guard: ClockGuard | undefined;
  readonly time: MeterTime;
}): Promise<{ readonly control: ClockControl; readonly note: string | null }> {
  const { board, folder, guard, time } = options;
  const path = markPath(folder, board.key);
  const token = randomUUID();
  ownTokens.add(token);
  let watchdog: ClockWatchdog | null = null;
  let current: number | null = null;
  let queue: Promise<unknown> = Promise.resolve();

  async function protect(): Promise<void> {
    if (folder !== undefined && path !== null) writeMark(folder, path, token);
    const { libraryPath, uuid } = board;
    if (guard !== undefined && watchdog === null) {
      watchdog = await startClockWatchdog({ libraryPath, uuid, markPath: path, token }, guard);
    }
  }

  async function unprotect(): Promise<void> {
    if (path !== null && readMark(path) === token) removeMark(path);
    await watchdog?.dismiss();
    watchdog = null;
  }

  async function lock(mhz: number): Promise<void> {
    const supported = await board.supported();
    if (supported.ok && !supported.value.includes(mhz)) throw unsupported(board, mhz, supported.value);
    await protect();
    const locked = await board.lock(mhz);
    if (!locked.ok) {
      if (current === null) await unprotect();
      throw refused(board, `its clock cannot be locked at ${mhz} MHz: ${locked.why}`);
    }
    current = mhz;
    const endMs = time.nowMs() + settleMs;
    while (time.nowMs() < endMs) {
      const now = await board.smMhz();
      if (now === null || Math.abs(now - mhz) <= nearMhz) return;
      await time.sleep(pollMs);
    }
  }

  async function unlock(): Promise<void> {
    const unlocked = await board.unlock();
    if (!unlocked.ok) throw refused(board, `its clock cannot be restored: ${unlocked.why}`);
    current = null;
  }

  function set(mhz: number | null): Promise<void> {
    const done = queue.then(async () => {
      if (mhz === current) return;
      await (mhz === null ? unlock() : lock(mhz));
    });
    queue = done.catch(() => undefined);
    return done;
  }

  let note: string | null = null;
  const left = path === null ? null : readMark(path);
  if (path !== null && left !== null && !ownTokens.has(left)) {
    const restored = await board.unlock();
    if (restored.ok) removeMark(path);
    note = restored.ok
      ? 'the clock that an earlier run left locked was restored'
      : `an earlier run left its clock locked, and it cannot be restored: ${restored.why}`;
  }
  return {
    note,
    control: {
      set,
      async close() {
        await set(null);
        await unprotect();
      },
    },
  };
}

function unsupported({ label }: BoardClocks, mhz: number, all: readonly number[]): JoulegateError {
  const nearest = [...all].sort((a, b) => Math.abs(a - mhz) - Math.abs(b - mhz)).slice(0, 2);
  return new JoulegateError('bad-input', `${label} has no SM clock of ${mhz} MHz.`, {
    code: 'unsupported-clock',
    nextStep: `The nearest are ${nearest.join(' and ')} MHz; \`nvidia-smi -q -d SUPPORTED_CLOCKS\` lists all. Change \`clocks\` in the manifest.`,
  });
}

function refused({ label }: BoardClocks, why: string): JoulegateError {
  return new JoulegateError('could-not-measure', `${label}: ${why}.`, {
    code: 'clocks-refused',
    nextStep:
      'Locking clocks takes administrator rights and a GPU of Volta or newer: check with `sudo nvidia-smi -lgc 1200,1200` and `sudo nvidia-smi -rgc`, run the job as root, or remove `clocks` from the manifest.',
  });
}
