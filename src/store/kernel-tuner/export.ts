import type { Recording } from '../../schema/index.ts';
import { errorField, errorNames } from './error-names.ts';
import { spentFields } from './measure-entry.ts';

type Measurement = Recording['measurements'][number];

function errorName(failure: NonNullable<Measurement['failure']>): string {
  if (errorNames.has(failure.message)) return failure.message;
  if (failure.kind === 'compile' || failure.kind === 'validation') return 'CompilationFailedConfig';
  return failure.kind === 'unsupported' ? 'InvalidConfig' : 'RuntimeFailedConfig';
}

/** What an evaluation cost. Kernel Tuner's simulation mode adds these up; a recording of ours knows the launches only. */
function spent({ spentMs }: Measurement, launchesMs: number): Readonly<Record<string, number>> {
  const known = { compile: 0, verify: 0, benchmark: launchesMs, ...spentMs };
  return Object.fromEntries(
    Object.entries(spentFields).map(([name, field]) => [field, known[name as keyof typeof known]]),
  );
}

function figures(measurement: Measurement): Readonly<Record<string, unknown>> {
  const { failure, latencyMs, latencySamplesMs, joules, watts } = measurement;
  if (failure !== undefined) {
    const name = errorName(failure);
    // Where it is noted since 1.4, and where it was before.
    return { time: name, [errorField]: name, ...spent(measurement, 0) };
  }
  const times = latencySamplesMs ?? [latencyMs ?? 0];
  const launchesMs = times.reduce((sum, ms) => sum + ms, 0);
  return { time: latencyMs, times, energy: joules, power: watts, ...spent(measurement, launchesMs) };
}

/** As Python prints a value, which is what the keys of a cache are made of. */
function pythonText(value: number | boolean | string | undefined): string {
  return typeof value === 'boolean' ? (value ? 'True' : 'False') : String(value);
}

/**
 * A recording as a Kernel Tuner cache, for its simulation mode: `time` and `times` in milliseconds, `energy` in joules,
 * `power` in watts, `compile_time`, `verification_time` and `benchmark_time` in milliseconds as they were imported, else 0 and what the launches took. Static features and the messages of
 * failures are left behind.
 * @param objective field to name as the cache's objective.
 */
export function exportKernelTuner(recording: Recording, objective: 'time' | 'energy' = 'time'): string {
  const { tunables, measurements, device, kernel, workload } = recording;
  const sizes = Object.values(workload.parameters).filter((value) => typeof value === 'number');
  const header = {
    device_name: device.description,
    kernel_name: kernel,
    problem_size: sizes,
    tune_params_keys: tunables.map(({ name }) => name),
    tune_params: Object.fromEntries(tunables.map(({ name, values }) => [name, values])),
    objective,
  };
  const lines = measurements.map((measurement) => {
    const values = tunables.map((tunable, i) => tunable.values[measurement.values[i] ?? 0]);
    const configuration = Object.fromEntries(tunables.map(({ name }, i) => [name, values[i]]));
    const key = JSON.stringify(values.map(pythonText).join(','));
    return `${key}: ${JSON.stringify({ ...configuration, ...figures(measurement) })}`;
  });
  // Kernel Tuner tells a closed cache by its last three characters, "}\n}".
  return `${JSON.stringify(header, null, 0).slice(0, -1)},\n"cache": {\n${lines.join(',\n')}}\n}`;
}
