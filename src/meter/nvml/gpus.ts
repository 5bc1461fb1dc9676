import type { Candidate } from '../sensor/choose.ts';
import { otherProcesses } from '../sensor/processes.ts';
import type { Probed, Sensor } from '../sensor/types.ts';
import { nvmlClocks } from './clocks.ts';
import { codeText, success } from './codes.ts';
import { constants, offsets, sizes } from './declarations.ts';
import { field, readFields } from './fields.ts';
import { nativeMemory } from './koffi.ts';
import { type Handle, type Nvml, terminated } from './library.ts';
import { gpuProcessIds } from './processes.ts';
import { readState } from './state.ts';

const pciInfo = { bytes: sizes.nvmlPciInfo_t, busId: offsets['nvmlPciInfo_t.busId'] } as const;
/** Up to here power usage is instantaneous, later it is a mean over a second. */
const archTuring = constants.NVML_DEVICE_ARCH_TURING;
const maxGpus = 64;
/** Modules of a GPU and a CPU, whose counter includes both, memory too (Zeus, pull request 172). */
const grace = /\bG[HB]\d{3}\b|\bGrace\b/;

const word = (memory: Buffer) => memory.readUInt32LE();
const perThousand = (read: Probed<number>): Probed<number> =>
  read.ok ? { ok: true, value: read.value / 1000 } : read;

/** All GPUs that NVML shows here, and why others are left out. In a container these are the ones it was given. */
export async function listGpus(
  nvml: Nvml,
  procFolder: string,
  libraryPath: string,
): Promise<{ readonly candidates: readonly Candidate[]; readonly faults: readonly string[] }> {
  const count = await nvml.read('nvmlDeviceGetCount_v2', [], 4, word);
  if (!count.ok) return { candidates: [], faults: [`GPUs cannot be counted: ${count.why}`] };
  const driver = await nvml.readText('nvmlSystemGetDriverVersion', []);
  const candidates: Candidate[] = [];
  const faults: string[] = [];
  for (let index = 0; index < Math.min(count.value, maxGpus); index++) {
    const handle = await nvml.read('nvmlDeviceGetHandleByIndex_v2', [index], 8, (memory) =>
      memory.readBigUInt64LE(),
    );
    if (handle.ok) {
      const gpu = { nvml, handle: handle.value, index, procFolder, libraryPath };
      candidates.push(await describeGpu({ ...gpu, driver: driver.ok ? driver.value : null }));
    } else faults.push(`GPU ${index}: ${handle.why}`);
  }
  return { candidates, faults };
}

async function describeGpu(gpu: {
  readonly nvml: Nvml;
  readonly handle: Handle;
  readonly index: number;
  readonly procFolder: string;
  /** Where NVML was loaded from. */
  readonly libraryPath: string;
  readonly driver: string | null;
}): Promise<Candidate> {
  const { nvml, handle, index } = gpu;
  const named = await nvml.readText('nvmlDeviceGetName', [handle]);
  const uuid = await nvml.readText('nvmlDeviceGetUUID', [handle]);
  const bus = await nvml.read('nvmlDeviceGetPciInfo_v3', [handle], pciInfo.bytes, (memory) =>
    terminated(memory.subarray(pciInfo.busId)),
  );
  const name = named.ok ? named.value : null;
  const handles = [String(index), ...(uuid.ok ? [uuid.value] : []), ...(bus.ok ? [bus.value] : [])];
  const key = (handles[1] ?? `nvidia-${index}`).replace(/[^A-Za-z0-9-]/g, '-');
  const label = name ?? `NVIDIA GPU ${index}`;
  return {
    sensor: await createSensor({ ...gpu, label, key }),
    name,
    handles,
    refusal: await refusalOf(nvml, handle),
    ...(uuid.ok
      ? { clocks: nvmlClocks(nvml, handle, { label, key, uuid: uuid.value, libraryPath: gpu.libraryPath }) }
      : {}),
  };
}

/** Parts of a GPU have no sensor of their own: what is read is the whole board's energy, others' work included. */
async function refusalOf(nvml: Nvml, handle: Handle): Promise<string | null> {
  const current = nativeMemory(4);
  const pending = nativeMemory(4);
  const code = await nvml.call('nvmlDeviceGetMigMode', handle, current, pending);
  if (code === success && word(current) === constants.NVML_DEVICE_MIG_ENABLE) {
    return 'MIG is on, and its sensor sees all instances together; measure with MIG off';
  }
  const mode = await nvml.read('nvmlDeviceGetVirtualizationMode', [handle], 4, word);
  // 0 bare metal, 1 passed through: both have the board for themselves.
  if (mode.ok && mode.value >= constants.NVML_GPU_VIRTUALIZATION_MODE_VGPU) {
    return 'it is shared between virtual machines (vGPU), and its sensor sees all of them together';
  }
  return null;
}

async function createSensor(gpu: {
  readonly nvml: Nvml;
  readonly handle: Handle;
  readonly procFolder: string;
  readonly driver: string | null;
  readonly label: string;
  readonly key: string;
}): Promise<Sensor> {
  const { nvml, handle, procFolder, driver, label, key } = gpu;
  const limit = perThousand(await nvml.read('nvmlDeviceGetEnforcedPowerLimit', [handle], 4, word));
  const details = [
    limit.ok ? `power limit ${limit.value} W` : null,
    driver === null ? null : `driver ${driver}`,
  ];
  const isModule = grace.test(label);
  const counter = await findCounter(nvml, handle);
  const modulePower = isModule ? await findModulePower(nvml, handle) : null;
  const isWhole = counter !== null || modulePower !== null;
  // The GPU's own power would contradict a counter that includes the CPU.
  const power = modulePower ?? (isModule && isWhole ? null : await findPower(nvml, handle, label));
  return {
    label,
    details: details.filter((detail) => detail !== null).join(', '),
    scope: !isModule ? 'board' : isWhole ? 'module' : 'GPU',
    key,
    unitJoules: 0.001,
    counter,
    power,
    state: () => readState(nvml, handle),
    async processes() {
      const pids = await gpuProcessIds(nvml, handle);
      return pids.ok ? { ok: true, value: otherProcesses(procFolder, pids.value) } : pids;
    },
    async busyPart() {
      const read = await nvml.read(
        'nvmlDeviceGetUtilizationRates',
        [handle],
        sizes.nvmlUtilization_t,
        (memory) => memory.readUInt32LE(offsets['nvmlUtilization_t.gpu']),
      );
      return read.ok ? { ok: true, value: read.value / 100 } : read;
    },
    close: async () => undefined,
  };
}

/** null where the driver or the GPU has no counter: before Volta. */
async function findCounter(nvml: Nvml, handle: Handle): Promise<Sensor['counter']> {
  const read = async () =>
    perThousand(
      await nvml.read('nvmlDeviceGetTotalEnergyConsumption', [handle], 8, (memory) =>
        Number(memory.readBigUInt64LE()),
      ),
    );
  const unsupported = [constants.NVML_ERROR_NOT_SUPPORTED, constants.NVML_ERROR_FUNCTION_NOT_FOUND].map(
    codeText,
  );
  const first = await read();
  return !first.ok && unsupported.includes(first.why) ? null : { label: 'energy counter of NVML', read };
}

/**
 * Part of the time that instantaneous power covers, by architecture: 25 of every 100 ms on Hopper, all of them on Ada and
 * Turing, 10 of every 20 ms on Volta and Pascal (GPU_Power_Benchmark, arXiv 2312.02741). Ampere differs from board to board: 25
 * of 100 on an A100, all of them on GA10x.
 */
function sampledPartOf(architecture: Probed<number>, name: string): number | null {
  if (!architecture.ok) return null;
  switch (architecture.value) {
    case constants.NVML_DEVICE_ARCH_HOPPER:
      return 0.25;
    case constants.NVML_DEVICE_ARCH_AMPERE:
      return /\bA(?:100|30)\b/.test(name) ? 0.25 : /\bRTX\b|\bA(?:2|10|16|40)\b/.test(name) ? 1 : null;
    case constants.NVML_DEVICE_ARCH_ADA:
    case constants.NVML_DEVICE_ARCH_TURING:
      return 1;
    case constants.NVML_DEVICE_ARCH_VOLTA:
    case constants.NVML_DEVICE_ARCH_PASCAL:
      return 0.5;
    default:
      return null;
  }
}

function instantPower(nvml: Nvml, handle: Handle, scopeId: number) {
  return async () => {
    const [milliwatts] = await readFields(nvml, handle, [field.powerInstant], scopeId);
    return perThousand(milliwatts ?? { ok: false, why: codeText(constants.NVML_ERROR_FUNCTION_NOT_FOUND) });
  };
}

/** Power of a whole module; null where the driver does not tell it from the GPU's. */
async function findModulePower(nvml: Nvml, handle: Handle): Promise<Sensor['power']> {
  const read = instantPower(nvml, handle, constants.NVML_POWER_SCOPE_MODULE);
  const label = 'instantaneous power of the module of NVML';
  return (await read()).ok ? { label, instant: true, fine: true, read } : null;
}

/** Instantaneous power where there is any, else the mean over a second. */
async function findPower(nvml: Nvml, handle: Handle, name: string): Promise<Sensor['power']> {
  const architecture = await nvml.read('nvmlDeviceGetArchitecture', [handle], 4, word);
  const sampledPart = sampledPartOf(architecture, name);
  const readInstant = instantPower(nvml, handle, constants.NVML_POWER_SCOPE_GPU);
  if ((await readInstant()).ok) {
    return {
      label: 'instantaneous power of NVML',
      instant: true,
      fine: true,
      sampledPart,
      read: readInstant,
    };
  }
  const read = async () => perThousand(await nvml.read('nvmlDeviceGetPowerUsage', [handle], 4, word));
  const first = await read();
  if (!first.ok) return null;
  // Drivers that cannot say are older than the GPUs whose power is a mean.
  const instant =
    !nvml.has('nvmlDeviceGetArchitecture') || (architecture.ok && architecture.value <= archTuring);
  return { label: instant ? 'power of NVML' : 'mean power of NVML', instant, fine: true, sampledPart, read };
}
