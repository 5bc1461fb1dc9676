import { JoulegateError } from '../../errors/index.ts';
import type { NativeSearch } from '../../native/index.ts';
import type { Probed } from '../sensor/types.ts';
import { codeText, success } from './codes.ts';
import { constants, functions } from './declarations.ts';
import {
  loadLibrary,
  type NativeArgument,
  type NativeFunction,
  type NativeLibrary,
  nativeMemory,
} from './koffi.ts';

/** A GPU as NVML knows it: an opaque pointer. */
export type Handle = bigint;

export type NvmlFunction = keyof typeof functions;

/** NVML, initialised. */
export class Nvml {
  readonly #library: NativeLibrary;
  readonly #found = new Map<NvmlFunction, NativeFunction | null>();

  constructor(library: NativeLibrary) {
    this.#library = library;
  }

  /** Whether this version of the driver has a function. */
  has(name: NvmlFunction): boolean {
    return this.#find(name) !== null;
  }

  /** @returns NVML's return code; that of a missing function if this version of the driver does not have the function. */
  async call(name: NvmlFunction, ...values: NativeArgument[]): Promise<number> {
    const found = this.#find(name);
    return found === null ? constants.NVML_ERROR_FUNCTION_NOT_FOUND : found(...values);
  }

  /** Calls a function whose last argument is memory of `bytes`, which `decode` then reads. */
  async read<T>(
    name: NvmlFunction,
    values: readonly NativeArgument[],
    bytes: number,
    decode: (memory: Buffer) => T,
  ): Promise<Probed<T>> {
    const memory = nativeMemory(bytes);
    const code = await this.call(name, ...values, memory);
    return code === success ? { ok: true, value: decode(memory) } : { ok: false, why: codeText(code) };
  }

  /** Calls a function that writes a text of at most 95 bytes into its second to last argument. */
  async readText(name: NvmlFunction, values: readonly NativeArgument[]): Promise<Probed<string>> {
    const memory = nativeMemory(96);
    const code = await this.call(name, ...values, memory, memory.length);
    return code === success ? { ok: true, value: terminated(memory) } : { ok: false, why: codeText(code) };
  }

  async close(): Promise<void> {
    await this.call('nvmlShutdown');
  }

  #find(name: NvmlFunction): NativeFunction | null {
    let found = this.#found.get(name);
    if (found === undefined) {
      found = this.#library.find(name, functions[name]);
      this.#found.set(name, found);
    }
    return found;
  }
}

/** A C string. */
export function terminated(memory: Buffer): string {
  const end = memory.indexOf(0);
  return memory.toString('utf8', 0, end < 0 ? memory.length : end);
}

/**
 * Loads and initialises NVML; close it.
 * @throws JoulegateError (could-not-measure, `native-part-altered`): that is no reason to do without a meter
 */
export async function openNvml(path: string, search: NativeSearch): Promise<Probed<Nvml>> {
  let library: NativeLibrary;
  try {
    library = await loadLibrary(path, search);
  } catch (error) {
    if (error instanceof JoulegateError && error.code === 'native-part-altered') throw error;
    return { ok: false, why: `${path} cannot be loaded: ${error instanceof Error ? error.message : error}` };
  }
  const nvml = new Nvml(library);
  if (!nvml.has('nvmlInit_v2')) return { ok: false, why: `${path} is no NVML` };
  const code = await nvml.call('nvmlInit_v2');
  return code === success
    ? { ok: true, value: nvml }
    : { ok: false, why: `NVML does not start: ${codeText(code)}` };
}
