import { JoulegateError } from '../../errors/index.ts';
import { importKernelTuner, readTextFile, writeRecording } from '../../store/index.ts';
import type { Host } from '../host.ts';
import { absolutePath, withoutLocalPaths } from '../project/index.ts';

export interface ImportOptions {
  /** Path of a Kernel Tuner cache; `.gz` is unpacked. */
  readonly cache: string;
  /** Field that holds the time in milliseconds; `time` unless given. */
  readonly timeField?: string;
  /** Field that holds the energy in joules; none unless given. */
  readonly energyField?: string;
  /** Field that holds the mean power in watts; where there is no `energyField`, energy is this times the time. */
  readonly powerField?: string;
  /** Field that holds the list of single times; none unless given. */
  readonly samplesField?: string;
  /** Names of kernel and device, for what does not name them, or otherwise. */
  readonly kernel?: string;
  readonly device?: string;
  readonly out: string;
}

export interface ImportSummary {
  readonly out: string;
  readonly kernel: string;
  readonly device: string;
  readonly configurations: number;
  readonly failures: number;
  readonly energyMeasurements: number;
}

/** Largest cache that is read, unpacked. */
const maxCacheBytes = 512 * 1024 * 1024;

/**
 * Turns a Kernel Tuner cache into a recording.
 * @throws JoulegateError bad-input for an unreadable cache or a field that no entry has
 */
export function importRecording(host: Host, options: ImportOptions): ImportSummary {
  const recording = importKernelTuner({
    text: readTextFile(absolutePath(host, options.cache), maxCacheBytes),
    label: options.cache,
    provenance: {
      version: host.version,
      command: withoutLocalPaths(host, host.command),
      createdAt: host.now().toISOString(),
    },
    ...(options.timeField === undefined ? {} : { timeField: options.timeField }),
    ...(options.energyField === undefined ? {} : { energyField: options.energyField }),
    ...(options.powerField === undefined ? {} : { powerField: options.powerField }),
    ...(options.samplesField === undefined ? {} : { samplesField: options.samplesField }),
    ...(options.kernel === undefined ? {} : { kernel: options.kernel }),
    ...(options.device === undefined ? {} : { device: options.device }),
  });
  if (recording.device.device === '') {
    throw new JoulegateError('bad-input', `${options.cache} does not name the device.`, {
      code: 'bad-arguments',
      nextStep: 'Name it, and the kernel: --device "NVIDIA A100" --kernel convolution',
    });
  }
  writeRecording(absolutePath(host, options.out), recording);
  const { measurements } = recording;
  return {
    out: options.out,
    kernel: recording.kernel,
    device: recording.device.device,
    configurations: measurements.length,
    failures: measurements.filter((measurement) => measurement.failure !== undefined).length,
    energyMeasurements: measurements.filter((measurement) => measurement.joules !== undefined).length,
  };
}
