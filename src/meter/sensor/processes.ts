import { readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { GpuProcess, ProcessList } from './types.ts';

/** The kernel's fixed number of its first process namespace: ids there are the host's. */
const hostNamespace = 'pid:[4026531836]';
/** Deeper than any real line of ancestors. */
const maxDepth = 64;

/** null where the file is not there or may not be read: then nothing is known, which callers must allow for. */
function readOrNull(path: string): string | null {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return null;
  }
}

function namespaceOf(procFolder: string): string {
  try {
    return readlinkSync(join(procFolder, 'self', 'ns', 'pid'));
  } catch {
    // No procfs: not Linux.
    return '';
  }
}

/** Fields of /proc/PID/stat after the name, which is in parentheses and may hold anything: state, parent, ... */
function statFields(procFolder: string, pid: number): readonly string[] {
  const text = readOrNull(join(procFolder, String(pid), 'stat'));
  return text === null ? [] : text.slice(text.lastIndexOf(')') + 2).split(' ');
}

/** Whether process ids that a driver reports, which are the host's, mean the same here. */
export function isHostNamespace(procFolder: string): boolean {
  return namespaceOf(procFolder) === hostNamespace;
}

function descendsFrom(procFolder: string, pid: number, ancestor: number): boolean {
  let current = pid;
  for (let depth = 0; depth < maxDepth && current > 1; depth++) {
    if (current === ancestor) return true;
    current = Number(statFields(procFolder, current)[1] ?? 0);
  }
  return false;
}

/**
 * The processes of `pids` that are not ours: neither this one nor started by it. In a container a driver reports ids of
 * the host; there an equal number would be another process, so all of them stay.
 */
export function otherProcesses(procFolder: string, pids: readonly number[]): ProcessList {
  const trusted = isHostNamespace(procFolder);
  const others = trusted ? pids.filter((pid) => !descendsFrom(procFolder, pid, process.pid)) : pids;
  const processes = [...new Set(others)].map((pid): GpuProcess => {
    const name = trusted ? readOrNull(join(procFolder, String(pid), 'comm')) : null;
    return { pid, label: name === null ? String(pid) : `${pid} (${name})` };
  });
  return { processes, trusted };
}
