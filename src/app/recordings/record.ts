import { existsSync } from 'node:fs';
import { JoulegateError } from '../../errors/index.ts';
import { createVariantBuilder } from '../../kernel/index.ts';
import { createKernelSpace, type KernelDefinition, type Workload } from '../../manifest/index.ts';
import { createTrials, type Measurement } from '../../measure/index.ts';
import type { Configuration, Space } from '../../space/index.ts';
import { createRandom, shuffle } from '../../stats/index.ts';
import { readRecording, writeRecording } from '../../store/index.ts';
import type { Host, LaboratoryOptions, ManifestOptions } from '../host.ts';
import { checkReference, type Laboratory, openLaboratory } from '../laboratory/index.ts';
import { absolutePath, openManifest, selectKernels } from '../project/index.ts';
import { fromRecordingRow, recordingOf } from './rows.ts';
import { subjectDigest } from './subject-digest.ts';

export interface RecordOptions extends ManifestOptions, LaboratoryOptions {
  readonly kernel: string;
  /** Name of the workload; may be left out if the kernel has one. */
  readonly workload?: string;
  /** Path of the recording; an unfinished one is gone on with. */
  readonly out: string;
  /** Configurations to measure; the whole space unless given. */
  readonly configurations?: number;
  /** Configurations to measure for energy, best latency first with a random fifth; all unless given. */
  readonly energy?: number;
  readonly maxMinutes?: number;
  readonly seed: number;
}

export interface RecordSummary {
  readonly out: string;
  readonly kernel: string;
  readonly workload: string;
  readonly configurations: number;
  readonly failures: number;
  readonly energyMeasurements: number;
  /** Configurations still missing because the time was up or it was stopped. */
  readonly missing: number;
  readonly interrupted: boolean;
}

/** A power cut loses at most this much work. */
const saveEveryMs = 5_000;

/** Part of the energy measurements that is spent on configurations drawn at random. */
const randomShare = 0.2;

function findWorkload(kernel: KernelDefinition, name: string | undefined): Workload {
  const found =
    name === undefined && kernel.workloads.length === 1
      ? kernel.workloads[0]
      : kernel.workloads.find((workload) => workload.name === name);
  if (found !== undefined) return found;
  const names = kernel.workloads.map((workload) => workload.name).join(' or ');
  throw new JoulegateError(
    'bad-input',
    name === undefined
      ? `${kernel.name} has several workloads.`
      : `${kernel.name} has no workload "${name}".`,
    { code: 'unknown-workload', nextStep: `Name one: --workload ${names}` },
  );
}

interface Course {
  readonly host: Host;
  readonly laboratory: Laboratory;
  readonly kernel: KernelDefinition;
  readonly workload: Workload;
  readonly space: Space;
  readonly path: string;
  readonly known: Map<string, Measurement>;
  readonly subject: string;
  readonly deadlineMs: number;
}

function idOf(space: Space, configuration: Configuration): string {
  const point = space.point(configuration);
  if (point === null) throw new RangeError('idOf: the configuration is not in the space');
  return space.id(point);
}

/** What an earlier recording at `path` holds. @throws JoulegateError bad-input if it is of anything else */
function loadKnown(path: string, space: Space, subject: string): Map<string, Measurement> {
  const known = new Map<string, Measurement>();
  if (!existsSync(path)) return known;
  const recording = readRecording(path);
  if (recording.provenance.subject !== subject) {
    const { kernel, workload, device } = recording;
    throw new JoulegateError(
      'bad-input',
      `${path} is a recording of ${kernel} ${workload.name} on ${device.family}, of other sources, another driver or another meter.`,
      { code: 'other-recording', nextStep: 'Give another --out; this one is left as it is.' },
    );
  }
  for (const row of recording.measurements) {
    const measurement = fromRecordingRow(space, recording, row);
    if (measurement !== null) known.set(idOf(space, measurement.configuration), measurement);
  }
  return known;
}

function save(course: Course): void {
  const { laboratory, known } = course;
  writeRecording(
    course.path,
    recordingOf({
      ...course,
      device: laboratory.info,
      meter: laboratory.meter?.info ?? null,
      measurements: known.values(),
    }),
  );
}

/** Runs `measure` over configurations until all are done, time is up or the user stops it; returns how many are left. */
async function eachConfiguration(
  course: Course,
  what: string,
  configurations: readonly Configuration[],
  measure: (configuration: Configuration, id: string) => Promise<void>,
): Promise<number> {
  const { host, laboratory, space } = course;
  const startMs = laboratory.clock.nowMs();
  let savedMs = startMs;
  for (const [done, configuration] of configurations.entries()) {
    const nowMs = laboratory.clock.nowMs();
    if (host.signal.aborted || nowMs > course.deadlineMs) return configurations.length - done;
    await measure(configuration, idOf(space, configuration));
    if (laboratory.clock.nowMs() - savedMs > saveEveryMs) {
      save(course);
      savedMs = laboratory.clock.nowMs();
    }
    const perItemMs = (laboratory.clock.nowMs() - startMs) / (done + 1);
    host.progress.update({
      text: `${what}: ${done + 1} of ${configurations.length}`,
      share: (done + 1) / configurations.length,
      secondsLeft: (perItemMs * (configurations.length - done - 1)) / 1000,
    });
  }
  return 0;
}

/** Whose energy is measured: the best by latency, and a random part that shows what the best ones hide. */
function chooseForEnergy(course: Course, count: number, seed: number): readonly Configuration[] {
  const working = [...course.known.values()].filter((measurement) => measurement.latency !== null);
  const byLatency = [...working].sort((a, b) => a.latency!.medianMs - b.latency!.medianMs);
  const random = Math.floor(count * randomShare);
  const best = byLatency.slice(0, Math.max(0, count - random));
  const rest = shuffle(byLatency.slice(best.length), createRandom(seed).fork('energy')).slice(0, random);
  return [...best, ...rest]
    .filter((measurement) => measurement.energy === null)
    .map((measurement) => measurement.configuration);
}

/**
 * Measures a kernel's space, or a random part of it, into a recording. What the file already holds is not measured
 * again, so an interrupted recording is finished by the same command.
 */
export async function record(host: Host, options: RecordOptions): Promise<RecordSummary> {
  const { manifest } = openManifest(host, options.manifest);
  const kernel = selectKernels(manifest, [options.kernel])[0]!;
  const workload = findWorkload(kernel, options.workload);
  const path = absolutePath(host, options.out);
  const laboratory = await openLaboratory(host, options, [kernel]);
  try {
    const { limits, features } = laboratory.info;
    const space = createKernelSpace(kernel, workload, limits);
    const subject = subjectDigest({
      kernel,
      workload,
      space,
      device: laboratory.info,
      meter: laboratory.meter?.info ?? null,
    });
    const known = loadKnown(path, space, subject);
    await checkReference({ laboratory, kernel, workload });
    const course: Course = {
      host,
      laboratory,
      kernel,
      workload,
      space,
      path,
      known,
      subject,
      deadlineMs: laboratory.clock.nowMs() + (options.maxMinutes ?? Number.POSITIVE_INFINITY) * 60_000,
    };
    const trials = createTrials({
      device: laboratory.device,
      meter: laboratory.meter,
      builder: createVariantBuilder({ kernel, workload, limits, features, print: laboratory.print }),
      options: laboratory.measureOptions('search'),
      clock: laboratory.clock,
    });
    const wanted = options.configurations ?? space.count().value;
    const configurations = space
      .sample(createRandom(options.seed), wanted)
      .map((point) => space.configuration(point))
      .filter((configuration) => !known.has(idOf(space, configuration)));
    host.progress.stage(`recording ${kernel.name} ${workload.name}: ${configurations.length} to go`);
    let missing = await eachConfiguration(course, 'latency', configurations, async (configuration, id) => {
      const timed = await trials.latency(configuration);
      known.set(id, {
        configuration,
        latency: timed.ok ? timed.value : null,
        energy: null,
        failure: timed.ok ? null : timed.failure,
      });
    });
    if (trials.measuresEnergy && missing === 0) {
      const chosen = chooseForEnergy(course, options.energy ?? known.size, options.seed);
      missing = await eachConfiguration(course, 'energy', chosen, async (configuration, id) => {
        const earlier = known.get(id);
        const measured = await trials.energy(configuration);
        if (measured.ok && earlier !== undefined) known.set(id, { ...earlier, energy: measured.value });
      });
    }
    save(course);
    const all = [...known.values()];
    return {
      out: options.out,
      kernel: kernel.name,
      workload: workload.name,
      configurations: all.length,
      failures: all.filter((measurement) => measurement.failure !== null).length,
      energyMeasurements: all.filter((measurement) => measurement.energy !== null).length,
      missing,
      interrupted: host.signal.aborted,
    };
  } finally {
    await laboratory.close();
  }
}
