import { join } from 'node:path';
import { ExitCode } from '../errors/index.ts';
import type { Budget, KernelDefinition } from '../manifest/index.ts';
import type { DeviceInfo } from '../measure/index.ts';
import type { CostModel } from '../model/index.ts';
import type { ReportRetune } from '../schema/index.ts';
import {
  emptyTuned,
  formatTuned,
  readTunedIfPresent,
  type Tuned,
  tunedConfiguration,
  withTunedEntry,
  writeFileAtomic,
} from '../store/index.ts';
import { shippedConfiguration } from './comparison.ts';
import { openCostModel, saveCostModel } from './cost-model-file.ts';
import { type Final, runFinals } from './finals.ts';
import type { Host } from './host.ts';
import { type Laboratory, openLaboratory } from './laboratory.ts';
import { absolutePath, type OpenedManifest, openManifest, selectKernels } from './open-manifest.ts';
import type { KernelFilter, LaboratoryOptions, ManifestOptions } from './options.ts';
import { describeDevice, describeMeter } from './recording-rows.ts';
import { writeReportFiles } from './report-files.ts';
import { type RetunedKernel, retunedKernel } from './retune-report.ts';
import { costRows, searchWorkload, type WorkloadSearch } from './search-workload.ts';

export interface RetuneOptions extends ManifestOptions, LaboratoryOptions, KernelFilter {
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
  /** Folder for report.json and report.md; none unless given. */
  readonly report?: string;
  /**
   * Called once the device is known and before the model is read: the moment to put a kept model in its place. What it
   * returns of a tuned state is tried early, but decides nothing.
   */
  readonly onDevice?: (device: DeviceInfo) => Promise<{ readonly tuned: Tuned | null }>;
}

/** Folder beside the manifest that keeps the model and unfinished searches. */
const stateFolderName = '.joulegate';

interface RetuneRun {
  readonly host: Host;
  readonly options: RetuneOptions;
  readonly opened: OpenedManifest;
  readonly laboratory: Laboratory;
  readonly tuned: Tuned;
  /** A tuned state of earlier runs that was not adopted, or not yet; only where to start from. */
  readonly hints: Tuned | null;
  readonly stateFolder: string;
}

function budgetOf({ options, opened }: RetuneRun): Budget {
  const budget = opened.manifest.budget[options.budget];
  return {
    ...budget,
    trials: options.trials ?? budget.trials,
    searchSeconds: options.seconds ?? budget.searchSeconds,
  };
}

/** Searches every kernel and workload in turn; each one teaches the cost model for the next. */
async function searchAll(
  run: RetuneRun,
  kernels: readonly KernelDefinition[],
  coldModel: CostModel,
): Promise<{
  readonly searches: readonly WorkloadSearch[];
  readonly model: CostModel;
  readonly skipped: readonly string[];
}> {
  const { host, options, laboratory, opened, tuned } = run;
  const { limits, family } = laboratory.info;
  const deadlineMs = laboratory.clock.nowMs() + (options.maxMinutes ?? Number.POSITIVE_INFINITY) * 60_000;
  const jobs = kernels.flatMap((kernel) => kernel.workloads.map((workload) => ({ kernel, workload })));
  const searches: WorkloadSearch[] = [];
  const skipped: string[] = [];
  let model = coldModel;
  for (const [index, { kernel, workload }] of jobs.entries()) {
    if (host.signal.aborted) break;
    const secondsLeft = (deadlineMs - laboratory.clock.nowMs()) / 1000;
    if (secondsLeft <= 1) {
      skipped.push(`${kernel.name} ${workload.name}`);
      continue;
    }
    host.progress.stage(`[${index + 1}/${jobs.length}] ${kernel.name} ${workload.name}`);
    const budget = budgetOf(run);
    const search = await searchWorkload({
      host,
      device: laboratory.device,
      meter: laboratory.meter,
      clock: laboratory.clock,
      kernel,
      workload,
      incumbent: shippedConfiguration({
        revision: { manifest: opened.manifest, tuned },
        kernel,
        workload,
        family,
        limits,
      }),
      hint: run.hints === null ? null : tunedConfiguration(run.hints, kernel.name, workload.name, family),
      objective: kernel.objective,
      budget: { ...budget, searchSeconds: Math.min(budget.searchSeconds, secondsLeft) },
      seed: options.seed,
      costModel: model,
      stateFolder: run.stateFolder,
    });
    searches.push(search);
    model = model.update(await costRows(search, family, search.result.measurements));
  }
  return { searches, model, skipped };
}

function updateTuned(run: RetuneRun, finals: readonly Final[], kernels: readonly RetunedKernel[]): Tuned {
  const { info } = run.laboratory;
  let tuned = run.tuned;
  for (const [index, { search }] of finals.entries()) {
    const retuned = kernels[index];
    const configuration = retuned?.configuration ?? null;
    if (retuned === undefined || configuration === null || retuned.latencyMs === null) continue;
    tuned = withTunedEntry(tuned, {
      kernel: search.kernel.name,
      workload: { name: search.workload.name, parameters: search.workload.parameters },
      family: info.family,
      configuration,
      latencyMs: retuned.latencyMs,
      joules: retuned.joules,
      estimated: retuned.estimated,
      device: info.description || info.device,
      driver: info.driver,
      identity: finals[index]!.identity,
      trials: retuned.trials,
      energyMeasurements: retuned.energyMeasurements,
      seed: search.seed,
      measuredAt: run.host.now().toISOString(),
    });
  }
  return tuned;
}

function warningsOf(skipped: readonly string[], kernels: readonly RetunedKernel[]): string[] {
  const warnings = kernels
    .filter((kernel) => kernel.configuration === null)
    .map((kernel) => `${kernel.kernel} ${kernel.workload}: no configuration works`);
  if (skipped.length > 0) {
    warnings.push(`Not retuned, because the time was up: ${skipped.join(', ')}. Give --max-minutes more.`);
  }
  return warnings;
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
  const laboratory = await openLaboratory(host, options);
  try {
    const stateFolder = join(opened.folder, stateFolderName);
    const ownTunedPath = join(opened.folder, opened.manifest.tunedPath);
    const tunedPath = options.out === undefined ? ownTunedPath : absolutePath(host, options.out);
    const tuned = readTunedIfPresent(ownTunedPath) ?? emptyTuned();
    const hints = (await options.onDevice?.(laboratory.info))?.tuned ?? null;
    const run: RetuneRun = { host, options, opened, laboratory, tuned, hints, stateFolder };
    const modelPath =
      options.model === undefined
        ? join(stateFolder, `model-${laboratory.info.family}.json.gz`)
        : absolutePath(host, options.model);
    const coldModel = openCostModel({
      host,
      path: modelPath,
      family: laboratory.info.family,
      seed: options.seed,
    });
    const { searches, model, skipped } = await searchAll(run, kernels, coldModel);
    saveCostModel(modelPath, model);
    const finals = host.signal.aborted ? [] : await runFinals({ host, laboratory, searches });
    const interrupted = host.signal.aborted;
    const retuned = searches.map((search) =>
      retunedKernel(search, interrupted ? null : (finals.find((final) => final.search === search) ?? null)),
    );
    if (!interrupted) {
      writeFileAtomic(tunedPath, formatTuned(updateTuned(run, finals, retuned)));
      for (const search of searches) search.forgetTrials();
    }
    const report: ReportRetune = {
      schema: 'joulegate-report',
      version: 1,
      kind: 'retune',
      tool: { name: 'joulegate', version: host.version },
      createdAt: startedAt.toISOString(),
      durationSeconds: (host.now().getTime() - startedAt.getTime()) / 1000,
      exitCode: interrupted ? ExitCode.interrupted : ExitCode.passed,
      manifest: options.manifest,
      device: describeDevice(laboratory.info),
      meter: laboratory.meter === null ? null : describeMeter(laboratory.meter.info),
      meterReason: laboratory.meterReason,
      warnings: warningsOf(skipped, retuned),
      kernels: retuned,
    };
    if (options.report !== undefined) writeReportFiles(absolutePath(host, options.report), report);
    return report;
  } finally {
    await laboratory.close();
  }
}
