import { JoulegateError } from '../../errors/index.ts';
import { parseJson } from '../parse-json.ts';
import { printable } from '../printable.ts';
import { repairCache } from './repair-cache.ts';

/** A value Kernel Tuner gives a tunable. */
export type CacheValue = number | boolean | string;

/** The parts of a Kernel Tuner cache that we use. */
export interface KernelTunerCache {
  readonly deviceName: string;
  readonly kernelName: string;
  /** Sizes in x, y and z; empty if the cache does not state numbers. */
  readonly problemSize: readonly number[];
  /** Field the run optimised; failures may be noted there. */
  readonly objective: string | null;
  /** Tunables in order, with the values that were declared. */
  readonly tunables: readonly { readonly name: string; readonly values: readonly CacheValue[] }[];
  /** Entries in the order of the file. */
  readonly entries: readonly Readonly<Record<string, unknown>>[];
}

/** A fault of the cache's text or shape. */
export function cacheError(label: string, reason: string): JoulegateError {
  return new JoulegateError('bad-input', printable(`${label} ${reason}`), {
    code: 'damaged-file',
    nextStep: 'Check that this is a cache file of Kernel Tuner.',
  });
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

export function isCacheValue(value: unknown): value is CacheValue {
  return typeof value === 'boolean' || typeof value === 'string' || Number.isFinite(value);
}

function problemSize(value: unknown): readonly number[] {
  const sizes = Array.isArray(value) ? value : [value];
  return sizes.length <= 3 && sizes.every((size) => Number.isFinite(size)) ? (sizes as number[]) : [];
}

function parseTunables(data: Readonly<Record<string, unknown>>, label: string): KernelTunerCache['tunables'] {
  const declared = isRecord(data.tune_params) ? data.tune_params : {};
  const names = data.tune_params_keys ?? Object.keys(declared);
  if (!Array.isArray(names) || !names.every((name): name is string => typeof name === 'string')) {
    throw cacheError(label, 'has no list of names as "tune_params_keys"');
  }
  return names.map((name) => {
    const values = Object.hasOwn(declared, name) ? declared[name] : [];
    if (!Array.isArray(values) || !values.every(isCacheValue)) {
      throw cacheError(label, `has no list of plain values for tunable "${name}"`);
    }
    return { name, values };
  });
}

/**
 * Text of a cache, closed or cut off, to its parts. `label` names the source in messages.
 * @throws JoulegateError (bad-input, `damaged-file`).
 */
export function parseKernelTunerCache(text: string, label: string): KernelTunerCache {
  const data = parseJson(repairCache(text), label);
  if (!isRecord(data) || !isRecord(data.cache)) throw cacheError(label, 'has no "cache" of measurements');
  const entries = Object.values(data.cache);
  const odd = entries.findIndex((entry) => !isRecord(entry));
  if (odd !== -1)
    throw cacheError(label, `has an entry that is not a mapping: "${Object.keys(data.cache)[odd]}"`);
  return {
    deviceName: typeof data.device_name === 'string' ? data.device_name : '',
    kernelName: typeof data.kernel_name === 'string' ? data.kernel_name : '',
    problemSize: problemSize(data.problem_size),
    objective: typeof data.objective === 'string' ? data.objective : null,
    tunables: parseTunables(data, label),
    entries: entries as Readonly<Record<string, unknown>>[],
  };
}
