import { join } from 'node:path';
import { openFolder } from '../../src/git/index.ts';
import { createVariantBuilder, type VariantBuilder } from '../../src/kernel/index.ts';
import {
  createKernelSpace,
  type DeviceLimits,
  formatProblems,
  type KernelDefinition,
  type Manifest,
  parseManifest,
} from '../../src/manifest/index.ts';
import { operators } from '../../src/operators/index.ts';
import type { Configuration } from '../../src/space/index.ts';

/** The folder of the demo. */
export const demoFolder = join(import.meta.dirname, '..', '..', 'examples', 'demo');

/** The smallest adapter the demo is meant for: SwiftShader, which is within the limits every WebGPU adapter has. */
export const modestLimits: DeviceLimits = {
  max_workgroup_storage: 16_384,
  max_invocations: 256,
  max_workgroup_size_x: 256,
  max_workgroup_size_y: 256,
  max_workgroup_size_z: 64,
  max_workgroups: 65_535,
  max_buffer_bytes: 134_217_728,
  has_f16: false,
  has_subgroups: false,
  subgroup_min: 4,
  subgroup_max: 4,
};

interface Revision {
  readonly manifest: Manifest | null;
  /** What users see of its faults; empty if there are none. */
  readonly faults: string;
}

function readFolder(revision: string): Revision {
  const reader = openFolder(join(demoFolder, revision));
  const path = 'joulegate.yaml';
  const { manifest, problems } = parseManifest({ path, text: reader.read(path) ?? '', reader, operators });
  return { manifest, faults: formatProblems(problems, { colour: false }) };
}

/** The manifests of both revisions. */
export const revisions = { base: readFolder('base'), head: readFolder('head') };

/** @throws Error if the revision has no such kernel. */
export function kernelOf(revision: 'base' | 'head', name: string): KernelDefinition {
  const kernel = revisions[revision].manifest?.kernels.find((entry) => entry.name === name);
  if (kernel === undefined) throw new Error(`${revision} has no kernel ${name}`);
  return kernel;
}

/** Builder of the kernel's only workload. */
export function builderOf(kernel: KernelDefinition, limits = modestLimits): VariantBuilder {
  return createVariantBuilder({ kernel, workload: kernel.workloads[0]!, limits });
}

/** Every valid configuration of the kernel's only workload. */
export function configurationsOf(kernel: KernelDefinition, limits = modestLimits): Configuration[] {
  const space = createKernelSpace(kernel, kernel.workloads[0]!, limits);
  return [...space.enumerate()].map((point) => space.configuration(point));
}

/** `Program.identity` of a variant. @throws Error with the failure's message if it does not build. */
export async function identityOf(builder: VariantBuilder, configuration: Configuration): Promise<string> {
  const outcome = await builder.build(configuration);
  if (!outcome.ok) throw new Error(`${JSON.stringify(configuration)}: ${outcome.failure.message}`);
  return outcome.value.program!.identity;
}
