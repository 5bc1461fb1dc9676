import { spawnSync } from 'node:child_process';
import { closeSync, constants, existsSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { inheritedEnvironment, neutralFolder } from '../../system/index.ts';

/** What the checks of `doctor` ask of a Linux machine. */
export interface SystemView {
  readonly environment: Readonly<Record<string, string | undefined>>;
  exists(path: string): boolean;
  /** Names in a folder; none if it cannot be read. */
  list(folder: string): readonly string[];
  /** Whether this user may read and write a file. */
  canUse(path: string): boolean;
}

/** What checks of drivers ask beside. */
export interface DriverView extends SystemView {
  /** A small text file; null if it cannot be read. */
  read(path: string): string | null;
  /** What the system's loader says where a shared library, by name or path, does not load; null if it does. */
  loadFault(library: string): string | null;
}

/** This machine. */
export function thisSystem(environment: SystemView['environment']): DriverView {
  return {
    environment,
    exists: existsSync,
    list(folder) {
      try {
        return readdirSync(folder);
      } catch {
        return [];
      }
    },
    read(path) {
      try {
        return readFileSync(path, 'utf8');
      } catch {
        return null;
      }
    },
    canUse,
    loadFault: (library) => loadFault(library, environment),
  };
}

function canUse(path: string): boolean {
  try {
    // A container's rules about devices are asked by opening one, not by its mode.
    closeSync(openSync(path, constants.O_RDWR | (constants.O_NONBLOCK ?? 0)));
    return true;
  } catch {
    return false;
  }
}

/** Loads a library that is no addon and prints what the loader said; Node's own complaint comes after the loader has done. */
const loadScript = `
try { process.dlopen({ exports: {} }, process.argv[1]); }
catch ({ message }) { if (!message.includes('did not self-register')) process.stdout.write(message); }`;
const loadMs = 15_000;

/** Loads it as Vulkan's loader will, in a process of its own: drivers have crashed before. */
function loadFault(library: string, environment: SystemView['environment']): string | null {
  const { error, signal, status, stdout } = spawnSync(process.execPath, ['-e', loadScript, library], {
    cwd: neutralFolder,
    env: inheritedEnvironment(environment),
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: loadMs,
  });
  if (stdout !== null && stdout !== '') return stdout.trim();
  if (error !== undefined) return `it was not loaded: ${error.message}`;
  if (signal !== null) return `loading it ended the process by ${signal}`;
  return status === 0 ? null : `loading it ended the process with status ${status}`;
}
