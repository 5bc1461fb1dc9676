import type { Recording } from '../../schema/index.ts';
import { checkRecording } from '../recording.ts';
import { parseKernelTunerCache } from './cache.ts';
import { cacheError } from './cache-parts.ts';
import { type FieldOptions, type Fields, fieldsOf, requireField } from './fields.ts';
import { measureEntry } from './measure-entry.ts';
import { ValueIndex } from './value-index.ts';

export interface KernelTunerImport extends FieldOptions {
  /** Text of the cache, closed or cut off. */
  readonly text: string;
  /** Name of the source, for messages and provenance: usually the file's path. */
  readonly label: string;
  /** Name of the kernel, if the cache's own is not wanted. */
  readonly kernel?: string;
  /** Name of the device, if the cache's own is not wanted. */
  readonly device?: string;
  readonly provenance: { readonly version: string; readonly command: string; readonly createdAt: string };
}

/** `NVIDIA RTX 4000 Ada Generation` -> `nvidia-rtx-4000-ada-generation`. */
function familyOf(deviceName: string): string {
  const slug = deviceName
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
  return slug.slice(0, 100) || 'unknown';
}

function workloadOf(sizes: readonly number[]): Recording['workload'] {
  const parameters = Object.fromEntries(sizes.map((size, i) => ['xyz'.charAt(i), size]));
  const name = Object.entries(parameters)
    .map(([axis, size]) => `${axis}=${size}`)
    .join(',');
  return { name: name || 'unknown', parameters };
}

function energySource(fields: Fields): string | null {
  if (fields.energy !== null) return `field "${fields.energy.field}" of a Kernel Tuner cache`;
  if (fields.power !== null) return `field "${fields.power.field}" x time of a Kernel Tuner cache`;
  return null;
}

/**
 * A Kernel Tuner cache (https://kerneltuner.github.io) as a recording. A configuration that failed there is a failure of
 * kind `recorded` with the name of the error. Of a configuration that is there twice the later entry counts.
 * @throws JoulegateError (bad-input): `damaged-file`, `unknown-field`.
 */
export function importKernelTuner(options: KernelTunerImport): Recording {
  const { label, provenance } = options;
  const cache = parseKernelTunerCache(options.text, label);
  const deviceName = options.device ?? cache.deviceName;
  const fields = fieldsOf(options);
  for (const quantity of [fields.time, fields.energy, fields.power]) requireField(cache, quantity, label);
  const index = new ValueIndex(cache.tunables);
  const measurements = new Map<string, Recording['measurements'][number]>();
  for (const entry of cache.entries) {
    const values = index.locate(entry);
    if (values === null) throw cacheError(label, 'has an entry that lacks a tunable');
    measurements.set(values.join(), measureEntry(entry, values, fields, cache.objectives));
  }
  const source = energySource(fields);
  const recording: Recording = {
    schema: 'joulegate-recording',
    version: 1,
    device: {
      family: familyOf(deviceName),
      vendor: deviceName.split(' ')[0]?.toLowerCase() ?? '',
      architecture: '',
      device: deviceName,
      description: deviceName,
      driver: '',
      software: false,
    },
    meter:
      source === null
        ? null
        : {
            name: 'replay',
            description: source,
            estimated: false,
            updatePeriodMs: null,
            resolutionJoules: null,
            idleWatts: null,
          },
    kernel: options.kernel ?? (cache.kernelName || 'kernel'),
    workload: workloadOf(cache.problemSize),
    tunables: index.tunables,
    measurements: [...measurements.values()],
    provenance: { tool: 'joulegate', ...provenance, source: `Kernel Tuner cache ${label}`.slice(0, 2000) },
  };
  return checkRecording(recording, label);
}
