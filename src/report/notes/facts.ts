import { type Verdict, verdictOrder, verdicts } from '../../manifest/index.ts';
import {
  formatCount,
  formatDuration,
  formatInteger,
  formatJoules,
  formatKilowattHours,
  formatMilliseconds,
} from '../format.ts';
import { cleanLine } from '../text.ts';
import type {
  DiffKernel,
  GuardKernel,
  GuardReport,
  MeasuredReport,
  Report,
  RetunedKernel,
  RetuneReport,
} from '../types.ts';
import { passNote } from './passes.ts';
import { changeNote } from './program-change.ts';
import { runVerdicts } from './run-verdicts.ts';
import { retunedNote } from './suggestion.ts';
import { windowNote } from './window.ts';

/** Exit status of an interrupted run, see `exitCode` in `schemas/report.schema.json`. */
const interruptedExitCode = 130;

/** Git abbreviates no hash further. */
const minHashLength = 4;

/** Kernels that fail the run first, then by verdict, then by how much they cost; ties stay in the manifest's order. */
export function bySeverity(kernels: readonly GuardKernel[]): readonly GuardKernel[] {
  const rank = (kernel: GuardKernel) => (kernel.fails ? -1 : verdictOrder.indexOf(kernel.verdict));
  const cost = (kernel: GuardKernel) => Math.max(change(kernel.energyRatio), change(kernel.latencyRatio));
  return [...kernels].sort((a, b) => rank(a) - rank(b) || cost(b) - cost(a));
}

/** Size of a movement in either direction; 0 if unknown. */
function change(ratio: GuardKernel['energyRatio']): number {
  return ratio === null ? 0 : Math.abs(Math.log(Math.max(ratio.estimate, 1e-12)));
}

/** Whether any energy in the report was not measured by a sensor. */
export function isEstimated(report: Report): boolean {
  if (report.kind === 'diff') return false;
  return report.meter?.estimated === true || report.kernels.some((kernel) => kernel.estimated);
}

/** `failed`, `nothing gated`, ... */
export function guardTitle(report: GuardReport): string {
  return runVerdicts[report.verdict].title;
}

function countOf(counts: GuardReport['counts'], verdict: Verdict): number {
  if (verdict === 'missing-baseline') return counts.missingBaseline;
  return verdict === 'wrong-result' ? (counts.wrongResult ?? 0) : counts[verdict];
}

/** `1 regressed, 2 improved, 3 identical`: counts in order of severity, without zeros. */
export function countsText(report: GuardReport): string {
  const { counts } = report;
  const parts = verdictOrder
    .map((verdict) => {
      const count = countOf(counts, verdict);
      return count === 0 ? '' : `${formatInteger(count)} ${verdictText(verdict)}`;
    })
    .filter((part) => part !== '');
  return parts.join(', ') || 'no kernels';
}

/** `missing baseline` for `missing-baseline`. */
export function verdictText(verdict: Verdict): string {
  return verdict.replace('-', ' ');
}

/** `regressed`, `regressed, accepted`, ... */
export function kernelVerdictText({ verdict, accepted }: Pick<GuardKernel, 'verdict' | 'accepted'>): string {
  return accepted == null ? verdictText(verdict) : `${verdictText(verdict)}, accepted`;
}

/** The class of the page's style, and the terminal's paint. */
export function verdictColour({
  fails,
  verdict,
}: Pick<GuardKernel, 'fails' | 'verdict'>): 'red' | 'yellow' | 'green' | 'faint' {
  return fails ? 'red' : verdicts[verdict].colour;
}

/** A kernel's configuration differs from that at the start: it was replaced, unless the run was interrupted. */
export function isReplaced(kernel: RetunedKernel): boolean {
  const { configuration, previousConfiguration: previous } = kernel;
  if (configuration === null) return false;
  const names = Object.keys(configuration);
  if (previous === null) return names.length > 0;
  return (
    names.length !== Object.keys(previous).length ||
    names.some((name) => configuration[name] !== previous[name])
  );
}

/** The run was stopped from outside: what it found so far was not compared, and replaced nothing. */
export function isInterrupted(report: Report): boolean {
  return report.exitCode === interruptedExitCode;
}

/** A better configuration took the place of the kernel's own, as far as the run got. */
export function wasReplaced(report: RetuneReport, kernel: RetunedKernel): boolean {
  return !isInterrupted(report) && isReplaced(kernel);
}

/** `2 of 4 workloads with a better configuration`. */
export function retuneTitle(report: RetuneReport): string {
  if (isInterrupted(report)) return 'interrupted, no configuration was replaced';
  const total = report.kernels.length;
  const replaced = report.kernels.filter(isReplaced).length;
  const failed = report.kernels.filter((kernel) => kernel.configuration === null).length;
  if (total === 0) return 'no workloads';
  const found =
    replaced === 0
      ? `no better configuration for ${formatCount(total, 'workload')}`
      : `${replaced} of ${formatCount(total, 'workload')} with a better configuration`;
  return failed === 0 ? found : `${found}, ${failed} without any that works`;
}

/** Facts about the run as label and text, in the order they are shown. The texts are clean lines. */
export function runFacts(report: Report): readonly (readonly [label: string, text: string])[] {
  const facts: [string, string][] = [];
  if (report.kind !== 'retune') {
    facts.push(['base', report.base === null ? 'none' : revisionText(report.base)]);
    facts.push(['head', revisionText(report.head)]);
  }
  if (report.kind === 'diff') facts.push(['device', 'none was opened']);
  else facts.push(['device', deviceText(report)], ['meter', meterText(report)]);
  if (report.kind === 'guard' && report.device !== null) {
    facts.push(['noise', noiseText(report)]);
    const measured = windowNote(report.samples ?? []);
    if (measured !== '') facts.push(['windows', measured]);
  }
  const monthly = report.kind === 'guard' ? monthlyText(report) : '';
  if (monthly !== '') facts.push(['energy', monthly]);
  const judged = selfJudged(report);
  if (judged !== '') facts.push(['results', judged]);
  facts.push(['took', formatDuration(report.durationSeconds)]);
  return facts;
}

const atStatedCalls = 'a month at the stated calls per day';

/** What all workloads come to together; empty for a single one, whose own note says it, and of several devices, which share the calls. */
function monthlyText({ kernels, devices }: GuardReport): string {
  const known = kernels.filter(({ kWhPerMonth }) => kWhPerMonth !== null);
  if (known.length < 2 || devices !== undefined) return '';
  const sum = known.reduce((total, { kWhPerMonth }) => total + (kWhPerMonth ?? 0), 0);
  const basis = known.some(({ estimated }) => estimated) ? ', from estimated energy' : '';
  return `${formatKilowattHours(sum)} ${atStatedCalls}, all ${known.length} workloads together${basis}`;
}

/** What is to be said of kernels that no reference judges. */
export const selfJudgedText =
  "no 'reference' says what is right, so the default configuration is judged by itself";

function selfJudged({ kernels }: Report): string {
  const all: readonly { readonly kernel: string; readonly selfJudged?: boolean }[] = kernels;
  const names = [...new Set(all.filter((one) => one.selfJudged === true).map(({ kernel }) => kernel))];
  if (names.length === 0) return '';
  const more = names.length > 8 ? ` and ${names.length - 8} more` : '';
  return cleanLine(`${names.slice(0, 8).join(', ')}${more}: ${selfJudgedText}`, 600);
}

/** `HEAD (18b637aac225)`; the hash alone where the label is one, and only once where the label has it in it. */
function revisionName({ label, commit }: GuardReport['head']): string {
  if (commit === null) return label;
  const hash = commit.slice(0, 12);
  const isHash = label === '' || (label.length >= minHashLength && commit.startsWith(label));
  if (isHash) return hash;
  return label.includes(hash) ? label : `${label} (${hash})`;
}

function revisionText(revision: GuardReport['head']): string {
  const name = revisionName(revision);
  return cleanLine(revision.dirty === true ? `${name}, with changes that are not committed` : name, 200);
}

function deviceText(report: MeasuredReport): string {
  const { device } = report;
  const devices = report.kind === 'guard' ? (report.devices ?? []) : [];
  if (devices.length > 0) return devices.map(({ label }) => label).join(', ');
  if (device === null) return 'none';
  const name = device.description || device.device || device.family;
  const parts = [name, device.driver === '' ? null : `driver ${device.driver}`, device.family];
  const kind = device.software ? ['software adapter'] : [];
  return cleanLine([...parts.filter((part) => part !== null), ...kind].join(', '), 300);
}

function meterText(report: MeasuredReport): string {
  const { meter } = report;
  const devices = report.kind === 'guard' ? (report.devices ?? []) : [];
  if (devices.length > 0) {
    return devices
      .map(({ label, meter: own }) => `${own === null ? 'none' : own.name} on ${label}`)
      .join(', ');
  }
  if (meter === null) return cleanLine(`none, latency only: ${report.meterReason}`, 300);
  const kind = meter.estimated ? 'estimated, not measured by a sensor' : 'measured';
  const sensor = [
    meter.updatePeriodMs === null ? '' : `, updated every ${formatMilliseconds(meter.updatePeriodMs)}`,
    meter.resolutionJoules === null ? '' : `, in steps of ${formatJoules(meter.resolutionJoules)}`,
    meter.sampledPart == null || meter.sampledPart === 1
      ? ''
      : `, sees ${(meter.sampledPart * 100).toFixed(0)} % of the time`,
    meter.settledAfterMs == null ? '' : `, follows within ${formatMilliseconds(meter.settledAfterMs)}`,
    meter.idleWatts === null ? '' : `, idle ${meter.idleWatts.toFixed(1)} W`,
  ].join('');
  return cleanLine(`${meter.name}: ${meter.description} (${kind})${sensor}`, 400);
}

/** What changes smaller than which mean nothing on this device. */
function noiseText({ noiseFloor }: GuardReport): string {
  const parts = (['energy', 'latency'] as const).flatMap((metric) => {
    const floor = noiseFloor?.[metric] ?? null;
    return floor === null ? [] : [`${metric} ${(floor * 100).toFixed(1)} %`];
  });
  return parts.length === 0
    ? 'floor unknown, nightly runs measure it'
    : `floor ${parts.join(', ')}, from A/A blocks`;
}

/** Neither changed nor a cause of failure: may be folded away where there are many. */
export function isQuiet(kernel: GuardKernel): boolean {
  return verdicts[kernel.verdict].isQuiet && !kernel.fails;
}

/** Whether a kernel's notes belong below the table. Of what cannot fail the row says all, unless there is more to tell than the reason. */
export function needsNotes(kernel: GuardKernel): boolean {
  const tellsMore = verdicts[kernel.verdict].mayFail || guardNotes(kernel).length > 1;
  return kernel.fails || (!isQuiet(kernel) && tellsMore);
}

/** Everything worth saying about a compared kernel below its row, as clean lines. */
export function guardNotes(kernel: GuardKernel): readonly string[] {
  const notes = [cleanLine(kernel.reason, 600)];
  const attributed = { code: 'the code', tuning: 'the tuned configuration', both: 'both code and tuning' };
  if (kernel.accepted != null) {
    notes.push(`accepted by the label ${cleanLine(kernel.accepted, 100)}: it does not fail the run`);
  }
  if ((kernel.attempt ?? 1) > 1) {
    notes.push(`attempt ${kernel.attempt} at this comparison, judged on the blocks of all of them`);
  }
  if (kernel.attribution !== null) notes.push(`the movement comes from ${attributed[kernel.attribution]}`);
  if (kernel.kWhPerMonth !== null) {
    const basis = kernel.estimated ? ', from estimated energy' : '';
    notes.push(`${formatKilowattHours(kernel.kWhPerMonth)} ${atStatedCalls}${basis}`);
  }
  notes.push(changeNote(kernel), passNote(kernel));
  const retuned = retunedNote(kernel);
  if (retuned !== null) notes.push(retuned);
  return notes.filter((note) => note !== '');
}

/** `kernels/softmax.wesl:12`, or null. */
export function placeText(
  kernel: Pick<GuardKernel | RetunedKernel | DiffKernel, 'file' | 'line'>,
): string | null {
  if (kernel.file === null) return null;
  return cleanLine(kernel.line === null ? kernel.file : `${kernel.file}:${kernel.line}`, 300);
}
