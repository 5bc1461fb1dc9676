import { JoulegateError } from '../../errors/index.ts';
import { printable } from '../printable.ts';

/** A value Kernel Tuner gives a tunable. */
export type CacheValue = number | boolean | string;

/** The parts of a Kernel Tuner cache that we use. */
export interface KernelTunerCache {
  readonly deviceName: string;
  readonly kernelName: string;
  /** Sizes in x, y and z; empty if the cache does not state numbers. */
  readonly problemSize: readonly number[];
  /** Fields the run optimised; failures may be noted there. */
  readonly objectives: readonly string[];
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

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

export function isCacheValue(value: unknown): value is CacheValue {
  return typeof value === 'boolean' || typeof value === 'string' || Number.isFinite(value);
}
