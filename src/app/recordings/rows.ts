import type { VariantFailure } from '../../kernel/index.ts';
import type { KernelDefinition, Workload } from '../../manifest/index.ts';
import type {
  BoardConditions,
  DeviceInfo,
  EnergyMeasurement,
  Measurement,
  MeterInfo,
} from '../../measure/index.ts';
import type { Space } from '../../space/index.ts';
import type { Recording } from '../../store/index.ts';
import type { Host } from '../host.ts';
import { withoutLocalPaths } from '../project/index.ts';

type RecordingRow = Recording['measurements'][number];

function windowOf({ launches, seconds, relativeResolution, disagreement, conditions }: EnergyMeasurement) {
  return {
    launches,
    seconds,
    relativeResolution,
    ...(disagreement == null ? {} : { disagreement }),
    ...(conditions == null ? {} : conditionsOf(conditions)),
  };
}

function conditionsOf(conditions: { readonly [Name in keyof BoardConditions]?: BoardConditions[Name] }) {
  const { smMhz = null, memoryMhz = null, celsius = null, powerCappedPart = null } = conditions;
  return { smMhz, memoryMhz, celsius, powerCappedPart };
}

/** A measurement as a row of a recording over the same space. */
export function toRecordingRow(space: Space, measurement: Measurement): RecordingRow {
  const point = space.point(measurement.configuration);
  if (point === null) throw new RangeError('toRecordingRow: the configuration is not in the space');
  const { latency, energy, failure } = measurement;
  return {
    values: [...point],
    ...(latency === null
      ? {}
      : { latencyMs: latency.medianMs, latencySamplesMs: latency.samplesMs.slice(0, 64) }),
    ...(energy === null ? {} : { joules: energy.joules, watts: energy.watts, window: windowOf(energy) }),
    ...(failure === null ? {} : { failure: { kind: failure.kind, message: failure.message.slice(0, 2000) } }),
  };
}

/** The reverse of `toRecordingRow`; null if the row's values are not in the space. */
export function fromRecordingRow(space: Space, recording: Recording, row: RecordingRow): Measurement | null {
  const entries = recording.tunables.map((tunable, index) => [
    tunable.name,
    tunable.values[row.values[index] ?? -1],
  ]);
  const point = space.point(Object.fromEntries(entries));
  if (point === null) return null;
  const estimated = recording.meter?.estimated ?? true;
  return {
    configuration: space.configuration(point),
    failure:
      row.failure === undefined
        ? null
        : { kind: row.failure.kind as VariantFailure['kind'], message: row.failure.message },
    latency:
      row.latencyMs === undefined
        ? null
        : {
            medianMs: row.latencyMs,
            relativeSpread: 0,
            samplesMs: row.latencySamplesMs ?? [row.latencyMs],
            launchesPerSample: 1,
          },
    energy:
      row.joules === undefined
        ? null
        : {
            joules: row.joules,
            netJoules: null,
            watts: row.watts ?? Number.NaN,
            launches: row.window?.launches ?? 1,
            seconds: row.window?.seconds ?? 0,
            estimated,
            relativeResolution: row.window?.relativeResolution ?? 0,
            disagreement: row.window?.disagreement ?? null,
            conditions: row.window === undefined ? null : conditionsOf(row.window),
          },
  };
}

/** The device as recordings and reports describe it. */
export function describeDevice(info: DeviceInfo) {
  const { family, vendor, architecture, device, description, driver, software } = info;
  return { family, vendor, architecture, device, description, driver, software };
}

/** Smallest and largest subgroup size, where the device told: by them `joulegate/runtime` finds what is akin. */
function subgroupsOf({ limits }: DeviceInfo): Pick<Recording['device'], 'subgroups'> {
  return limits.has_subgroups ? { subgroups: [limits.subgroup_min, limits.subgroup_max] } : {};
}

/** The meter as recordings and reports describe it. */
export function describeMeter(info: MeterInfo) {
  const { name, description, estimated, updatePeriodMs, resolutionJoules, idleWatts } = info;
  const { sampledPart, settledAfterMs, scope } = info;
  return {
    ...{ name, description, estimated, updatePeriodMs, resolutionJoules, idleWatts },
    ...(sampledPart === undefined ? {} : { sampledPart }),
    ...(settledAfterMs === undefined ? {} : { settledAfterMs }),
    ...(scope === undefined ? {} : { scope }),
  };
}

/** Measurements of one space as a recording. */
export function recordingOf(options: {
  readonly host: Host;
  readonly kernel: KernelDefinition;
  readonly workload: Workload;
  readonly space: Space;
  readonly device: DeviceInfo;
  readonly meter: MeterInfo | null;
  readonly measurements: Iterable<Measurement>;
  /** From `subjectDigest`. */
  readonly subject: string;
  readonly note?: string;
}): Recording {
  const { host, kernel, workload, space, device, meter, subject, note } = options;
  return {
    schema: 'joulegate-recording',
    version: 1,
    device: { ...describeDevice(device), ...subgroupsOf(device) },
    meter: meter === null ? null : describeMeter(meter),
    kernel: kernel.name,
    workload: { name: workload.name, parameters: workload.parameters },
    tunables: space.tunables.map(({ name, values }) => ({ name, values: [...values] })),
    measurements: Array.from(options.measurements, (measurement) => toRecordingRow(space, measurement)),
    provenance: {
      tool: 'joulegate',
      version: host.version,
      command: withoutLocalPaths(host, host.command),
      createdAt: host.now().toISOString(),
      subject,
      ...(note === undefined ? {} : { note }),
    },
  };
}
