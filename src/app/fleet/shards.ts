import { ExitCode, JoulegateError } from '../../errors/index.ts';
import type { SubjectJudgement } from '../../judge/index.ts';
import { defaultFailOn, type Verdict } from '../../manifest/index.ts';
import { countVerdicts } from '../../report/index.ts';
import type { ReportGuard } from '../../schema/index.ts';
import { isSameCommit, overallOf, sameCommitReason } from '../guard/index.ts';
import { fitRows } from './fit-report.ts';
import { judgeShards, readShard, type Shard, subjectKey } from './judge-shards.ts';
import { joinNetworks, judgedEntry, nameOfNetwork } from './networks.ts';
import { isShare } from './stray-reports.ts';

type Kernel = ReportGuard['kernels'][number];

/** As many and as long as a report may have. */
const maxWarnings = 1000;
const maxWarning = 4000;
/** Of what is missing and of the verdict, each: a report's reason may have 4,000 characters. */
const maxReason = 1900;

/** Runs that ended without a verdict: their kernels were not judged, whatever their reports list. */
const unfinished: readonly number[] = [ExitCode.couldNotMeasure, ExitCode.internal, ExitCode.interrupted];

/** The label of the pull request by which a kernel's regression is accepted; null if there is none. */
type Acceptance = (kernel: string) => string | null;

function acceptanceOf(
  kernels: readonly Pick<Kernel, 'kernel' | 'acceptLabel'>[],
  labels: readonly string[] | null,
): Acceptance {
  const there = new Set((labels ?? []).map((label) => label.toLowerCase()));
  const labelOf = new Map(kernels.map(({ kernel, acceptLabel }) => [kernel, acceptLabel ?? null]));
  return (name) => {
    const label = labelOf.get(name) ?? null;
    return label !== null && there.has(label.toLowerCase()) ? label : null;
  };
}

function judged(
  kernel: Kernel,
  judgement: SubjectJudgement | null,
  policy: { readonly failOn: readonly Verdict[]; readonly acceptedBy: string | null },
): Kernel {
  const { failOn, acceptedBy } = policy;
  if (judgement === null) {
    const listed = failOn.includes(kernel.verdict);
    const by = listed && kernel.verdict === 'wrong-result' ? acceptedBy : null;
    return { ...kernel, fails: listed && by === null, accepted: by };
  }
  const fails = failOn.includes(judgement.verdict);
  const accepted = fails && judgement.verdict === 'regressed' ? acceptedBy : null;
  const ratioOf = (wanted: 'energy' | 'latency') =>
    judgement.metrics.find(({ metric }) => metric === wanted)?.ratio ?? null;
  return {
    ...kernel,
    verdict: judgement.verdict,
    reason: judgement.reason,
    fails: fails && accepted === null,
    accepted,
    metrics: judgement.metrics.map((metric) => ({ ...metric })),
    attribution: judgement.attribution,
    energyRatio: ratioOf('energy'),
    latencyRatio: ratioOf('latency'),
  };
}

function shortened(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}

function refuse(message: string): never {
  throw new JoulegateError('bad-input', message, {
    code: 'reports-differ',
    nextStep: 'Let one report job need the shards of one manifest, device and commit, and no others.',
  });
}

function assertMergeable(reports: readonly ReportGuard[], acrossDevices: boolean): void {
  const differing = (what: string, of: (report: ReportGuard) => string | null | undefined) => {
    const found = [...new Set(reports.map(of).filter((value) => value !== null && value !== undefined))];
    if (found.length > 1) refuse(`The reports are of several ${what}: ${found.join(', ')}.`);
  };
  differing('manifests', (report) => report.manifest);
  if (!acrossDevices) differing('devices', (report) => report.device?.family);
  differing('heads', (report) => report.head.commit);
  differing('bases', (report) => report.base?.commit);
  const seen = new Set<string>();
  for (const kernel of reports.flatMap((report) => report.kernels)) {
    if (!isShare(kernel)) continue;
    if (seen.has(subjectKey(kernel)))
      refuse(`Several reports have measured ${kernel.kernel} ${kernel.workload}.`);
    seen.add(subjectKey(kernel));
  }
}

/** A kernel as one report has it. */
interface Entry {
  readonly kernel: Kernel;
  readonly report: ReportGuard;
  /** null if it was not measured there. */
  readonly judgement: SubjectJudgement | null;
}

/** It was not measured, and that alone fails: it does not run on that machine, say. */
function failsUnmeasured({ kernel, judgement }: Entry): boolean {
  return judgement === null && (kernel.failOn ?? defaultFailOn).includes(kernel.verdict);
}

/**
 * Which of two says more: the one that could not be measured and fails for it, then the one that was measured more, then the
 * one that saw its machine move.
 */
function saysMore(a: Entry, b: Entry): boolean {
  if (failsUnmeasured(a) !== failsUnmeasured(b)) return failsUnmeasured(a);
  if (a.kernel.blocks !== b.kernel.blocks) return a.kernel.blocks > b.kernel.blocks;
  return a.judgement?.verdict === 'environment' && b.judgement?.verdict !== 'environment';
}

/** Each kernel once: of a sentinel of several shards, or a removed kernel, the entry that says most. */
function distinctEntries(
  shards: readonly Shard[],
  judgements: readonly (readonly SubjectJudgement[])[],
): ReadonlyMap<string, Entry> {
  const entries = new Map<string, Entry>();
  for (const [i, { report }] of shards.entries()) {
    const own = new Map(judgements[i]?.map((judgement) => [subjectKey(judgement), judgement]));
    for (const kernel of report.kernels) {
      const entry = { kernel, report, judgement: own.get(subjectKey(kernel)) ?? null };
      const there = entries.get(subjectKey(kernel));
      if (there === undefined || saysMore(entry, there)) entries.set(subjectKey(kernel), entry);
    }
  }
  return entries;
}

/** Every shard tells what it saw of the gates; what several saw is told once. */
function mergePolicies(reports: readonly ReportGuard[]): ReportGuard['policy'] {
  const policies = reports.flatMap(({ policy }) => policy ?? []);
  const [first] = policies;
  if (first === undefined) return undefined;
  const changes = new Map(
    policies.flatMap((policy) => policy.changes.map((change) => [JSON.stringify(change), change])),
  );
  return { source: first.source, changes: [...changes.values()] };
}

/**
 * Judges the reports of several shards together from their raw samples. Where a shard is missing, or ended without a
 * verdict, the result is never green.
 * @param options.gaps what is missing or not of use, a sentence each
 * @param options.acrossDevices the reports are of several devices, and no two name a kernel alike
 * @param options.failOn verdicts that fail; each kernel's own, as its report says, unless given
 * @param options.labels of the pull request, which may accept regressions; none unless given
 * @throws JoulegateError bad-input for no report, or for reports that do not belong together
 */
export function mergeReports(options: {
  readonly reports: readonly ReportGuard[];
  readonly gaps: readonly string[];
  readonly acrossDevices?: boolean;
  readonly failOn: readonly Verdict[] | null;
  readonly labels?: readonly string[] | null;
}): ReportGuard {
  const { reports, labels = null } = options;
  const first = reports[0];
  if (first === undefined) {
    throw new JoulegateError('bad-input', 'There is no report to judge.', {
      code: 'no-reports',
      nextStep: 'Let this job need the jobs with `mode: guard` of the same run.',
    });
  }
  assertMergeable(reports, options.acrossDevices ?? false);
  const shards = reports.map(readShard);
  const joined = joinNetworks(reports);
  const { shards: judgements, networks: judgedNetworks } = judgeShards(shards, joined);
  const entries = distinctEntries(shards, judgements);
  const kernels = [...entries.values()].map(({ kernel }) => kernel);
  const gates = [
    ...kernels,
    ...joined.map((network) => ({
      kernel: nameOfNetwork(network),
      failOn: network.entry.failOn,
      acceptLabel: network.entry.acceptLabel,
    })),
  ];
  const failOn = new Map(gates.map((gate) => [gate.kernel, options.failOn ?? gate.failOn ?? defaultFailOn]));
  const failOnOf = (kernel: string) => failOn.get(kernel) ?? defaultFailOn;
  const accepts = acceptanceOf(gates, labels);
  const chosen = [...entries.values()];
  const merged = chosen.map(({ kernel, judgement }) =>
    judged(kernel, judgement, {
      failOn: failOnOf(kernel.kernel),
      acceptedBy: accepts(kernel.kernel),
    }),
  );
  const machineChanged = reports.find((report) => report.machineChanged != null)?.machineChanged ?? null;
  const task = {
    judgements: [...judgements.flat(), ...judgedNetworks.filter((judgement) => judgement !== null)],
    kernels: merged,
    failOn: failOnOf,
    accepts: (kernel: string) => accepts(kernel) !== null,
    listed: merged.filter((_, at) => chosen[at]?.judgement === null),
  };
  // A machine that changed spoils its own shard only; but nothing passes that was measured on it.
  const others = overallOf({ ...task, machineChanged: null });
  const overall = others.verdict === 'passed' ? overallOf({ ...task, machineChanged }) : others;
  const samples = joined.length === 0 ? [] : shards.flatMap((shard) => shard.samples);
  const networks = joined.map((network, i) =>
    judgedEntry(network, judgedNetworks[i] ?? null, {
      failOn: failOnOf(nameOfNetwork(network)),
      acceptedBy: accepts(nameOfNetwork(network)),
      samples,
    }),
  );
  const sameCommit = isSameCommit(first.head, first.base);
  const cutShort = reports.filter(({ exitCode }) => unfinished.includes(exitCode)).length;
  const gaps = [
    ...options.gaps,
    ...(cutShort > 0
      ? [`${cutShort} of ${reports.length} shards ended before they could judge their kernels.`]
      : []),
  ];
  const failed = overall.verdict === 'failed';
  const policy = mergePolicies(reports);
  // The file itself stays with the shard that found it.
  const suggested = reports.find((report) => report.suggestion != null)?.suggestion;
  const incomplete = gaps.length > 0;
  return fitRows({
    ...first,
    durationSeconds: Math.max(...reports.map((report) => report.durationSeconds)),
    exitCode: incomplete && !failed ? ExitCode.couldNotMeasure : overall.exitCode,
    device: reports.find((report) => report.device !== null)?.device ?? null,
    meter: reports.find((report) => report.meter !== null)?.meter ?? null,
    warnings: [...new Set([...gaps, ...reports.flatMap((report) => report.warnings)])]
      .slice(0, maxWarnings)
      .map((warning) => shortened(warning, maxWarning)),
    verdict: incomplete && !failed ? 'could-not-measure' : sameCommit ? 'nothing-gated' : overall.verdict,
    reason: [
      shortened(gaps.join(' '), maxReason),
      sameCommit ? sameCommitReason : shortened(overall.reason, maxReason),
    ]
      .join(' ')
      .trim(),
    counts: { ...countVerdicts(merged), gated: overall.gated },
    kernels: merged,
    ...(networks.length === 0 ? {} : { networks }),
    ...(policy === undefined ? {} : { policy }),
    notJudged: overall.unjudged
      .filter(({ kernel }) => merged.some((one) => one.kernel === kernel))
      .map(({ kernel, workload }) => ({ kernel, workload })),
    machineChanged,
    suggestion: suggested == null ? null : { ...suggested, file: null },
    // Those that each kernel's entry is of: blocks of several machines have the same numbers.
    samples: reports.flatMap((report) =>
      (report.samples ?? []).filter((sample) => entries.get(subjectKey(sample))?.report === report),
    ),
  });
}
