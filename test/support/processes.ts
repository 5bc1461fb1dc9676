import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

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

/** CPU time of a process so far, in clock ticks (10 ms). Linux only. */
export function cpuTicks(pid: number): number {
  // Fields 14 and 15; the second one is the name in parentheses.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return Number(fields[11]) + Number(fields[12]);
}

/** A machine may be busy: what has not come by then does not come. */
const ampleMs = 60_000;

/** Waits until `condition` holds; false if it does not within `limitMs`. */
export async function becomesTrue(condition: () => boolean, limitMs = ampleMs): Promise<boolean> {
  const end = Date.now() + limitMs;
  while (!condition()) {
    if (Date.now() > end) return false;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return true;
}

/** Running processes other than this one whose arguments or working directory hold `text`. Linux only. */
export function runningWith(text: string): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((name) => {
      try {
        const folder = readlinkSync(`/proc/${name}/cwd`);
        return folder.includes(text) || readFileSync(`/proc/${name}/cmdline`, 'utf8').includes(text);
      } catch {
        // It ended while we were looking.
        return false;
      }
    })
    .map(Number)
    .filter(isRunning);
}

/** Processes below one, by the kernel's list of parents. Linux only. */
export function below(pid: number): readonly number[] {
  const parents = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const fields = readFileSync(`/proc/${name}/stat`, 'utf8')
          .replace(/^.*\) /s, '')
          .split(' ');
        return [[Number(name), Number(fields[1])] as const];
      } catch {
        return [];
      }
    });
  const found: number[] = [];
  for (let wave = [pid]; wave.length > 0; ) {
    wave = parents.filter(([, parent]) => wave.includes(parent)).map(([child]) => child);
    found.push(...wave);
  }
  return found;
}

/** Program and arguments of a process, apart by blanks; empty once it is gone. Linux only. */
export function commandLineOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
  } catch {
    return '';
  }
}
