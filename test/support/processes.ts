import { readdirSync, readFileSync } from 'node:fs';

function statusField(pid: string, field: string): string | null {
  try {
    return (
      new RegExp(`^${field}:\\s*(.*)$`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? null
    );
  } catch {
    // It ended while we were looking.
    return null;
  }
}

/** Whether a process is there and not a zombie. */
export function isRunning(pid: number): boolean {
  const state = statusField(String(pid), 'State');
  return state !== null && !state.startsWith('Z');
}

/** Running children of this process whose command line names `script`. Linux only. */
export function childrenRunning(script: string): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && statusField(name, 'PPid') === String(process.pid))
    .filter((name) => readFileSync(`/proc/${name}/cmdline`, 'utf8').split('\0').includes(script))
    .map(Number)
    .filter(isRunning);
}

/** Waits until `condition` holds; false if it does not within `limitMs`. */
export async function becomesTrue(condition: () => boolean, limitMs: number): Promise<boolean> {
  const end = Date.now() + limitMs;
  while (!condition()) {
    if (Date.now() > end) return false;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return true;
}
