import { verdicts } from '../manifest/index.ts';
import { formatConfiguration, formatCount, formatRatio } from './format.ts';
import {
  bySeverity,
  byStatus,
  diffNotes,
  failureNotes,
  guardTitle,
  isInterrupted,
  isReplaced,
  kernelVerdictText,
  loosenedNote,
  retuneTitle,
  runVerdicts,
} from './notes/index.ts';
import { cleanLine } from './text.ts';
import type {
  DiffKernel,
  DiffReport,
  GuardKernel,
  GuardReport,
  Report,
  RetunedKernel,
  RetuneReport,
} from './types.ts';

/** A remark at a place in the user's files, as code hosts show it beside the line. All texts are clean lines. */
export interface Annotation {
  readonly level: 'error' | 'warning' | 'notice';
  readonly title: string;
  readonly message: string;
  /** Relative to the repository's root; null for a remark on the run as a whole. */
  readonly file: string | null;
  /** 1-based; null for the file as a whole. */
  readonly line: number | null;
}

/** GitHub shows this many of a level per step and drops the others without a word. */
const maxOfLevel = 10;

/** What the manifest lets pass is a warning at most; what fails the run is an error, whatever it is. */
function levelOf(kernel: GuardKernel): Annotation['level'] | null {
  if (kernel.fails) return 'error';
  const { level } = verdicts[kernel.verdict];
  return level === 'error' ? 'warning' : level;
}

function placeOf(one: GuardKernel | RetunedKernel | DiffKernel): Pick<Annotation, 'file' | 'line'> {
  const file = one.file === null ? '' : cleanLine(one.file, 1000);
  return file === '' ? { file: null, line: null } : { file, line: one.line };
}

function changes(one: GuardKernel | RetunedKernel): string {
  const energy = one.estimated ? 'energy (estimated)' : 'energy';
  const parts = [
    one.energyRatio === null ? null : `${energy} ${formatRatio(one.energyRatio)}`,
    one.latencyRatio === null ? null : `latency ${formatRatio(one.latencyRatio)}`,
  ];
  return parts.filter((part) => part !== null).join(', ');
}

function sentence(...parts: readonly string[]): string {
  return cleanLine(parts.filter((part) => part !== '').join(': '), 900);
}

function guardAnnotations(report: GuardReport): Annotation[] {
  return bySeverity(report.kernels).flatMap((kernel) => {
    const level = levelOf(kernel);
    if (level === null) return [];
    return {
      level,
      title: cleanLine(`${kernel.kernel}: ${kernelVerdictText(kernel)}`, 200),
      message: sentence(kernel.workload, kernel.reason, changes(kernel)),
      ...placeOf(kernel),
    };
  });
}

function retuneAnnotations(report: RetuneReport): Annotation[] {
  if (isInterrupted(report)) {
    const message = cleanLine(retuneTitle(report), 900);
    return [{ level: 'warning', title: 'Joulegate: retune interrupted', message, file: null, line: null }];
  }
  return report.kernels.flatMap((kernel) => {
    const { configuration } = kernel;
    if (configuration !== null && !isReplaced(kernel)) return [];
    const title = configuration === null ? 'no configuration works' : 'better configuration';
    const found =
      configuration === null ? (failureNotes(kernel)[0] ?? '') : formatConfiguration(configuration);
    return {
      level: configuration === null ? 'warning' : 'notice',
      title: cleanLine(`${kernel.kernel}: ${title}`, 200),
      message: sentence(kernel.workload, kernel.reason, changes(kernel), found),
      ...placeOf(kernel),
    };
  });
}

/** A run that judged nothing must be seen even where no kernel has anything to say. */
function runAnnotations(report: GuardReport): Annotation[] {
  const { verdict } = report;
  const { kernels } = report;
  const isQuiet = verdict === 'nothing-gated' && kernels.every((kernel) => kernel.verdict === 'identical');
  if (runVerdicts[verdict].colour !== 'yellow' || isQuiet) return [];
  const title = cleanLine(`Joulegate: ${guardTitle(report)}`, 200);
  return [{ level: 'warning', title, message: cleanLine(report.reason, 900), file: null, line: null }];
}

/** Nobody should merge a looser gate without having seen it. */
function policyAnnotations(report: GuardReport): Annotation[] {
  const loosened = loosenedNote(report);
  if (loosened === null) return [];
  const title = 'Joulegate: this change loosens its own gate';
  return [{ level: 'warning', title, message: cleanLine(loosened, 900), file: null, line: null }];
}

/** The most severe of a level; beyond the limit the last one counts the rest. */
function limited(annotations: readonly Annotation[], level: Annotation['level']): Annotation[] {
  const ofLevel = annotations.filter((annotation) => annotation.level === level);
  if (ofLevel.length <= maxOfLevel) return ofLevel;
  const shown = ofLevel.slice(0, maxOfLevel - 1);
  const rest = formatCount(ofLevel.length - shown.length, `more ${level}`);
  const message = `${rest} not shown here: the job summary and the report have them.`;
  return [...shown, { level, title: `Joulegate: ${rest}`, message, file: null, line: null }];
}

/** Facts, which are no remark on what they cost. */
function diffAnnotations(report: DiffReport): Annotation[] {
  return byStatus(report.kernels)
    .filter(({ status }) => status === 'changed')
    .map((kernel) => ({
      level: 'notice',
      title: cleanLine(`${kernel.kernel}: its program changed, not measured`, 200),
      message: sentence(kernel.workload, diffNotes(kernel).join('; ')),
      ...placeOf(kernel),
    }));
}

function allOf(report: Report): Annotation[] {
  switch (report.kind) {
    case 'guard':
      return [...runAnnotations(report), ...policyAnnotations(report), ...guardAnnotations(report)];
    case 'retune':
      return retuneAnnotations(report);
    case 'diff':
      return diffAnnotations(report);
  }
}

/** Annotations for a report: errors, warnings, notices, each by severity and at most ten of a level. */
export function annotationsOf(report: Report): readonly Annotation[] {
  const all = allOf(report);
  return (['error', 'warning', 'notice'] as const).flatMap((level) => limited(all, level));
}
