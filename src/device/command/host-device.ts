import { readdirSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { noLimits } from '../../manifest/index.ts';
import type { DeviceInfo } from '../../measure/index.ts';
import { deviceFamily } from '../../runtime/index.ts';

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function listOrEmpty(path: string): readonly string[] {
  try {
    return readdirSync(path).sort();
  } catch {
    return [];
  }
}

/** The first NVIDIA GPU that the driver shows in /proc: its name, and the driver's version. */
function nvidiaGpu(procFolder: string): { readonly name: string; readonly driver: string } | null {
  const gpus = join(procFolder, 'driver/nvidia/gpus');
  for (const bus of listOrEmpty(gpus)) {
    const name = /^Model:\s*(.+)$/m.exec(readOrEmpty(join(gpus, bus, 'information')))?.[1]?.trim();
    if (name === undefined || name === '') continue;
    const version = readOrEmpty(join(procFolder, 'driver/nvidia/version'));
    return { name, driver: /Kernel Module.*?\s(\d+(?:\.\d+)+)/.exec(version)?.[1] ?? '' };
  }
  return jetson(procFolder);
}

/** A Jetson's GPU is in its chip, and in no list of the driver: the device tree names the board that it is on. */
function jetson(procFolder: string): { readonly name: string; readonly driver: string } | null {
  const read = (name: string) => readOrEmpty(join(procFolder, 'device-tree', name)).split('\0');
  const name = read('model')[0]?.trim() ?? '';
  const isTegra = read('compatible').some((part) => /^nvidia,tegra/.test(part));
  return isTegra && name !== '' ? { name, driver: '' } : null;
}

function amdGpu(sysfsFolder: string): string | null {
  const drm = join(sysfsFolder, 'class/drm');
  for (const card of listOrEmpty(drm)) {
    if (!/^card\d+$/.test(card)) continue;
    const device = join(drm, card, 'device');
    if (readOrEmpty(join(device, 'vendor')).trim() !== '0x1002') continue;
    const product = readOrEmpty(join(device, 'product_name')).trim();
    return product === '' ? 'AMD GPU' : product;
  }
  return null;
}

/**
 * What programs run on where there is no WebGPU adapter: the GPU that the system knows of, else the CPU. A container with
 * CUDA and without Vulkan is such a place.
 */
export function hostDevice(options: {
  /** Whether GPUs do not count. */
  readonly cpuOnly: boolean;
  readonly procFolder?: string;
  readonly sysfsFolder?: string;
}): DeviceInfo {
  const { cpuOnly, procFolder = '/proc', sysfsFolder = '/sys' } = options;
  const nvidia = cpuOnly ? null : nvidiaGpu(procFolder);
  const amd = cpuOnly || nvidia !== null ? null : amdGpu(sysfsFolder);
  const cpu = cpus()[0]?.model.trim() || 'CPU';
  const name = nvidia?.name ?? amd ?? cpu;
  const vendor = nvidia !== null ? 'nvidia' : amd !== null ? 'amd' : '';
  const architecture = vendor === '' ? 'cpu' : '';
  return {
    backend: 'host',
    family: deviceFamily({ vendor, device: name, architecture }),
    vendor,
    architecture,
    device: name,
    description: name,
    driver: nvidia?.driver ?? '',
    software: vendor === '',
    features: [],
    // The program itself refuses what it cannot do.
    limits: noLimits,
    timestamps: true,
  };
}
