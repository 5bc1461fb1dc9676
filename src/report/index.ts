export { type Annotation, annotationsOf } from './annotations.ts';
export {
  allLegs,
  type CommentOptions,
  hasNews,
  joinRows,
  manifestHash,
  mergeRow,
  programsLeg,
  type ReportOrigin,
  type RowOrigin,
  readComment,
  renderComment,
  renderProposal,
  rowOfDiff,
  rowOfFailure,
  rowOfReport,
  showsAll,
} from './comment/index.ts';
export {
  formatChange,
  formatConfiguration,
  formatConfigurationChange,
  formatDuration,
  formatJoules,
  formatMilliseconds,
  formatRatio,
} from './format.ts';
export { renderHistory, renderHtml } from './html/index.ts';
export { renderFailure, renderMarkdown } from './markdown/index.ts';
export {
  countStatuses,
  countVerdicts,
  isReplaced,
  kilowattHoursPerMonth,
  notLookedAtText,
  reportSummary,
  selfJudgedText,
} from './notes/index.ts';
export { renderTerminal } from './terminal/index.ts';
export { cleanLine } from './text.ts';
export type { DiffKernel, GuardKernel, GuardReport, Report, RetunedKernel, RetuneReport } from './types.ts';
