import { VariantFault } from './faults.ts';

/** Dawn, an adapter and its device. `gpu` is kept because Dawn's objects must not outlive it. */
export interface OpenAdapter {
  readonly gpu: GPU;
  readonly adapter: GPUAdapter;
  readonly device: GPUDevice;
}

export interface Dawn {
  readonly create: (options: string[]) => GPU;
}

/** Why no adapter could be opened; `problem` as in the protocol. */
export class AdapterFault extends Error {
  readonly problem: 'no-dawn' | 'no-adapter' | 'adapter-not-found' | 'no-device';
  readonly adapters: readonly string[];

  constructor(problem: AdapterFault['problem'], message: string, adapters: readonly string[] = []) {
    super(message);
    this.name = 'AdapterFault';
    this.problem = problem;
    this.adapters = adapters;
  }
}

/** Timestamps would otherwise step by 65.536 us. Validation and robustness stay on, as in a browser. */
const toggles = [
  'enable-dawn-features=allow_unsafe_apis',
  'disable-dawn-features=timestamp_quantization',
] as const;

const softwareNames = /llvmpipe|lavapipe|swiftshader|software rasterizer|basic render/i;

/** Requested wherever the adapter has them. */
const usefulFeatures: readonly GPUFeatureName[] = ['timestamp-query', 'shader-f16', 'subgroups'];

/** Loads the native binding. Imported on demand, so that a binary that does not load is reported, not fatal. */
export async function loadDawn(): Promise<Dawn> {
  try {
    const { create, globals } = await import('webgpu');
    Object.assign(globalThis, globals);
    return { create };
  } catch (error) {
    throw new AdapterFault('no-dawn', error instanceof Error ? error.message : String(error));
  }
}

export function isSoftware(info: GPUAdapterInfo): boolean {
  return softwareNames.test(`${info.device} ${info.description} ${info.architecture}`);
}

/** Names of all adapters: Dawn lists them when asked for one that is not there. */
function adapterNames(dawn: Dawn): string[] {
  try {
    dawn.create(['adapter=\u0001']);
    return [];
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    return [...text.matchAll(/name: '(.*)'$/gm)].map((match) => match[1] as string);
  }
}

async function request(
  dawn: Dawn,
  name: string | null,
): Promise<{ gpu: GPU; adapter: GPUAdapter | null } | null> {
  const named = name === null ? [] : [`adapter=${name}`];
  let gpu: GPU;
  try {
    gpu = dawn.create([...toggles, ...named]);
  } catch (error) {
    if (name !== null) return null;
    throw error;
  }
  return { gpu, adapter: await gpu.requestAdapter({ powerPreference: 'high-performance' }) };
}

/** The adapter of that name, else the best one: a GPU before a software adapter. */
async function chooseAdapter(dawn: Dawn, name: string | null): Promise<{ gpu: GPU; adapter: GPUAdapter }> {
  const first = await request(dawn, name);
  if (first === null) {
    throw new AdapterFault('adapter-not-found', `no adapter's name contains '${name}'`, adapterNames(dawn));
  }
  const { gpu, adapter } = first;
  if (adapter === null) throw new AdapterFault('no-adapter', 'no Vulkan, Metal or D3D12 adapter was found');
  if (name !== null || !isSoftware(adapter.info)) return { gpu, adapter };
  const hardware = adapterNames(dawn).find((candidate) => !softwareNames.test(candidate));
  const better = hardware === undefined ? null : await request(dawn, hardware);
  return better?.adapter ? { gpu: better.gpu, adapter: better.adapter } : { gpu, adapter };
}

/**
 * Opens a device with all useful features and the adapter's own limits (the defaults allow only 256 invocations and
 * 16 KiB of workgroup memory).
 * @throws AdapterFault
 */
export async function openAdapter(dawn: Dawn, name: string | null): Promise<OpenAdapter> {
  const { gpu, adapter } = await chooseAdapter(dawn, name);
  const requiredLimits: Record<string, number> = {};
  for (const limit in adapter.limits) {
    const value = (adapter.limits as unknown as Record<string, unknown>)[limit];
    if (typeof value === 'number') requiredLimits[limit] = value;
  }
  const requiredFeatures = usefulFeatures.filter((feature) => adapter.features.has(feature));
  try {
    const device = await adapter.requestDevice({ requiredFeatures, requiredLimits });
    return { gpu, adapter, device };
  } catch (error) {
    throw new AdapterFault('no-device', error instanceof Error ? error.message : String(error));
  }
}

/** @throws VariantFault (unsupported) if the device lacks a feature the program needs. */
export function requireFeatures(device: GPUDevice, features: readonly string[]): void {
  const missing = features.filter((feature) => !device.features.has(feature));
  if (missing.length > 0) {
    throw new VariantFault('unsupported', `this adapter has no ${missing.join(', ')}`);
  }
}
