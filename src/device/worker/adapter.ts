import { JoulegateError } from '../../errors/index.ts';
import { loadWebgpu, type NativeSearch } from '../../native/index.ts';
import type { Exchanges } from '../protocol.ts';
import { VariantFault } from './faults.ts';

/** Dawn, an adapter and its device. `gpu` is kept because Dawn's objects must not outlive it. */
export interface OpenAdapter {
  readonly gpu: GPU;
  readonly adapter: GPUAdapter;
  readonly device: GPUDevice;
  /** As the driver spells it: `NVIDIA H200`. */
  readonly name: string;
}

export interface Dawn {
  readonly create: (options: string[]) => GPU;
}

/** Why no adapter could be opened; `problem` as in the protocol. */
export class AdapterFault extends Error {
  readonly problem: 'no-dawn' | 'no-adapter' | 'adapter-not-found' | 'no-device';
  readonly adapters: readonly string[];
  /** What to do, if it is more than what the problem always calls for. */
  readonly nextStep: string | null;

  constructor(
    problem: AdapterFault['problem'],
    message: string,
    details: { readonly adapters?: readonly string[]; readonly nextStep?: string | null } = {},
  ) {
    super(message);
    this.name = 'AdapterFault';
    this.problem = problem;
    this.adapters = details.adapters ?? [];
    this.nextStep = details.nextStep ?? null;
  }
}

/** Timestamps would otherwise step by 65.536 us. Validation and robustness stay on, as in a browser. */
const toggles = [
  'enable-dawn-features=allow_unsafe_apis',
  'disable-dawn-features=timestamp_quantization',
] as const;

const softwareNames = /llvmpipe|lavapipe|swiftshader|software rasterizer|basic render/i;

/**
 * Requested wherever the adapter has them: the clock, and what constraints ask for (`has_f16`, `has_subgroups`). All others
 * only if a program needs them, as an application would: none is known to change the code of a program that does not
 * enable it, but the experimental ones promise nothing.
 */
const usefulFeatures: readonly string[] = ['timestamp-query', 'shader-f16', 'subgroups'];

/** Loads the native binding. Imported on demand, so that a binary that does not load is reported, not fatal. */
export async function loadDawn(search: NativeSearch): Promise<Dawn> {
  try {
    const { create, globals } = await loadWebgpu(search);
    Object.assign(globalThis, globals);
    return { create };
  } catch (error) {
    if (!(error instanceof JoulegateError)) throw error;
    // Reasons are put into sentences of the caller's.
    throw new AdapterFault('no-dawn', error.message.replace(/\.$/, ''), { nextStep: error.nextStep });
  }
}

export function isSoftware(info: GPUAdapterInfo): boolean {
  return softwareNames.test(`${info.device} ${info.description} ${info.architecture}`);
}

/** Names of all adapters: Dawn lists them when asked for one that is not there. */
async function adapterNames(dawn: Dawn): Promise<string[]> {
  try {
    await dawn.create(['adapter=\u0001']).requestAdapter();
    return [];
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    return [...text.matchAll(/name: '(.*)'$/gm)].map((match) => match[1] as string);
  }
}

interface ChosenAdapter {
  readonly gpu: GPU;
  readonly adapter: GPUAdapter;
}

async function requestAdapter(dawn: Dawn, name: string | null): Promise<ChosenAdapter | null> {
  const gpu = dawn.create([...toggles, ...(name === null ? [] : [`adapter=${name}`])]);
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  return adapter === null ? null : { gpu, adapter };
}

/** The adapter whose name contains `wanted`, else the best one: a GPU before a software adapter. */
async function chooseAdapter(
  dawn: Dawn,
  wanted: string | null,
  names: readonly string[],
): Promise<ChosenAdapter> {
  if (wanted !== null) {
    const name = names.find((candidate) => candidate.toLowerCase().includes(wanted.toLowerCase()));
    const chosen = name === undefined ? null : await requestAdapter(dawn, name);
    if (chosen === null) {
      throw new AdapterFault('adapter-not-found', `no adapter's name contains '${wanted}'`, {
        adapters: names,
      });
    }
    return chosen;
  }
  const best = await requestAdapter(dawn, null);
  if (best === null) throw new AdapterFault('no-adapter', 'there is no Vulkan, Metal or Direct3D adapter');
  if (!isSoftware(best.adapter.info)) return best;
  const hardware = names.find((candidate) => !softwareNames.test(candidate));
  return (hardware === undefined ? null : await requestAdapter(dawn, hardware)) ?? best;
}

/** The adapter's name as its driver spells it; WebGPU only shows it in lower case with hyphens. */
function spelledName(info: GPUAdapterInfo, names: readonly string[]): string {
  const plain = (text: string) =>
    text
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/-$/, '');
  return names.find((name) => plain(name) === plain(info.device)) ?? info.device;
}

/**
 * Opens a device with those of the wanted features that the adapter has, and the adapter's own limits (the defaults allow
 * only 256 invocations and 16 KiB of workgroup memory).
 * @throws AdapterFault
 */
export async function openAdapter(
  dawn: Dawn,
  { adapterName, features }: Exchanges['open']['request'],
): Promise<OpenAdapter> {
  const names = await adapterNames(dawn);
  const { gpu, adapter } = await chooseAdapter(dawn, adapterName, names);
  const requiredLimits: Record<string, number> = {};
  for (const limit in adapter.limits) {
    const value = (adapter.limits as unknown as Record<string, unknown>)[limit];
    if (typeof value === 'number') requiredLimits[limit] = value;
  }
  const wanted = new Set([...usefulFeatures, ...features]) as ReadonlySet<GPUFeatureName>;
  const requiredFeatures = [...wanted].filter((feature) => adapter.features.has(feature));
  try {
    const device = await adapter.requestDevice({ requiredFeatures, requiredLimits });
    return { gpu, adapter, device, name: spelledName(adapter.info, names) };
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
