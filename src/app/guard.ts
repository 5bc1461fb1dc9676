import { ExitCode } from '../errors/index.ts';
import { judge, type OverallVerdict, overallVerdict } from '../judge/index.ts';
import type { BlockSample } from '../measure/index.ts';
import { countVerdicts } from '../report/index.ts';
import type { ReportGuard } from '../schema/index.ts';
import { type Comparison, compareRevisions } from './comparison.ts';
import {
  type BrokenArm,
  type Contest,
  checkArms,
  measureContests,
  selectMeasurable,
} from './guard-measure.ts';
import { type GuardedKernel, guardedKernel } from './guard-report.ts';
import type { Host } from './host.ts';
import { type Laboratory, openLaboratory } from './laboratory.ts';
import { absolutePath } from './open-manifest.ts';
import { type BaseRevision, type HeadRevision, openRevisions } from './open-revisions.ts';
import type { KernelFilter, LaboratoryOptions, ManifestOptions } from './options.ts';
import { describeDevice, describeMeter } from './recording-rows.ts';
import { writeReportFiles } from './report-files.ts';

export interface GuardOptions extends ManifestOptions, LaboratoryOptions, KernelFilter {
  /** A git revision, or a folder with the base revision of the manifest. */
  readonly base: string;
  /** Judging ends with what was measured by then. */
  readonly maxMinutes?: number;
  /** Folder for report.json and report.md; none unless given. */
  readonly report?: string;
}

interface Outcome {
  readonly comparisons: readonly Comparison[];
  readonly contests: readonly Contest[];
  readonly broken: readonly BrokenArm[];
  readonly samples: readonly BlockSample[];
  readonly partial: boolean;
}

async function measureAll(
  host: Host,
  laboratory: Laboratory,
  revisions: { readonly head: HeadRevision; readonly base: BaseRevision },
  options: GuardOptions,
): Promise<Outcome> {
  const { head, base } = revisions;
  const { kernels } = options;
  const startMs = laboratory.clock.nowMs();
  const all = await compareRevisions({
    base: base.revision,
    baseProblem: base.problem,
    head: head.revision,
    family: laboratory.info.family,
    limits: laboratory.info.limits,
  });
  const comparisons =
    kernels.length === 0 ? all : all.filter((comparison) => kernels.includes(comparison.kernel));
  const measurable = selectMeasurable(comparisons);
  const { contests, broken } = await checkArms({ host, laboratory, comparisons: measurable });
  const judgeSeconds = head.revision.manifest.budget.guard.judgeSeconds * Math.max(1, contests.length);
  const spentSeconds = (laboratory.clock.nowMs() - startMs) / 1000;
  const limitSeconds = (options.maxMinutes ?? Number.POSITIVE_INFINITY) * 60 - spentSeconds;
  const measured = await measureContests({
    host,
    laboratory,
    contests,
    budget: { seconds: Math.min(judgeSeconds, limitSeconds) },
  });
  return { comparisons, contests, broken, ...measured };
}

function warningsOf(outcome: Outcome, overall: OverallVerdict): string[] {
  const warnings: string[] = [];
  if (outcome.partial) {
    warnings.push(
      'The time was up before every kernel was judged: those without enough blocks are inconclusive. Give --max-minutes or judge-seconds more.',
    );
  }
  if (overall.unjudged.length > 0) {
    const names = overall.unjudged.map(({ kernel, workload }) => `${kernel} ${workload}`).join(', ');
    warnings.push(`Too little could be measured to judge ${names}: nothing gates them in this run.`);
  }
  return warnings;
}

function nameOf(one: { readonly kernel: string; readonly workload: string }): string {
  return JSON.stringify([one.kernel, one.workload]);
}

/** A machine that moved (`environment`) is never red, and never green in silence: the verdict and its reason say so. */
function exitCodeOf(verdict: OverallVerdict['verdict']): ExitCode {
  if (verdict === 'failed') return ExitCode.gateFailed;
  return verdict === 'could-not-measure' ? ExitCode.couldNotMeasure : ExitCode.passed;
}

/**
 * Compares what head ships with what base ships and judges it.
 * @returns the report; its `exitCode` is 1 if a gate failed
 * @throws JoulegateError bad-input for head's manifest and for a base that does not exist, could-not-measure without
 * an adapter
 */
export async function guard(host: Host, options: GuardOptions): Promise<ReportGuard> {
  const startedAt = host.now();
  const { head, base } = openRevisions(host, options);
  const manifest = head.revision.manifest;
  const laboratory = await openLaboratory(host, options);
  try {
    const outcome = await measureAll(host, laboratory, { head, base }, options);
    const subjects = outcome.contests.map((contest) => contest.subject);
    const judgements = judge(subjects, outcome.samples);
    const kernels = outcome.comparisons.map((comparison): GuardedKernel => {
      const matches = (other: { readonly kernel: string; readonly workload: string }) =>
        other.kernel === comparison.kernel && other.workload === comparison.workload;
      return guardedKernel({
        comparison,
        judgement: judgements.find(matches) ?? null,
        broken: outcome.broken.find((arm) => matches(arm.comparison)) ?? null,
        samples: outcome.samples,
        failOn: comparison.definition.gate.failOn,
        energyEstimated: laboratory.meter?.info.estimated ?? false,
      });
    });
    const judged = new Set(judgements.map(nameOf));
    const failOn = new Map(
      outcome.comparisons.map((comparison) => [comparison.kernel, comparison.definition.gate.failOn]),
    );
    const overall = overallVerdict({
      judgements,
      listed: kernels.filter((kernel) => !judged.has(nameOf(kernel))),
      failOn: (kernel) => failOn.get(kernel) ?? manifest.gate.failOn,
    });
    const interrupted = host.signal.aborted;
    const report: ReportGuard = {
      schema: 'joulegate-report',
      version: 1,
      kind: 'guard',
      tool: { name: 'joulegate', version: host.version },
      createdAt: startedAt.toISOString(),
      durationSeconds: (host.now().getTime() - startedAt.getTime()) / 1000,
      exitCode: interrupted ? ExitCode.interrupted : exitCodeOf(overall.verdict),
      manifest: options.manifest,
      device: describeDevice(laboratory.info),
      meter: laboratory.meter === null ? null : describeMeter(laboratory.meter.info),
      meterReason: laboratory.meterReason,
      warnings: warningsOf(outcome, overall),
      verdict: interrupted ? 'interrupted' : overall.verdict,
      reason: overall.reason,
      base: base.described,
      head: head.described,
      counts: { ...countVerdicts(kernels), gated: overall.gated },
      kernels,
      samples: outcome.samples.map((sample) => ({ ...sample, voidReasons: [...sample.voidReasons] })),
    };
    if (options.report !== undefined) {
      writeReportFiles(absolutePath(host, options.report), report);
    }
    return report;
  } finally {
    await laboratory.close();
  }
}
