import { type CacheValue, cacheError, isCacheValue, isRecord, type KernelTunerCache } from './cache-parts.ts';
import { invalidityErrors } from './error-names.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Where T4 keeps what a cache calls otherwise. */
const timeNames = {
  runtimes: 'times',
  compilation: 'compile_time',
  validation: 'verification_time',
  benchmark: 'benchmark_time',
} as const;

function timesOf(times: unknown): Fields {
  if (!isRecord(times)) return {};
  return Object.fromEntries(
    Object.entries(timeNames).flatMap(([from, to]) =>
      Object.hasOwn(times, from) ? [[to, times[from]]] : [],
    ),
  );
}

function measurementsOf(measurements: unknown): Fields {
  const list = Array.isArray(measurements) ? measurements.filter(isRecord) : [];
  return Object.fromEntries(
    list.flatMap(({ name, value }) => (typeof name === 'string' ? [[name, value]] : [])),
  );
}

function failureOf({ invalidity }: Fields): Fields {
  if (typeof invalidity !== 'string' || invalidity === 'correct') return {};
  return { __error__: invalidityErrors.get(invalidity) ?? invalidity };
}

/**
 * Results in the T4 format of auto-tuners (github.com/auto-tuning/schema), as Kernel Tuner's `store_output_file` writes them, as
 * the parts of a cache. They name neither kernel nor device.
 * @throws JoulegateError bad-input (`damaged-file`)
 */
export function parseResults(results: readonly unknown[], label: string): KernelTunerCache {
  const tunables = new Map<string, Set<CacheValue>>();
  const objectives = new Set<string>();
  const entries = results.map((result, i) => {
    if (!isRecord(result) || !isRecord(result.configuration)) {
      throw cacheError(label, `has a result without a configuration: number ${i + 1}`);
    }
    for (const [name, value] of Object.entries(result.configuration)) {
      if (!isCacheValue(value)) throw cacheError(label, `has a value of "${name}" that is no plain one`);
      const values = tunables.get(name) ?? new Set();
      tunables.set(name, values.add(value));
    }
    for (const one of [result.objectives].flat()) if (typeof one === 'string') objectives.add(one);
    // Tunables last: a measurement of the same name is not what was tried.
    return {
      ...measurementsOf(result.measurements),
      ...timesOf(result.times),
      ...failureOf(result),
      ...result.configuration,
    };
  });
  return {
    deviceName: '',
    kernelName: '',
    problemSize: [],
    objectives: [...objectives],
    tunables: [...tunables].map(([name, values]) => ({ name, values: [...values] })),
    entries,
  };
}
