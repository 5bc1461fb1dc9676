import { ExitCode, JoulegateError } from '../../../errors/index.ts';
import type { VariantFailure } from '../../../kernel/index.ts';
import { checkSourcesFetched } from '../../../manifest/index.ts';
import { countStatuses, type DiffKernel } from '../../../report/index.ts';
import type { ReportDiff } from '../../../schema/index.ts';
import type { Host, KernelFilter, ManifestOptions } from '../../host.ts';
import {
  prepareReportFolder,
  type ReportPlace,
  selectKernels,
  writeReportFiles,
} from '../../project/index.ts';
import { listMissingBaseline, listRemoved } from '../comparison.ts';
import { policyOf } from '../policy.ts';
import { type BaseCommit, openRevisions } from '../revisions.ts';
import { isSameCommit, sameCommitReason } from '../same-commit.ts';
import { compareShipped } from './compare.ts';

export interface DiffOptions extends ManifestOptions, KernelFilter, ReportPlace {
  /** As the guard takes it: a commit, a git revision, or a folder; null: there is none, so every kernel is new. */
  readonly base: string | BaseCommit | null;
}

interface Fault {
  readonly kernel: string;
  readonly workload: string;
  readonly failure: VariantFailure;
}

function faultLine({ kernel, workload, failure }: Fault): string {
  const { file, line, column, message } = failure;
  const place = [file, line, column].filter((part) => part !== undefined).join(':');
  return `${place === '' ? '' : `${place}: `}error: ${kernel} ${workload}: ${message}`;
}

function brokenPrograms(faults: readonly Fault[]): JoulegateError {
  const what = faults.length === 1 ? 'A program does not link.' : `${faults.length} programs do not link.`;
  return new JoulegateError('bad-input', `${what}\n\n${faults.map(faultLine).join('\n')}`, {
    code: 'broken-kernel',
    nextStep: 'Correct what is named; `joulegate validate` checks it again.',
  });
}

function reasonOf(counts: ReportDiff['counts'], total: number): string {
  const { changed, notLookedAt } = counts;
  const unread = notLookedAt === 0 ? '' : ` ${notLookedAt} could not be looked at.`;
  return changed === 0
    ? `No program that could be read differs from base's.${unread}`
    : `${changed} of ${total} programs ${changed === 1 ? 'differs' : 'differ'} from base's.${unread}`;
}

/**
 * Says how head's programs differ from base's, without a device and without running anything of the repository's: facts,
 * and no word on what they cost.
 * @returns the report; its `exitCode` is 0 whatever moved
 * @throws JoulegateError bad-input for head's manifest, for programs of head's that do not link, and for a base that does not exist
 */
export async function diff(host: Host, options: DiffOptions): Promise<ReportDiff> {
  const startedAt = host.now();
  const { head, base } = openRevisions(host, options);
  const wanted = selectKernels(head.revision.manifest, options.kernels);
  checkSourcesFetched(wanted);
  prepareReportFolder(host, options.report);
  // As the guard would judge it: what base says of launches holds.
  const { head: judged, warnings: looser } = policyOf(base, head.revision);
  const isWanted = (kernel: string) => wanted.some(({ name }) => name === kernel);
  const kernels: DiffKernel[] = [];
  const faults: Fault[] = [];
  const warnings: string[] = [...looser];
  const listed = (status: DiffKernel['status'], one: ReturnType<typeof listRemoved>[number]): DiffKernel => {
    const { kernel, workload, reason, definition } = one;
    const { file, line } = definition.position;
    const place = status === 'removed' ? { file: null, line: null } : { file, line };
    return { kernel, workload, status, reason, ...place, shipped: [], diff: null };
  };
  const lost = base.problem === null ? [] : listMissingBaseline(judged, base.problem);
  if (base.problem !== null)
    warnings.push(`The base cannot be read, so nothing was compared: ${base.problem}`);
  for (const kernel of judged.manifest.kernels.filter(({ name }) => isWanted(name))) {
    for (const workload of kernel.workloads) {
      host.signal.throwIfAborted();
      const compared = await compareShipped({ base: base.revision, head: judged, kernel, workload });
      if (compared.ok) {
        warnings.push(...compared.warnings);
        const without = lost.find((one) => one.kernel === kernel.name && one.workload === workload.name);
        kernels.push(without === undefined ? compared.kernel : listed('missing-baseline', without));
      } else faults.push({ kernel: kernel.name, workload: workload.name, failure: compared.failure });
    }
  }
  if (faults.length > 0) throw brokenPrograms(faults);
  const removed = base.revision === null ? [] : listRemoved(base.revision, judged);
  kernels.push(
    ...removed
      .filter(({ kernel }) => options.kernels === null || isWanted(kernel))
      .map((one) => listed('removed', one)),
  );
  const counts = countStatuses(kernels);
  const report: ReportDiff = {
    schema: 'joulegate-report',
    version: 1,
    kind: 'diff',
    tool: { name: 'joulegate', version: host.version },
    createdAt: startedAt.toISOString(),
    durationSeconds: (host.now().getTime() - startedAt.getTime()) / 1000,
    exitCode: ExitCode.passed,
    manifest: options.manifest,
    warnings: [...new Set(warnings)],
    reason: isSameCommit(head.described, base.described)
      ? sameCommitReason
      : reasonOf(counts, kernels.length),
    base: base.described,
    head: head.described,
    counts,
    kernels,
  };
  return writeReportFiles(host, options, report);
}
