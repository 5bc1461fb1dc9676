import { gzipSync } from 'node:zlib';
import { JoulegateError } from '../../errors/index.ts';
import { exportKernelTuner, readRecording, writeFileAtomic } from '../../store/index.ts';
import type { Host } from '../host.ts';
import { absolutePath } from '../project/index.ts';

export interface ExportOptions {
  /** Path of the recording; `.gz` is unpacked. */
  readonly recording: string;
  /** Path of the cache to write; packed if it ends in `.gz`. */
  readonly out: string;
  /** What Kernel Tuner is told the run minimised. */
  readonly objective: 'time' | 'energy';
}

export interface ExportSummary {
  readonly out: string;
  readonly kernel: string;
  readonly device: string;
  readonly configurations: number;
  readonly failures: number;
  readonly energyMeasurements: number;
}

/**
 * Writes a recording as a Kernel Tuner cache.
 * @throws JoulegateError bad-input for an unreadable recording, and for energy as the objective of one that holds none
 */
export function exportRecording(host: Host, options: ExportOptions): ExportSummary {
  const recording = readRecording(absolutePath(host, options.recording));
  const { measurements } = recording;
  const energyMeasurements = measurements.filter(({ joules }) => joules !== undefined).length;
  if (options.objective === 'energy' && energyMeasurements === 0) {
    throw new JoulegateError('bad-input', `${options.recording} holds no energy.`, {
      code: 'no-recorded-energy',
      nextStep: 'Use --objective time, or a recording made with a meter.',
    });
  }
  const text = exportKernelTuner(recording, options.objective);
  writeFileAtomic(absolutePath(host, options.out), options.out.endsWith('.gz') ? gzipSync(text) : text);
  return {
    out: options.out,
    kernel: recording.kernel,
    device: recording.device.device,
    configurations: measurements.length,
    failures: measurements.filter(({ failure }) => failure !== undefined).length,
    energyMeasurements,
  };
}
