import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Finding } from './finding.ts';

/** What `systemFindings` asks of the machine. */
export interface SystemView {
  readonly environment: Readonly<Record<string, string | undefined>>;
  exists(path: string): boolean;
  /** Names in a folder; none if it cannot be read. */
  list(folder: string): readonly string[];
  /** Whether this user may read and write a file. */
  canUse(path: string): boolean;
}

/** This machine. */
export function thisSystem(environment: SystemView['environment']): SystemView {
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
    canUse(path) {
      try {
        accessSync(path, constants.R_OK | constants.W_OK);
        return true;
      } catch {
        return false;
      }
    },
  };
}

const libraryFolders = [
  '/usr/lib/x86_64-linux-gnu',
  '/usr/lib/aarch64-linux-gnu',
  '/usr/lib64',
  '/usr/lib',
  '/usr/local/lib',
  '/lib/x86_64-linux-gnu',
  '/lib64',
];
/** Where the Vulkan loader looks for drivers (LoaderDriverInterface.md of Vulkan-Loader), for all users. */
const driverFolders = ['/usr/share/vulkan/icd.d', '/etc/vulkan/icd.d', '/usr/local/share/vulkan/icd.d'];

function paths(value: string | undefined): readonly string[] {
  return (value ?? '').split(':').filter((path) => path !== '');
}

function checkLoader({ environment, exists }: SystemView): Finding {
  const folders = [...paths(environment.LD_LIBRARY_PATH), ...libraryFolders];
  const loader = folders.map((folder) => join(folder, 'libvulkan.so.1')).find((path) => exists(path));
  return {
    ok: loader !== undefined,
    subject: 'Vulkan loader',
    detail: loader ?? 'libvulkan.so.1 is in none of the usual folders, nor in LD_LIBRARY_PATH',
    nextStep:
      loader === undefined ? 'Install it: `apt-get install libvulkan1`, `dnf install vulkan-loader`.' : null,
  };
}

/** Files that describe drivers to the loader. */
function driverFiles({ environment, list }: SystemView): readonly string[] {
  const named = environment.VK_DRIVER_FILES ?? environment.VK_ICD_FILENAMES;
  if (named !== undefined && named !== '') return paths(named);
  return driverFolders.flatMap((folder) =>
    list(folder)
      .filter((name) => name.endsWith('.json'))
      .map((name) => join(folder, name)),
  );
}

function checkDrivers(view: SystemView): Finding {
  const files = driverFiles(view);
  const missing = files.filter((file) => !view.exists(file));
  const there = files.filter((file) => view.exists(file));
  const subject = 'Vulkan drivers';
  if (missing.length > 0) {
    return {
      ok: false,
      subject,
      detail: `VK_DRIVER_FILES names ${missing.join(', ')}, which is not there`,
      nextStep: 'Correct VK_DRIVER_FILES, or unset it to let the loader find the drivers.',
    };
  }
  return {
    ok: there.length > 0,
    subject,
    detail: there.length > 0 ? there.join(', ') : `no driver is described in ${driverFolders.join(', ')}`,
    nextStep:
      there.length > 0
        ? null
        : "Install the GPU's driver (NVIDIA: with its Vulkan part, such as libnvidia-gl), or mesa-vulkan-drivers for AMD, Intel and a software adapter.",
  };
}

/** An NVIDIA GPU that was passed into a container without what Vulkan needs of its driver. */
function checkNvidia(view: SystemView): Finding | null {
  const { environment, exists, list } = view;
  const isThere = exists('/dev/nvidiactl') || exists('/proc/driver/nvidia/version');
  if (!isThere) return null;
  const hasVulkan = driverFiles(view).some((file) => /nvidia/i.test(file) && exists(file));
  const gpus = list('/dev').filter((name) => /^nvidia\d+$/.test(name)).length;
  const subject = 'NVIDIA driver';
  if (gpus === 0) {
    return {
      ok: false,
      subject,
      detail: 'the driver is loaded, and no GPU is passed in (no /dev/nvidia0)',
      nextStep: 'In a container: `--gpus all`, and NVIDIA_VISIBLE_DEVICES other than void or none.',
    };
  }
  if (hasVulkan) return { ok: true, subject, detail: `${gpus} in /dev, with Vulkan`, nextStep: null };
  const capabilities = environment.NVIDIA_DRIVER_CAPABILITIES;
  const isWithout =
    capabilities !== undefined && !/\b(?:all|graphics)\b/.test(capabilities)
      ? `NVIDIA_DRIVER_CAPABILITIES is ${capabilities}, without graphics`
      : 'there is a GPU, and no Vulkan driver for it';
  return {
    ok: false,
    subject,
    detail: isWithout,
    nextStep:
      'In a container: NVIDIA_DRIVER_CAPABILITIES=graphics,utility,compute and a recent NVIDIA Container Toolkit. Elsewhere install the Vulkan part of the driver (libnvidia-gl on Debian and Ubuntu).',
  };
}

/** Render nodes that are there, and that this user may not open. */
function checkRenderNodes({ list, canUse }: SystemView): Finding | null {
  const nodes = list('/dev/dri')
    .filter((name) => name.startsWith('renderD'))
    .map((name) => `/dev/dri/${name}`);
  if (nodes.length === 0) return null;
  const closed = nodes.filter((node) => !canUse(node));
  return {
    ok: closed.length === 0,
    subject: 'render nodes',
    detail: closed.length === 0 ? nodes.join(', ') : `no permission to open ${closed.join(', ')}`,
    nextStep:
      closed.length === 0
        ? null
        : 'Add the user to the group of the file (`ls -l /dev/dri`), mostly render or video, and log in again; in a container pass the group in (`--group-add`).',
  };
}

/** What Vulkan needs of a Linux machine, and what is mostly wrong where no GPU is found. */
export function systemFindings(view: SystemView): readonly Finding[] {
  return [checkLoader(view), checkDrivers(view), checkNvidia(view), checkRenderNodes(view)].filter(
    (finding) => finding !== null,
  );
}
