import { createReplayClock, createReplayDevice } from '../../device/index.ts';
import { ExitCode, JoulegateError } from '../../errors/index.ts';
import type { Variant } from '../../kernel/index.ts';
import { needsEnergy, type Objective } from '../../manifest/index.ts';
import { createTrials, measureOptions } from '../../measure/index.ts';
import { createReplayMeter } from '../../meter/index.ts';
import type { ReportRetune } from '../../schema/index.ts';
import { runSearch, type SearchResult } from '../../search/index.ts';
import { configurationId, createListedSpace, type Space } from '../../space/index.ts';
import { type Recording, readRecording } from '../../store/index.ts';
import type { Host } from '../host.ts';
import { absolutePath, prepareReportFolder, readRecordings, writeReportFiles } from '../project/index.ts';
import { describeDevice, describeMeter } from '../recordings/index.ts';
import { otherDevice } from '../tuning/index.ts';
import { countFailures, describePareto, failureExamples, reportedSlack, thinned } from './report.ts';

export interface ReplayRetuneOptions {
  /** Path of the recording. */
  readonly recording: string;
  readonly objective: Objective['minimize'];
  /** Latency that energy may cost, 0.03 for 3 %; no limit unless given. */
  readonly latencySlack?: number;
  readonly trials?: number;
  /** Seconds of the recorded device's time. */
  readonly seconds?: number;
  readonly seed: number;
  readonly report?: string;
  /** Recordings of other devices to learn from: files, and folders of them. */
  readonly from?: readonly string[];
}

const defaultTrials = 64;

function objectiveOf(options: ReplayRetuneOptions): Objective {
  if (options.objective !== 'energy') return { minimize: options.objective };
  return { minimize: 'energy', latencySlack: options.latencySlack ?? Number.POSITIVE_INFINITY };
}

/** Variants of a recording have no program: the configuration is all that its replay needs. */
function recordedBuilder(recording: Recording, space: Space) {
  const variant = (configuration: Variant['configuration']): Variant => ({
    kernel: recording.kernel,
    workload: recording.workload.name,
    configuration,
    id: `${recording.kernel}/${recording.workload.name}/${configurationId(configuration, space.tunables)}`,
    program: null,
  });
  return {
    kernel: { name: recording.kernel, tunables: space.tunables },
    workload: recording.workload,
    build: async (configuration: Variant['configuration']) => ({
      ok: true as const,
      value: variant(configuration),
    }),
    reference: async () => ({ ok: true as const, value: variant({}) }),
    featuresOf: async () => null,
  };
}

function describeResult(result: SearchResult): string {
  if (result.best === null) return 'no configuration of the recording works';
  return `${result.measurements.length} trials of the recording`;
}

/**
 * Searches a recording as if its device were here.
 * @throws JoulegateError bad-input for an unreadable recording, or one without the energy that was asked for
 */
export async function retuneRecording(host: Host, options: ReplayRetuneOptions): Promise<ReportRetune> {
  const startedAt = host.now();
  const recording = readRecording(absolutePath(host, options.recording));
  const meter = createReplayMeter(recording);
  if (meter === null && needsEnergy(options.objective)) {
    throw new JoulegateError('bad-input', `${options.recording} holds no energy.`, {
      code: 'no-recorded-energy',
      nextStep: 'Use --objective latency, or a recording made with a meter.',
    });
  }
  const clock = createReplayClock();
  prepareReportFolder(host, options.report);
  const device = createReplayDevice(recording, clock);
  const tunables = recording.tunables.map(({ name, values }) => ({ name, values }));
  const space = createListedSpace(
    tunables,
    recording.measurements.map((measurement) => measurement.values),
  );
  const objective = objectiveOf(options);
  const trials = options.trials ?? defaultTrials;
  host.progress.stage(`searching ${recording.kernel} in ${options.recording}`);
  const other = otherDevice(options.from === undefined ? [] : readRecordings(host, options.from), {
    kernel: recording.kernel,
    parameters: recording.workload.parameters,
    device: recording.device,
  });
  const result = await runSearch({
    space,
    objective,
    budget: { trials, seconds: options.seconds ?? Number.POSITIVE_INFINITY },
    seed: options.seed,
    start: [],
    costModel: null,
    ...(other === undefined ? {} : { otherDevice: other }),
    trials: createTrials({
      device,
      meter,
      builder: recordedBuilder(recording, space),
      options: measureOptions({ device: device.info, meter: meter?.info ?? null, purpose: 'search' }),
      clock,
    }),
    clock,
    signal: host.signal,
    onRound: (progress) =>
      host.progress.update({
        text: `${progress.trials} of ${trials} trials, ${progress.energyMeasurements} for energy`,
        share: progress.trials / trials,
      }),
  });
  const report: ReportRetune = {
    schema: 'joulegate-report',
    version: 1,
    kind: 'retune',
    tool: { name: 'joulegate', version: host.version },
    createdAt: startedAt.toISOString(),
    durationSeconds: (host.now().getTime() - startedAt.getTime()) / 1000,
    exitCode: host.signal.aborted ? ExitCode.interrupted : ExitCode.passed,
    manifest: null,
    device: describeDevice(device.info),
    meter: meter === null ? null : describeMeter(meter.info),
    meterReason: meter === null ? 'the recording holds no energy' : 'replay of a recording',
    warnings: [],
    kernels: [
      {
        kernel: recording.kernel,
        workload: recording.workload.name,
        file: null,
        line: null,
        objective: objective.minimize,
        latencySlack: reportedSlack(objective),
        configuration: result.best?.configuration ?? null,
        previousConfiguration: null,
        latencyMs: result.best?.latency?.medianMs ?? null,
        joules: result.best?.energy?.joules ?? null,
        estimated: meter?.info.estimated ?? false,
        before: null,
        energyRatio: null,
        latencyRatio: null,
        trials: result.measurements.length,
        energyMeasurements: result.energyMeasurements,
        failures: countFailures(result),
        failureExamples: failureExamples(result),
        spaceSize: space.count(),
        seed: options.seed,
        stopped: result.stopped,
        seconds: clock.nowMs() / 1000,
        convergence: thinned(result.convergence),
        pareto: describePareto(result),
        reason: describeResult(result),
      },
    ],
  };
  return writeReportFiles(host, options, report);
}
