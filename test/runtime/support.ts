import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { exportRuntime } from '../../src/app/index.ts';
import type { DeviceLimits, KernelDefinition, Workload } from '../../src/manifest/index.ts';
import { formatProblems, noFiles, parseManifest } from '../../src/manifest/index.ts';
import { operators } from '../../src/operators/index.ts';
import { type Kernels, openKernels, type RuntimeDevice } from '../../src/runtime/index.ts';
import type { Configuration } from '../../src/space/index.ts';
import { projectFolder } from '../support/command-line.ts';

/** Limits of a large GPU. */
export const largeLimits: DeviceLimits = {
  max_workgroup_storage: 49152,
  max_invocations: 1024,
  max_workgroup_size_x: 1024,
  max_workgroup_size_y: 1024,
  max_workgroup_size_z: 64,
  max_workgroups: 65535,
  max_buffer_bytes: 2 ** 31,
  has_f16: true,
  has_subgroups: true,
  subgroup_min: 32,
  subgroup_max: 32,
};

/** What WebGPU promises on every device, and no more. */
export const lowestLimits: DeviceLimits = {
  ...largeLimits,
  max_workgroup_storage: 16384,
  max_invocations: 256,
  max_workgroup_size_x: 256,
  max_workgroup_size_y: 256,
  max_buffer_bytes: 134217728,
  has_f16: false,
  has_subgroups: false,
  subgroup_min: 1,
  subgroup_max: 1,
};

/** A device as an application sees it. */
export function deviceWith(limits: DeviceLimits, name = 'Example 1', vendor = 'lab'): RuntimeDevice {
  const features = new Set([
    ...(limits.has_f16 ? ['shader-f16'] : []),
    ...(limits.has_subgroups ? ['subgroups'] : []),
  ]);
  return {
    info: {
      vendor,
      architecture: '',
      device: name,
      subgroupMinSize: limits.subgroup_min,
      subgroupMaxSize: limits.subgroup_max,
    },
    limits: {
      maxComputeWorkgroupStorageSize: limits.max_workgroup_storage,
      maxComputeInvocationsPerWorkgroup: limits.max_invocations,
      maxComputeWorkgroupSizeX: limits.max_workgroup_size_x,
      maxComputeWorkgroupSizeY: limits.max_workgroup_size_y,
      maxComputeWorkgroupSizeZ: limits.max_workgroup_size_z,
      maxComputeWorkgroupsPerDimension: limits.max_workgroups,
      maxBufferSize: limits.max_buffer_bytes,
      maxStorageBufferBindingSize: limits.max_buffer_bytes,
    },
    features,
  };
}

/** One line of a tuned state: what was chosen, for what. */
export interface TunedFor {
  readonly kernel: string;
  readonly workload: Workload;
  readonly family: string;
  readonly configuration: Configuration;
}

function tunedText(entries: readonly TunedFor[]): string {
  return JSON.stringify({
    schema: 'joulegate-tuned',
    version: 1,
    entries: entries.map((entry) => ({
      ...entry,
      latencyMs: 1,
      joules: null,
      estimated: false,
      device: 'Example',
      driver: '',
      identity: '',
      trials: 1,
      energyMeasurements: 0,
      seed: 1,
      measuredAt: '2025-06-01T12:00:00Z',
    })),
  });
}

/** Kernels of a manifest, given as data, whose files lie beside it. */
export function kernelsOf(
  manifest: object,
  files: Readonly<Record<string, string>> = {},
): readonly KernelDefinition[] {
  const reader = { ...noFiles, read: (path: string) => files[path] ?? null, list: () => Object.keys(files) };
  const text = JSON.stringify(manifest);
  const parsed = parseManifest({ path: 'joulegate.yaml', text, reader, operators });
  if (parsed.manifest === null) throw new Error(formatProblems(parsed.problems, { colour: false }));
  return parsed.manifest.kernels;
}

/** A project with a tuned state, exported and opened as an application does it. */
export async function exported(options: {
  readonly manifest: object;
  readonly files?: Readonly<Record<string, string>>;
  readonly tuned?: readonly TunedFor[];
  readonly kernels?: readonly string[];
  /** Parsed recordings, written beside the manifest, and how many members a portfolio of them may have. */
  readonly portfolio?: { readonly size: number; readonly recordings: readonly object[] };
}): Promise<{ readonly kernels: Kernels; readonly text: string; readonly warnings: readonly string[] }> {
  const recordings = (options.portfolio?.recordings ?? []).map(
    (recording, index) => [`${index}.recording.json`, JSON.stringify(recording)] as const,
  );
  const folder = await projectFolder({
    ...options.files,
    ...Object.fromEntries(recordings),
    'joulegate.yaml': JSON.stringify(options.manifest),
    'tuned.json': tunedText(options.tuned ?? []),
  });
  const warnings: string[] = [];
  const silent = () => undefined;
  const progress = {
    stage: silent,
    update: silent,
    note: silent,
    warn: (text: string) => warnings.push(text),
  };
  const host = {
    environment: {},
    workingDirectory: folder,
    signal: new AbortController().signal,
    progress,
    workerPath: '',
    version: '0.0.0',
    command: 'joulegate',
    now: () => new Date(0),
  };
  await exportRuntime(host, {
    manifest: 'joulegate.yaml',
    kernels: options.kernels ?? null,
    ...(options.portfolio === undefined
      ? {}
      : { portfolio: { size: options.portfolio.size, recordings: recordings.map(([path]) => path) } }),
    out: 'kernels.json',
  });
  const text = readFileSync(join(folder, 'kernels.json'), 'utf8');
  return { kernels: openKernels(JSON.parse(text)), text, warnings };
}
