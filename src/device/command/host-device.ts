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

/** A card of the drm subsystem that computes: its vendor as WebGPU has it, and its name. */
interface Card {
  readonly vendor: 'amd' | 'intel';
  readonly name: string;
}

/** Graphics that are a part of an Intel CPU are at this place of its bus; a program that computes there says so itself. */
const integratedSlot = /^PCI_SLOT_NAME=0000:00:02\./m;

function cardAt(device: string): Card | null {
  switch (readOrEmpty(join(device, 'vendor')).trim()) {
    case '0x1002':
      return { vendor: 'amd', name: readOrEmpty(join(device, 'product_name')).trim() || 'AMD GPU' };
    case '0x8086': {
      if (integratedSlot.test(readOrEmpty(join(device, 'uevent')))) return null;
      return { vendor: 'intel', name: `Intel GPU ${readOrEmpty(join(device, 'device')).trim()}`.trim() };
    }
    default:
      return null;
  }
}

function cards(sysfsFolder: string): readonly Card[] {
  const drm = join(sysfsFolder, 'class/drm');
  return listOrEmpty(drm)
    .filter((name) => /^card\d+$/.test(name))
    .flatMap((name) => cardAt(join(drm, name, 'device')) ?? []);
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
  if (nvidia !== null) return described({ vendor: 'nvidia', ...nvidia });
  const found = cpuOnly ? [] : cards(sysfsFolder);
  const card = found.find(({ vendor }) => vendor === 'amd') ?? found[0];
  return described({ vendor: '', name: cpus()[0]?.model.trim() || 'CPU', driver: '', ...card });
}

/** A device by what is known of it; without a vendor it is the host's CPU. */
export function described(found: {
  readonly vendor: string;
  readonly name: string;
  readonly driver: string;
}): DeviceInfo {
  const { vendor, name, driver } = found;
  const architecture = vendor === '' ? 'cpu' : '';
  return {
    backend: 'host',
    family: deviceFamily({ vendor, device: name, architecture }),
    vendor,
    architecture,
    device: name,
    description: name,
    driver,
    software: vendor === '',
    features: [],
    // The program itself refuses what it cannot do.
    limits: noLimits,
    timestamps: true,
  };
}
