import { join, posix } from 'node:path';
import type { KernelDefinition } from '../../manifest/index.ts';
import type { ReportRetune } from '../../schema/index.ts';
import { emptyTuned, readTunedIfPresent } from '../../store/index.ts';
import type { Host } from '../host.ts';
import { closeLaboratory, openLaboratory } from '../laboratory/index.ts';
import {
  absolutePath,
  folderIn,
  type OpenedManifest,
  openManifest,
  prepareReportFolder,
  readRecordings,
  selectKernels,
  writeReportFiles,
} from '../project/index.ts';
import { describeDevice, describeMeter } from '../recordings/index.ts';
import {
  openCostModel,
  openStateFolder,
  runFinals,
  saveCostModel,
  type WorkloadSearch,
} from '../tuning/index.ts';
import { timeFinalPasses } from './final-passes.ts';
import { prepareKeepFolder } from './keep-sources.ts';
import { networkSavings } from './network-savings.ts';
import { measureNoiseOf, noiseKernelOf } from './noise.ts';
import { exitCodeOf, retunedKernel } from './report.ts';
import { budgetOf, isTuned, type RetuneOptions, type RetuneRun } from './run.ts';
import { searchAll } from './search-all.ts';
import { subgroupWarnings } from './subgroups.ts';
import { keepFile, writeFindings } from './write-findings.ts';

interface RetuneTask {
  readonly startedAt: Date;
  readonly kernels: readonly KernelDefinition[];
  readonly noiseKernel: KernelDefinition | null;
}

function ownTunedPath({ folder, manifest }: OpenedManifest): string {
  return join(folder, manifest.tunedPath);
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
  const { searches, model, warnings, faulty, outlooks } = await searchAll(run, kernels, coldModel);
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
  const networks = interrupted
    ? []
    : await networkSavings(opened.manifest.networks, {
        finals,
        outlooks,
        estimated: laboratory.meter?.info.estimated ?? false,
      });
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
    ...(networks.length === 0 ? {} : { networks: [...networks] }),
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
