import { createHash } from 'node:crypto';
import { verdicts } from '../../manifest/index.ts';
import type { CommentKernel, CommentRow } from '../../schema/index.ts';
import {
  bySeverity,
  byStatus,
  changeText,
  countsText,
  diffCountsText,
  diffNotes,
  guardNotes,
  isEstimated,
  loosenedNote,
  networkLine,
  networkNotes,
  networksIn,
  otherPolicyNote,
  runFacts,
  suggestionNote,
} from '../notes/index.ts';
import { sparkline } from '../sparkline.ts';
import { cleanLine } from '../text.ts';
import type { DiffReport, GuardKernel, GuardReport } from '../types.ts';

/** Leg of a job that speaks for all others of its run. */
export const allLegs = '*';

/** Leg of a job that compares programs and measures nothing; no device label has a blank. */
export const programsLeg = 'not measured';

/** Which job reports, and about what. */
export interface RowOrigin {
  readonly workflow: string;
  readonly job: string;
  /** Device label or family; null where no device was needed or got as far as being known. */
  readonly leg: string | null;
  /** Head commit of the pull request. */
  readonly head: string;
  readonly run: number;
  readonly attempt: number;
}

export interface ReportOrigin extends RowOrigin {
  /** The uploaded report; null without one. */
  readonly artifact: number | null;
  /** Folder that the report's file names are relative to, below the repository's root; empty for the root itself. */
  readonly folder: string;
  /** What a reader must know besides what the report says. */
  readonly notes: readonly string[];
}

const maxKernels = 300;
const maxNotes = 24;
const maxKernelNotes = 8;
const maxNights = 20;
const maxNetworks = 64;

function identity({ workflow, job, leg, head, run, attempt }: RowOrigin) {
  const source = createHash('sha256')
    .update(JSON.stringify([workflow, job]))
    .digest('hex')
    .slice(0, 16);
  return { source, leg: cleanLine(leg ?? '', 100), head, run, attempt };
}

/** Sum of a cost over kernels at head and at base; null unless all of them have it. */
function sumOf(
  kernels: readonly GuardKernel[],
  cost: (arm: NonNullable<GuardKernel['base']>) => number | null,
): number | null {
  let [base, head] = [0, 0];
  for (const kernel of kernels) {
    const [before, after] = [kernel.base, kernel.head].map((arm) => (arm === null ? null : cost(arm)));
    if (before == null || after == null) return null;
    base += before;
    head += after;
  }
  return base > 0 ? Math.min(head / base, 1e12) : null;
}

/** What one launch of every measured kernel costs together, over what it cost. */
function sumRow(kernels: readonly GuardKernel[]): CommentRow['sum'] {
  const measured = kernels.filter(({ base, head }) => base !== null && head !== null);
  if (measured.length === 0) return null;
  return {
    kernels: measured.length,
    energy: sumOf(measured, ({ joules }) => joules),
    latency: sumOf(measured, ({ latencyMs }) => latencyMs),
  };
}

/** The kernel's own name, without the device that it was measured on. */
function plainName({ kernel, on = '' }: GuardKernel): string {
  const suffix = ` on ${on}`;
  return on !== '' && kernel.endsWith(suffix) ? kernel.slice(0, -suffix.length) : kernel;
}

/** Where a file is below the repository's root; empty if it is not there. */
function filePath(folder: string, file: string | null): string {
  if (file === null || /^(?:[\\/]|[A-Za-z]:)/.test(file)) return '';
  const parts: string[] = [];
  for (const part of `${folder}/${file}`.split(/[\\/]/)) {
    if (part === '..' && parts.pop() === undefined) return '';
    if (part !== '..' && part !== '.' && part !== '') parts.push(part);
  }
  return cleanLine(parts.join('/'), 500);
}

/** Of what regressed, what it cost over the last nights; of what it ships, so it is the level that was left. */
function nightsOf({ nights = [], verdict }: GuardKernel): string {
  if (verdict !== 'regressed' || nights.length < 2) return '';
  const joules = nights.map((night) => night.joules);
  const known = joules.every((value) => value !== null) ? joules : nights.map(({ latencyMs }) => latencyMs);
  return sparkline(known, maxNights);
}

function kernelRow(kernel: GuardKernel, folder: string): CommentKernel {
  const { workload, verdict, fails, accepted, acceptLabel = null, sentinel, on = '', line, change } = kernel;
  const name = cleanLine(plainName(kernel), 200);
  return {
    kernel: name === '' ? '?' : name,
    workload: cleanLine(workload, 200),
    on: cleanLine(on, 60),
    verdict,
    fails,
    accepted: accepted != null,
    acceptLabel: acceptLabel === null ? null : cleanLine(acceptLabel, 100),
    sentinel,
    energy: kernel.energyRatio?.estimate ?? null,
    latency: kernel.latencyRatio?.estimate ?? null,
    nights: nightsOf(kernel),
    file: filePath(folder, kernel.file),
    line,
    ...(change == null || verdict === 'identical' ? {} : { moved: changeText(change) }),
    notes: verdicts[verdict].isQuiet && !fails ? [] : guardNotes(kernel).slice(0, maxKernelNotes),
  };
}

function networksRow(report: GuardReport): Pick<CommentRow, 'networks'> {
  const networks = networksIn(report).slice(0, maxNetworks);
  if (networks.length === 0) return {};
  return {
    networks: networks.map((network) => ({
      line: networkLine(network),
      verdict: network.verdict,
      fails: network.fails,
      name: cleanLine(network.network, 200),
      acceptLabel: network.acceptLabel === null ? null : cleanLine(network.acceptLabel, 100),
      notes: network.verdict === 'identical' ? [] : networkNotes(network).slice(0, maxKernelNotes),
    })),
  };
}

/** What the section is headed by: the job's label, else what the adapter calls itself. */
function deviceName(report: GuardReport, leg: string | null): string {
  const labels = (report.devices ?? []).map(({ label }) => label);
  if (labels.length > 0) return cleanLine(labels.join(', '), 300);
  const { device } = report;
  const isLabel = leg !== null && leg !== allLegs && leg !== device?.family;
  if (isLabel) return cleanLine(leg, 300);
  if (device === null) return '';
  // `llvmpipe (LLVM 15.0.6, 256 bits)`: the facts have all of it.
  const name = (device.description || device.device).replace(/\s*\([^()]*\)$/, '');
  return cleanLine(name || device.family, 300);
}

function texts(lines: readonly (string | null)[]): string[] {
  const clean = lines.flatMap((line) => (line === null ? [] : cleanLine(line, 700)));
  return [...new Set(clean)].filter((line) => line !== '').slice(0, maxNotes);
}

/** What a guard report, or several judged together, has to say in the comment. */
export function rowOfReport(report: GuardReport, origin: ReportOrigin): CommentRow {
  const { artifact, folder, notes, leg } = origin;
  const ordered = bySeverity(report.kernels);
  const loosened = loosenedNote(report);
  const isAdvised = report.suggestion != null && report.kernels.some(({ retuned }) => retuned != null);
  return {
    ...identity(origin),
    device: deviceName(report, leg),
    artifact,
    verdict: report.verdict,
    fails: report.exitCode !== 0,
    counts: cleanLine(countsText(report), 400),
    reason: cleanLine(report.reason, 1200),
    loosened: loosened === null ? null : cleanLine(loosened, 4000),
    estimated: isEstimated(report),
    meter: cleanLine(report.meter?.name ?? '', 100),
    sum: sumRow(report.kernels),
    kernels: ordered.slice(0, maxKernels).map((kernel) => kernelRow(kernel, folder)),
    ...networksRow(report),
    more: Math.max(0, ordered.length - maxKernels),
    notes: texts([
      ...notes,
      ...report.warnings,
      otherPolicyNote(report),
      isAdvised ? suggestionNote(report) : null,
    ]),
    facts: runFacts(report)
      .slice(0, 16)
      .map(([label, text]) => cleanLine(`${label}: ${text}`, 500)),
  };
}

/** What a comparison of programs has to say in the comment, whichever job hands it on. */
export function rowOfDiff(report: DiffReport, origin: ReportOrigin): CommentRow {
  const ordered = byStatus(report.kernels);
  return {
    ...identity({ ...origin, leg: programsLeg }),
    device: '',
    artifact: origin.artifact,
    verdict: 'not-measured',
    fails: false,
    counts: cleanLine(diffCountsText(report), 400),
    reason: cleanLine(report.reason, 1200),
    loosened: null,
    estimated: false,
    meter: '',
    sum: null,
    kernels: [],
    programs: ordered.slice(0, maxKernels).map((program) => ({
      kernel: cleanLine(program.kernel, 200) || '?',
      workload: cleanLine(program.workload, 200),
      status: program.status,
      moved: program.status === 'identical' ? [] : diffNotes(program).slice(0, maxKernelNotes),
      file: filePath(origin.folder, program.file),
      line: program.line,
    })),
    more: Math.max(0, ordered.length - maxKernels),
    notes: texts([...origin.notes, ...report.warnings]),
    facts: runFacts(report)
      .slice(0, 16)
      .map(([label, text]) => cleanLine(`${label}: ${text}`, 500)),
  };
}

/** What a run that ended without a report has to say: an earlier verdict must not go on standing there. */
export function rowOfFailure(message: string, origin: RowOrigin): CommentRow {
  const lines = message.split('\n').filter((line) => cleanLine(line) !== '');
  const shown = lines.length > maxNotes ? lines.slice(0, maxNotes - 1) : lines;
  const left = lines.length - shown.length;
  return {
    ...identity(origin),
    device: [null, allLegs, programsLeg].includes(origin.leg) ? '' : cleanLine(origin.leg ?? '', 300),
    artifact: null,
    verdict: 'no-verdict',
    fails: true,
    counts: '',
    reason: '',
    loosened: null,
    estimated: false,
    meter: '',
    sum: null,
    kernels: [],
    more: 0,
    notes: [
      ...shown.map((line) => cleanLine(line, 700)),
      ...(left > 0 ? [`${left} more ${left === 1 ? 'line is' : 'lines are'} in the log.`] : []),
    ],
    facts: [],
  };
}
