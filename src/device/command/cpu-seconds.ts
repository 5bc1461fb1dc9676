import { readdirSync, readFileSync } from 'node:fs';

/** Clock ticks per second of /proc: fixed by the kernel's interface to programs. */
const ticksPerSecond = 100;

function readOrNull(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // It has ended.
    return null;
  }
}

/** Fields of /proc/PID/stat after the name, which may hold blanks and brackets. Index 0 is field 3. */
function statFields(pid: string): readonly string[] | null {
  return (
    readOrNull(`/proc/${pid}/stat`)
      ?.replace(/^.*\) /s, '')
      .split(' ') ?? null
  );
}

/** Processes of a group, at this moment. */
export function groupMembers(group: number): readonly string[] {
  const isMember = (pid: string) => Number(statFields(pid)?.[2]) === group;
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name) && isMember(name));
}

/** To a tick, with that of threads and children that have ended. */
function coarseSeconds(pid: string): number {
  const fields = statFields(pid);
  // utime, stime, cutime, cstime are fields 14-17.
  return fields === null
    ? 0
    : fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) / ticksPerSecond;
}

/** To a nanosecond, of the threads that live. */
function fineSeconds(pid: string): number {
  let threads: string[];
  try {
    threads = readdirSync(`/proc/${pid}/task`);
  } catch {
    return 0;
  }
  const nanoseconds = threads.map((thread) =>
    Number(readOrNull(`/proc/${pid}/task/${thread}/schedstat`)?.split(' ')[0] ?? 0),
  );
  return nanoseconds.reduce((sum, one) => sum + one, 0) / 1e9;
}

/** CPU seconds that processes used so far. Each source misses something, neither ever says too much. */
export function cpuSeconds(pids: readonly string[]): number {
  return pids.reduce((sum, pid) => sum + Math.max(coarseSeconds(pid), fineSeconds(pid)), 0);
}
