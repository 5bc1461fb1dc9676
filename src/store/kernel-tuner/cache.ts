import { parseJson } from '../parse-json.ts';
import { cacheError, isCacheValue, isRecord, type KernelTunerCache } from './cache-parts.ts';
import { repairCache } from './repair-cache.ts';
import { parseResults } from './results.ts';

/** A name, or a list of them. */
function texts(value: unknown): readonly string[] {
  return [value].flat().filter((one) => typeof one === 'string');
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
 * Text of a cache, closed or cut off, or of T4 results, to its parts. `label` names the source in messages.
 * @throws JoulegateError (bad-input, `damaged-file`).
 */
export function parseKernelTunerCache(text: string, label: string): KernelTunerCache {
  const data = parseJson(repairCache(text), label);
  if (isRecord(data) && Array.isArray(data.results)) return parseResults(data.results, label);
  if (!isRecord(data) || !isRecord(data.cache)) throw cacheError(label, 'has no "cache" of measurements');
  const entries = Object.values(data.cache);
  const odd = entries.findIndex((entry) => !isRecord(entry));
  if (odd !== -1)
    throw cacheError(label, `has an entry that is not a mapping: "${Object.keys(data.cache)[odd]}"`);
  return {
    deviceName: typeof data.device_name === 'string' ? data.device_name : '',
    kernelName: typeof data.kernel_name === 'string' ? data.kernel_name : '',
    problemSize: problemSize(data.problem_size),
    objectives: texts(data.objective),
    tunables: parseTunables(data, label),
    entries: entries as Readonly<Record<string, unknown>>[],
  };
}
