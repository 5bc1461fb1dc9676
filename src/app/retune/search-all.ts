import type { KernelDefinition } from '../../manifest/index.ts';
import type { CostModel } from '../../model/index.ts';
import { checkReference, isKernelFault } from '../laboratory/index.ts';
import { shippedConfiguration } from '../project/index.ts';
import { costRows, searchWorkload, type WorkloadSearch } from '../tuning/index.ts';
import { hintsOf } from './hints.ts';
import { keepFaulty } from './keep-sources.ts';
import { budgetParts, lookAhead, type Outlook } from './network-budget.ts';
import { budgetOf, isTuned, type RetuneRun } from './run.ts';

/** Part of a limited time that is set aside for comparing the finalists. */
const finalsPart = 0.25;

/** What searching found. */
export interface Searched {
  readonly searches: readonly WorkloadSearch[];
  readonly model: CostModel;
  readonly warnings: readonly string[];
  /** Kernels that could not be searched because of a fault of theirs. */
  readonly faulty: number;
  /** What launches of networks cost before. */
  readonly outlooks: readonly Outlook[];
}

/**
 * Searches every kernel and workload in turn; each one teaches the cost model for the next. Of what networks launch, each
 * gets the more time the more of an inference it is, and the less was tried of it.
 */
export async function searchAll(
  run: RetuneRun,
  kernels: readonly KernelDefinition[],
  coldModel: CostModel,
): Promise<Searched> {
  const { host, options, opened, laboratory, tuned } = run;
  const { limits, family } = laboratory.info;
  const budget = budgetOf(run);
  const jobs = kernels
    .filter((kernel) => isTuned(kernel, options))
    .flatMap((kernel) =>
      kernel.workloads.map((workload) => {
        const shipped = shippedConfiguration({ tuned, kernel, workload, family, limits });
        return { kernel, workload, incumbent: shipped.configuration, problem: shipped.problem };
      }),
    );
  // What the comparison at the end needs is set aside: without it nothing that was found can be kept.
  const leftMs = run.deadlineMs - laboratory.clock.nowMs();
  const asideMs = Math.min(finalsPart * leftMs, 1000 * budget.judgeSeconds * jobs.length);
  const searchDeadlineMs = run.deadlineMs - asideMs;
  const searches: WorkloadSearch[] = [];
  const skipped: string[] = [];
  const warnings: string[] = [];
  let faulty = 0;
  let model = coldModel;
  const warn = (text: string) => void warnings.push(text);
  const outlooks = await lookAhead(run, jobs, { deadlineMs: searchDeadlineMs, warn });
  const networkParts = budgetParts(opened.manifest.networks, outlooks);
  const parts = jobs.map(({ kernel, workload }) => {
    const at = outlooks.findIndex((one) => one.kernel === kernel.name && one.workload === workload.name);
    return networkParts[at] ?? 1;
  });
  for (const [index, { kernel, workload, incumbent, problem }] of jobs.entries()) {
    if (host.signal.aborted) break;
    const name = `${kernel.name} ${workload.name}`;
    // What is left over goes to others.
    const part = parts[index] ?? 1;
    const partsLeft = parts.slice(index).reduce((sum, one) => sum + one, 0);
    const secondsLeft = ((searchDeadlineMs - laboratory.clock.nowMs()) / 1000) * (part / partsLeft);
    if (secondsLeft <= 1) {
      skipped.push(name);
      continue;
    }
    host.progress.stage(`[${index + 1}/${jobs.length}] ${name}`);
    if (problem !== null) warnings.push(`${problem}.`);
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
        incumbent,
        hints: hintsOf({ kernel: kernel.name, workload: workload.name, family, tuned, hints: run.hints }),
        recordings: run.recordings,
        objective: kernel.objective,
        budget: {
          ...budget,
          trials: Math.max(1, Math.round(part * budget.trials)),
          searchSeconds: Math.min(part * budget.searchSeconds, secondsLeft),
        },
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
  return { searches, model, warnings, faulty, outlooks };
}
