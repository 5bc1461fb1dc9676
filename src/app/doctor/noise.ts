import { existsSync } from 'node:fs';
import { JoulegateError } from '../../errors/index.ts';
import { detectableChange, type Metric, noiseFloorOf } from '../../judge/index.ts';
import { createVariantBuilder } from '../../kernel/index.ts';
import { type KernelDefinition, noFiles, parseManifest, type Workload } from '../../manifest/index.ts';
import type { BlockSample, DeviceInfo, MeterInfo } from '../../measure/index.ts';
import { operators } from '../../operators/index.ts';
import type { Configuration } from '../../space/index.ts';
import type { Host, KernelFilter, LaboratoryOptions, ManifestOptions } from '../host.ts';
import { measureNoise, openLaboratory } from '../laboratory/index.ts';
import { absolutePath, openManifest, selectKernels, shippedConfiguration } from '../project/index.ts';

/** Minutes of judging for which a report says what could be seen. */
const judgingMinutes = [1, 5, 15] as const;

export interface DoctorNoiseOptions extends LaboratoryOptions, KernelFilter {
  /** Path of the manifest; the usual one, and a kernel of our own where there is none, unless given. */
  readonly manifest?: ManifestOptions['manifest'];
  /** How long to measure. */
  readonly minutes: number;
}

/** What a machine's noise lets one see of a metric. Changes are relative: 0.02 is 2 %. */
export interface MetricNoise {
  readonly metric: Metric;
  /** Blocks in which both arms count. */
  readonly blocks: number;
  /** Smallest margin at which nothing at all would not be flagged; null for fewer than 20 blocks. */
  readonly noiseFloor: number | null;
  /** Smallest change found with 80 % power; null where the time is too short for three blocks. */
  readonly detectable: readonly { readonly minutes: number; readonly change: number | null }[];
}

export interface NoiseReport {
  readonly device: DeviceInfo;
  readonly meter: MeterInfo | null;
  readonly meterReason: string;
  readonly kernel: string;
  readonly workload: string;
  readonly configuration: Configuration;
  readonly blocks: number;
  readonly secondsPerBlock: number;
  readonly metrics: readonly MetricNoise[];
  /** Why turns are void, without repetition. */
  readonly voidReasons: readonly string[];
}

/** Measured where there is no manifest: an operator of ours, at a size that keeps either kind of adapter busy. */
function ownKernel(software: boolean): KernelDefinition {
  const size = software ? 128 : 2048;
  const text = `version: 1\nkernels: { matmul: { operator: matmul, workloads: [{ m: ${size}, n: ${size}, k: ${size} }] } }\n`;
  const { manifest } = parseManifest({ path: 'matmul', text, reader: noFiles, folder: '', operators });
  const kernel = manifest?.kernels[0];
  if (kernel === undefined) throw new Error('the built-in kernel does not parse');
  return kernel;
}

/** What to measure: the kernel that was named, else the sentinel, else the first; null without a manifest. */
function chooseKernel(host: Host, options: DoctorNoiseOptions): KernelDefinition | null {
  const path = options.manifest ?? 'joulegate.yaml';
  if (options.manifest === undefined && options.kernels === null && !existsSync(absolutePath(host, path))) {
    return null;
  }
  const { manifest } = openManifest(host, path);
  const kernels = selectKernels(manifest, options.kernels);
  const kernel = kernels.find(({ sentinel }) => sentinel) ?? kernels[0];
  if (kernel !== undefined) return kernel;
  throw new JoulegateError('bad-input', `${path} has no kernel.`, {
    code: 'unknown-kernel',
    nextStep: 'Add one, or run this where there is no manifest.',
  });
}

function metricNoise(options: {
  readonly metric: Metric;
  readonly samples: readonly BlockSample[];
  readonly subject: { readonly kernel: string; readonly workload: string };
  readonly secondsPerBlock: number;
}): MetricNoise {
  const { metric, samples, subject, secondsPerBlock } = options;
  const value = (sample: BlockSample) => (metric === 'energy' ? sample.joules : sample.latencyMs);
  const counting = (arm: BlockSample['arm']) =>
    new Set(samples.filter((sample) => sample.arm === arm && value(sample) !== null).map((s) => s.block));
  const heads = counting('H');
  return {
    metric,
    blocks: [...counting('B')].filter((block) => heads.has(block)).length,
    noiseFloor: noiseFloorOf({ subject, samples, metric }),
    detectable: judgingMinutes.map((minutes) => ({
      minutes,
      change: detectableChange({
        subject,
        samples,
        metric,
        blocks: Math.floor((minutes * 60) / secondsPerBlock),
      }),
    })),
  };
}

/**
 * Measures how small a change this machine can tell from none: blocks in which base and head are the same program.
 * @throws JoulegateError bad-input for a faulty manifest or a kernel it lacks, could-not-measure without an adapter or
 * if not one block fits into the time
 */
export async function measureMachineNoise(host: Host, options: DoctorNoiseOptions): Promise<NoiseReport> {
  const chosen = chooseKernel(host, options);
  const laboratory = await openLaboratory(host, options, chosen === null ? [] : [chosen]);
  try {
    const { info, clock, meter, meterReason } = laboratory;
    const kernel = chosen ?? ownKernel(info.software);
    const workload = kernel.workloads[0] as Workload;
    const { configuration } = shippedConfiguration({
      tuned: null,
      kernel,
      workload,
      family: info.family,
      limits: info.limits,
    });
    const { limits, features } = info;
    const { print } = laboratory;
    const builder = createVariantBuilder({ kernel, workload, limits, features, print });
    const built = await builder.build(configuration);
    const prepared = built.ok ? await laboratory.device.prepare(built.value) : built;
    if (!built.ok || !prepared.ok) {
      const why = built.ok ? (prepared.ok ? '' : prepared.failure.message) : built.failure.message;
      throw new JoulegateError('bad-input', `${kernel.name} ${workload.name} does not run: ${why}`, {
        code: 'broken-kernel',
        nextStep: 'Name another kernel with --kernel NAME.',
      });
    }
    host.progress.stage(`noise floor: ${kernel.name} ${workload.name} against itself`);
    const startMs = clock.nowMs();
    const samples = await measureNoise({
      host,
      laboratory,
      variant: built.value,
      deadlineMs: startMs + options.minutes * 60_000,
      blocks: Number.POSITIVE_INFINITY,
    });
    const blocks = new Set(samples.map(({ block }) => block)).size;
    if (blocks === 0) {
      throw new JoulegateError('could-not-measure', 'Not one block was measured.', {
        code: 'too-short',
        nextStep: 'Give --noise more minutes.',
      });
    }
    const secondsPerBlock = (clock.nowMs() - startMs) / 1000 / blocks;
    const subject = { kernel: kernel.name, workload: workload.name };
    const metrics = meter === null ? (['latency'] as const) : (['energy', 'latency'] as const);
    return {
      device: info,
      meter: meter?.info ?? null,
      meterReason,
      ...subject,
      configuration,
      blocks,
      secondsPerBlock,
      metrics: metrics.map((metric) => metricNoise({ metric, samples, subject, secondsPerBlock })),
      voidReasons: [...new Set(samples.flatMap(({ voidReasons }) => voidReasons))],
    };
  } finally {
    await laboratory.close();
  }
}
