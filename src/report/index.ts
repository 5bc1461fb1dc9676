export { type Annotation, annotationsOf } from './annotations.ts';
export {
  allLegs,
  type CommentOptions,
  hasNews,
  joinRows,
  manifestHash,
  mergeRow,
  type ReportOrigin,
  type RowOrigin,
  readComment,
  renderComment,
  renderProposal,
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
  countVerdicts,
  isReplaced,
  kilowattHoursPerMonth,
  reportSummary,
  selfJudgedText,
} from './notes/index.ts';
export { renderTerminal } from './terminal/index.ts';
export type { GuardKernel, GuardReport, Report, RetunedKernel, RetuneReport } from './types.ts';
