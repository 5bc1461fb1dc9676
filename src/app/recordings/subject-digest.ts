import { createHash } from 'node:crypto';
import type {
  BufferDefinition,
  CommandDefinition,
  KernelDefinition,
  ReferenceDefinition,
  Workload,
} from '../../manifest/index.ts';
import type { DeviceInfo, MeterInfo } from '../../measure/index.ts';
import type { Space } from '../../space/index.ts';

export interface Subject {
  readonly kernel: KernelDefinition;
  readonly workload: Workload;
  readonly space: Space;
  readonly device: DeviceInfo;
  readonly meter: MeterInfo | null;
}

function describeBuffer({ length, values, ...rest }: BufferDefinition) {
  return { ...rest, length: length.source, values: values?.map((value) => value.source) ?? null };
}

function describeReference(reference: ReferenceDefinition | null) {
  if (reference === null) return null;
  const { source, entry, dispatch } = reference;
  return { source, entry, dispatch: dispatch.map((expression) => expression.source) };
}

function describeCommand({ files, outputs, ...rest }: CommandDefinition) {
  return {
    ...rest,
    files: Object.entries(files).map(([path, { digest, executable }]) => [path, digest, executable]),
    outputs: outputs.map((output) => ({ ...output, length: output.length.source })),
  };
}

/** A digest of all that measurements of a kernel depend on: with any of it changed they are measurements of something else. */
export function subjectDigest({ kernel, workload, space, device, meter }: Subject): string {
  const parts = [
    kernel.name,
    kernel.source,
    kernel.entry,
    kernel.defaults,
    workload,
    space.tunables,
    kernel.dispatch.map((expression) => expression.source),
    kernel.buffers.map(describeBuffer),
    describeReference(kernel.reference),
    ...(kernel.command === undefined ? [] : [describeCommand(kernel.command)]),
    device.family,
    device.driver,
    meter?.name ?? null,
    meter?.description ?? null,
  ];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
}
