import { createHash } from 'node:crypto';
import type {
  BufferDefinition,
  CommandDefinition,
  KernelDefinition,
  PassDefinition,
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

function describePass({ source, entry, dispatch, when, bindings }: PassDefinition) {
  const launch =
    'indirect' in dispatch
      ? [dispatch.indirect, dispatch.offset.source]
      : dispatch.map((expression) => expression.source);
  return { source, entry, dispatch: launch, when: when?.source ?? null, bindings };
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
    kernel.defaults,
    workload,
    space.tunables,
    kernel.passes.map(describePass),
    kernel.buffers.map(describeBuffer),
    kernel.reference?.passes.map(describePass) ?? null,
    ...(kernel.command === undefined ? [] : [describeCommand(kernel.command)]),
    ...(kernel.betweenLaunches === undefined ? [] : [kernel.betweenLaunches]),
    device.family,
    device.driver,
    meter?.name ?? null,
    meter?.description ?? null,
  ];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
}
