import { readdirSync, readFileSync } from 'node:fs';

/** Numbers of the system calls `read` and `wait4`, `waitid`, by Node's name of the architecture (Linux: asm/unistd.h). */
const calls: Readonly<Record<string, { readonly read: string; readonly wait: readonly string[] }>> = {
  x64: { read: '0', wait: ['61', '247'] },
  arm64: { read: '63', wait: ['260', '95'] },
};

/** The system calls that threads of a process are blocked in, with their arguments; null where that cannot be told. */
function blockedIn(pid: string): readonly (readonly string[])[] | null {
  try {
    return readdirSync(`/proc/${pid}/task`).map((thread) =>
      readFileSync(`/proc/${pid}/task/${thread}/syscall`, 'utf8').trim().split(' '),
    );
  } catch {
    // It has ended, or this is no Linux, or one that keeps this to itself.
    return null;
  }
}

/**
 * Whether nothing happens in processes of a group but waiting for standard input: each reads that, or waits for another. false also
 * where that cannot be told.
 */
export function waitsForInput(pids: readonly string[]): boolean {
  const known = calls[process.arch];
  if (known === undefined || process.platform !== 'linux') return false;
  const { read, wait } = known;
  let readers = 0;
  for (const pid of pids) {
    const blocked = blockedIn(pid);
    if (blocked === null) return false;
    if (blocked.some(([call, descriptor]) => call === read && descriptor === '0x0')) readers++;
    else if (!blocked.some(([call = '']) => wait.includes(call))) return false;
  }
  return readers > 0;
}
