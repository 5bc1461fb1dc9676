import {
  createVariantBuilder,
  type PrintSource,
  type VariantBuilder,
  variantRemarks,
} from '../../kernel/index.ts';
import {
  type Budget,
  clockOf,
  createKernelSpace,
  type KernelDefinition,
  type Objective,
  type Workload,
} from '../../manifest/index.ts';
import {
  type Clock,
  createTrials,
  type Device,
  type Measurement,
  type Meter,
  measureOptions,
  type TrialPart,
  trialParts,
} from '../../measure/index.ts';
import type { CostModel, CostRow } from '../../model/index.ts';
import { runSearch, type SearchProgress, type SearchResult } from '../../search/index.ts';
import type { Configuration, Space } from '../../space/index.ts';
import type { Recording } from '../../store/index.ts';
import type { Host } from '../host.ts';
import { otherDevice } from './other-device.ts';
import { openTrialStore } from './trial-store.ts';

export interface WorkloadSearch {
  readonly kernel: KernelDefinition;
  readonly workload: Workload;
  readonly builder: VariantBuilder;
  readonly space: Space;
  /** What ships today: the tuned configuration, or the default. */
  readonly incumbent: Configuration;
  readonly objective: Objective;
  readonly result: SearchResult;
  /** Id of a configuration; of one outside the space its JSON, so that it equals nothing inside. */
  idOf(configuration: Configuration): string;
  readonly seconds: number;
  /** Seconds of them by what took them, and how many trials and energies that was for. */
  readonly spent: Readonly<Record<TrialPart | 'trials' | 'energies', number>>;
  readonly seed: number;
  /** What is to be said of its buffers, and of outputs that are right: NaN and infinity in them. */
  readonly remarks: readonly string[];
  /** Call once the search's outcome is safely written. */
  readonly forgetTrials: () => void;
}

/** Configurations differ in how much of their outputs is infinite; a report need not have all of it. */
const maxRemarks = 4;

export interface WorkloadSearchTask {
  readonly host: Host;
  readonly device: Device;
  /** Has programs print WGSL; undefined where none may be run. */
  readonly print: PrintSource | undefined;
  readonly meter: Meter | null;
  readonly clock: Clock;
  readonly kernel: KernelDefinition;
  readonly workload: Workload;
  readonly incumbent: Configuration;
  /** Configurations that are worth an early try. They may be outside the space. */
  readonly hints: readonly Configuration[];
  /** Recordings of other devices, which a search may learn from. */
  readonly recordings: readonly Recording[];
  readonly objective: Objective;
  readonly budget: Budget;
  readonly seed: number;
  readonly costModel: CostModel | null;
  /** Folder that keeps unfinished searches. */
  readonly stateFolder: string | null;
}

function describeProgress(label: string, progress: SearchProgress, task: WorkloadSearchTask) {
  const { trials, seconds } = { trials: task.budget.trials, seconds: task.budget.searchSeconds };
  const best = progress.best?.latency ?? null;
  const energy = progress.best?.energy ?? null;
  const found =
    best === null
      ? 'nothing works yet'
      : `best ${best.medianMs.toPrecision(3)} ms${energy === null ? '' : `, ${energy.joules.toPrecision(3)} J`}`;
  return {
    text: `${label}: ${progress.trials} of ${trials} trials, ${progress.energyMeasurements} for energy, ${found}`,
    share: Math.max(progress.trials / trials, progress.elapsedSeconds / seconds),
    secondsLeft: Math.min(
      seconds - progress.elapsedSeconds,
      (progress.elapsedSeconds / Math.max(1, progress.trials)) * (trials - progress.trials),
    ),
  };
}

/** Searches one workload's space on a device; trials are kept on disk until the caller has written the outcome. */
export async function searchWorkload(task: WorkloadSearchTask): Promise<WorkloadSearch> {
  const { host, device, meter, clock, kernel, workload } = task;
  const { limits, features } = device.info;
  const { print } = task;
  const builder = createVariantBuilder({ kernel, workload, limits, features, print });
  const space = createKernelSpace(kernel, workload, limits);
  const store = openTrialStore({
    host,
    folder: task.stateFolder,
    kernel,
    workload,
    space,
    device: device.info,
    meter: meter?.info ?? null,
  });
  const known = store.load();
  const label = `${kernel.name} ${workload.name}`;
  if (known.length > 0) host.progress.note(`  ${label}: going on after ${known.length} earlier trials`);
  const shipped = await builder.build(kernel.defaults);
  const remarks = new Set(shipped.ok ? variantRemarks(shipped.value) : []);
  const trials = createTrials({
    device,
    meter,
    builder,
    options: measureOptions({ device: device.info, meter: meter?.info ?? null, purpose: 'search' }),
    clock,
    onRemark: (remark) => remarks.add(remark),
  });
  const spent = (): WorkloadSearch['spent'] => {
    const { latencyTrials, energyTrials, spentMs } = trials.costs();
    const seconds = Object.fromEntries(trialParts.map((part) => [part, spentMs[part] / 1000]));
    return { trials: latencyTrials, energies: energyTrials, ...(seconds as Record<TrialPart, number>) };
  };
  const startMs = clock.nowMs();
  const { parameters } = workload;
  const other = otherDevice(task.recordings, { kernel: kernel.name, parameters, device: device.info });
  const result = await runSearch({
    space,
    objective: task.objective,
    budget: { trials: task.budget.trials, seconds: task.budget.searchSeconds },
    seed: task.seed,
    start: [task.incumbent, kernel.defaults, ...task.hints],
    ...(other === undefined ? {} : { otherDevice: other }),
    costModel: task.costModel,
    trials,
    known,
    clock,
    signal: host.signal,
    onRound: (progress) => {
      store.save(progress.measurements);
      host.progress.update(describeProgress(label, progress, task));
    },
  });
  return {
    kernel,
    workload,
    builder,
    space,
    incumbent: task.incumbent,
    objective: task.objective,
    result,
    idOf: (configuration) => {
      const point = space.point(configuration);
      return point === null ? JSON.stringify(configuration) : space.id(point);
    },
    seconds: (clock.nowMs() - startMs) / 1000,
    spent: spent(),
    seed: task.seed,
    remarks: [...remarks].slice(0, maxRemarks),
    forgetTrials: () => store.clear(),
  };
}

/** What a search taught the cost model: one row per configuration that worked. */
export async function costRows(
  search: WorkloadSearch,
  family: string,
  measurements: readonly Measurement[],
): Promise<readonly CostRow[]> {
  const rows: CostRow[] = [];
  for (const { configuration, latency, energy } of measurements) {
    // A row is a program's, whatever its clock: what it does at a locked one is for its own kernel's model to learn.
    if (latency === null || clockOf(configuration) !== null) continue;
    const built = await search.builder.build(configuration);
    const features = await search.builder.featuresOf(configuration);
    if (!built.ok || built.value.program === null || features === null) continue;
    rows.push({
      family,
      kernel: search.kernel.name,
      workload: search.workload.name,
      identity: built.value.program.identity,
      features,
      latencyMs: latency.medianMs,
      watts: energy?.watts ?? null,
      estimated: energy?.estimated ?? false,
    });
  }
  return rows;
}
