import { join, posix } from 'node:path';
import type { Budget, KernelDefinition } from '../../manifest/index.ts';
import type { BlockSample, DeviceInfo } from '../../measure/index.ts';
import type { CostModel } from '../../model/index.ts';
import type { ReportRetune } from '../../schema/index.ts';
import { emptyTuned, type Recording, readTunedIfPresent, type Tuned } from '../../store/index.ts';
import type { Host, KernelFilter, LaboratoryOptions, ManifestOptions } from '../host.ts';
import {
  checkReference,
  closeLaboratory,
  isKernelFault,
  type Laboratory,
  openLaboratory,
} from '../laboratory/index.ts';
import {
  absolutePath,
  folderIn,
  type OpenedManifest,
  openManifest,
  prepareReportFolder,
  type ReportPlace,
  readRecordings,
  selectKernels,
  shippedConfiguration,
  writeReportFiles,
} from '../project/index.ts';
import { describeDevice, describeMeter } from '../recordings/index.ts';
import {
  costRows,
  openCostModel,
  openStateFolder,
  runFinals,
  saveCostModel,
  searchWorkload,
  type WorkloadSearch,
} from '../tuning/index.ts';
import { timeFinalPasses } from './final-passes.ts';
import { hintsOf } from './hints.ts';
import { keepFaulty, prepareKeepFolder } from './keep-sources.ts';
import { measureNoiseOf, noiseKernelOf } from './noise.ts';
import { exitCodeOf, retunedKernel } from './report.ts';
import { subgroupWarnings } from './subgroups.ts';
import { keepFile, writeFindings } from './write-findings.ts';

/** The report's folder gets recordings of all trials too. */
export interface RetuneOptions extends ManifestOptions, LaboratoryOptions, KernelFilter, ReportPlace {
  /** Which of the manifest's budgets applies. */
  readonly budget: 'guard' | 'retune';
  /** Overrides of that budget, per kernel and workload. */
  readonly trials?: number;
  readonly seconds?: number;
  /** Ends the whole run in time: kernels that are left are named, not tuned. */
  readonly maxMinutes?: number;
  readonly seed: number;
  /** The cost model kept between runs; below the state folder unless given. */
  readonly model?: string;
  /** Where the tuned state goes; the manifest's own unless given. */
  readonly out?: string;
  /** Recordings of other devices to learn from: files, and folders of them. */
  readonly from?: readonly string[];
  /** Folder for the final WGSL of the finalists and of the incumbent; not kept unless given. */
  readonly keep?: string;
  /** None unless given: then the noise is not measured either. */
  readonly memory?: RetuneMemory;
}

/** What lasts beyond a retune, besides its files. */
export interface RetuneMemory {
  /**
   * Called once the device is known and before the model is read: the moment to put a kept model in its place.
   * @returns a tuned state that is tried early, but decides nothing; null without one
   */
  restore(device: DeviceInfo): Promise<Tuned | null>;
  /** Takes A/A blocks, measured in the time that comparing leaves. */
  keepNoise(samples: readonly BlockSample[]): void;
}

interface RetuneRun {
  readonly host: Host;
  readonly options: RetuneOptions;
  readonly opened: OpenedManifest;
  readonly laboratory: Laboratory;
  readonly tuned: Tuned;
  /** A tuned state of earlier runs that was not adopted, or not yet; only where to start from. */
  readonly hints: Tuned | null;
  /** Of other devices. */
  readonly recordings: readonly Recording[];
  readonly stateFolder: string | null;
  /** On the laboratory's clock. */
  readonly deadlineMs: number;
}

interface RetuneTask {
  readonly startedAt: Date;
  readonly kernels: readonly KernelDefinition[];
  readonly noiseKernel: KernelDefinition | null;
}

function ownTunedPath({ folder, manifest }: OpenedManifest): string {
  return join(folder, manifest.tunedPath);
}

function budgetOf({ options, opened }: RetuneRun): Budget {
  const budget = opened.manifest.budget[options.budget];
  return {
    ...budget,
    trials: options.trials ?? budget.trials,
    searchSeconds: options.seconds ?? budget.searchSeconds,
  };
}

/** Part of a limited time that is set aside for comparing the finalists. */
const finalsPart = 0.25;
interface Searched {
  readonly searches: readonly WorkloadSearch[];
  readonly model: CostModel;
  readonly warnings: readonly string[];
  /** Kernels that could not be searched because of a fault of theirs. */
  readonly faulty: number;
}

/** A sentinel is never tuned, unless it is asked for by name: it has to stay what it is. */
function isTuned(kernel: KernelDefinition, options: RetuneOptions): boolean {
  return !kernel.sentinel || (options.kernels?.includes(kernel.name) ?? false);
}

/** Searches every kernel and workload in turn; each one teaches the cost model for the next. */
async function searchAll(
  run: RetuneRun,
  kernels: readonly KernelDefinition[],
  coldModel: CostModel,
): Promise<Searched> {
  const { host, options, laboratory, tuned } = run;
  const { limits, family } = laboratory.info;
  const budget = budgetOf(run);
  const jobs = kernels
    .filter((kernel) => isTuned(kernel, options))
    .flatMap((kernel) => kernel.workloads.map((workload) => ({ kernel, workload })));
  // What the comparison at the end needs is set aside: without it nothing that was found can be kept.
  const leftMs = run.deadlineMs - laboratory.clock.nowMs();
  const asideMs = Math.min(finalsPart * leftMs, 1000 * budget.judgeSeconds * jobs.length);
  const searchDeadlineMs = run.deadlineMs - asideMs;
  const searches: WorkloadSearch[] = [];
  const skipped: string[] = [];
  const warnings: string[] = [];
  let faulty = 0;
  let model = coldModel;
  for (const [index, { kernel, workload }] of jobs.entries()) {
    if (host.signal.aborted) break;
    const name = `${kernel.name} ${workload.name}`;
    // In equal parts; what is left over goes to others.
    const secondsLeft = (searchDeadlineMs - laboratory.clock.nowMs()) / 1000 / (jobs.length - index);
    if (secondsLeft <= 1) {
      skipped.push(name);
      continue;
    }
    host.progress.stage(`[${index + 1}/${jobs.length}] ${name}`);
    const shipped = shippedConfiguration({ tuned, kernel, workload, family, limits });
    if (shipped.problem !== null) warnings.push(`${shipped.problem}.`);
    try {
      await checkReference({ laboratory, kernel, workload });
      const search = await searchWorkload({
        host,
        device: laboratory.device,
        print: laboratory.print,
        meter: laboratory.meter,
        clock: laboratory.clock,
        kernel,
        workload,
        incumbent: shipped.configuration,
        hints: hintsOf({ kernel: kernel.name, workload: workload.name, family, tuned, hints: run.hints }),
        recordings: run.recordings,
        objective: kernel.objective,
        budget: { ...budget, searchSeconds: Math.min(budget.searchSeconds, secondsLeft) },
        seed: options.seed,
        costModel: model,
        stateFolder: run.stateFolder,
      });
      searches.push(search);
      warnings.push(...search.remarks.map((remark) => `${name}: ${remark}.`));
      model = model.update(await costRows(search, family, search.result.measurements));
    } catch (error) {
      // Such a kernel cannot be searched; the others can.
      if (!isKernelFault(error)) throw error;
      faulty++;
      await keepFaulty({ host, folder: options.keep, laboratory }, kernel, workload);
      warnings.push(`${name} was not retuned. ${error.message}`);
      host.progress.warn(error.message);
    }
  }
  if (skipped.length > 0) {
    warnings.push(`Not retuned, because the time was up: ${skipped.join(', ')}. Give --max-minutes more.`);
  }
  return { searches, model, warnings, faulty };
}

/** The cost model's file; null where no state folder could be had, and none is given. */
function modelPathOf({ host, options, laboratory, stateFolder }: RetuneRun): string | null {
  if (options.model !== undefined) return absolutePath(host, options.model);
  return stateFolder === null ? null : join(stateFolder, `model-${laboratory.info.family}.json.gz`);
}

/** What is compared by the end of the time for judging: finals first, then the noise in what they leave of it. */
async function compare(
  run: RetuneRun,
  searches: readonly WorkloadSearch[],
  noiseKernel: KernelDefinition | null,
) {
  const { host, options, laboratory, tuned } = run;
  const judgeMs = budgetOf(run).judgeSeconds * searches.length * 1000;
  const deadlineMs = Math.min(run.deadlineMs, laboratory.clock.nowMs() + judgeMs);
  const finals = host.signal.aborted ? [] : await runFinals({ host, laboratory, searches, deadlineMs });
  if (noiseKernel !== null) {
    const task = { host, laboratory, tuned, kernel: noiseKernel, deadlineMs };
    options.memory?.keepNoise(await measureNoiseOf(task));
  }
  return finals;
}

/** Searches, compares and writes on an open laboratory. */
async function retuneOn(run: RetuneRun, task: RetuneTask): Promise<ReportRetune> {
  const { host, options, opened, laboratory } = run;
  const { startedAt, kernels, noiseKernel } = task;
  const { family } = laboratory.info;
  const modelPath = modelPathOf(run);
  const coldModel = openCostModel({ host, path: modelPath, family, seed: options.seed });
  const { searches, model, warnings, faulty } = await searchAll(run, kernels, coldModel);
  const modelFault =
    modelPath === null
      ? null
      : await keepFile('the next run begins without this cost model', () => saveCostModel(modelPath, model));
  const finals = await compare(run, searches, noiseKernel);
  const sizes = await subgroupWarnings(laboratory, finals);
  const interrupted = host.signal.aborted;
  const lost: string[] = [];
  const passes = await timeFinalPasses({ host, laboratory, finals, warn: (text) => void lost.push(text) });
  const retuned = searches.map((search) =>
    retunedKernel({
      search,
      final: interrupted ? null : (finals.find((final) => final.search === search) ?? null),
      energyEstimated: laboratory.meter?.info.estimated ?? false,
      passes: passes.find(
        (one) => one.kernel === search.kernel.name && one.workload === search.workload.name,
      ),
    }),
  );
  const tunedPath = options.out === undefined ? ownTunedPath(opened) : absolutePath(host, options.out);
  const faults = [
    ...(modelFault === null ? [] : [modelFault]),
    ...(await writeFindings({ ...run, tunedPath, searches, finals, retuned })),
  ];
  const tuned = posix.join(folderIn(opened.path), opened.manifest.tunedPath);
  return {
    schema: 'joulegate-report',
    version: 1,
    kind: 'retune',
    tool: { name: 'joulegate', version: host.version },
    createdAt: startedAt.toISOString(),
    durationSeconds: (host.now().getTime() - startedAt.getTime()) / 1000,
    exitCode: exitCodeOf(interrupted, faulty + faults.length, retuned),
    manifest: options.manifest,
    ...(options.out === undefined ? { tuned } : {}),
    device: describeDevice(laboratory.info),
    meter: laboratory.meter === null ? null : describeMeter(laboratory.meter.info),
    meterReason: laboratory.meterReason,
    warnings: [...warnings, ...sizes, ...lost, ...faults],
    kernels: retuned,
  };
}

/**
 * Searches every kernel of a manifest for better configurations, compares the best with what ships today in fresh
 * blocks, and writes the tuned state, the cost model and the report.
 * @throws JoulegateError bad-input for the manifest and its files, could-not-measure without an adapter
 */
export async function retune(host: Host, options: RetuneOptions): Promise<ReportRetune> {
  const startedAt = host.now();
  const opened = openManifest(host, options.manifest);
  const kernels = selectKernels(opened.manifest, options.kernels);
  const recordings = options.from === undefined ? [] : readRecordings(host, options.from);
  prepareReportFolder(host, options.report);
  prepareKeepFolder(host, options.keep);
  const noiseKernel = options.memory === undefined ? null : noiseKernelOf(opened.manifest, kernels);
  const measured = noiseKernel === null ? kernels : [...kernels, noiseKernel];
  const laboratory = await openLaboratory(host, options, measured);
  try {
    await laboratory.tryClocks(kernels.filter((kernel) => isTuned(kernel, options)));
    const stateFolder = openStateFolder(host, opened.folder);
    const tuned = readTunedIfPresent(ownTunedPath(opened)) ?? emptyTuned();
    const hints = (await options.memory?.restore(laboratory.info)) ?? null;
    const deadlineMs = laboratory.clock.nowMs() + (options.maxMinutes ?? Number.POSITIVE_INFINITY) * 60_000;
    const run = { host, options, opened, laboratory, tuned, hints, recordings, stateFolder, deadlineMs };
    return writeReportFiles(host, options, await retuneOn(run, { startedAt, kernels, noiseKernel }));
  } finally {
    await closeLaboratory(host, laboratory);
  }
}
