export { type Annotation, annotationsOf } from './annotations.ts';
export {
  formatChange,
  formatConfiguration,
  formatConfigurationChange,
  formatDuration,
  formatJoules,
  formatMilliseconds,
  formatRatio,
} from './format.ts';
export { renderHtml } from './html/index.ts';
export {
  type CommentOptions,
  type CommentOrigin,
  hasNews,
  readCommentOrigin,
  renderComment,
  renderFailure,
  renderFailureComment,
  renderMarkdown,
} from './markdown/index.ts';
export { countVerdicts, isReplaced, kilowattHoursPerMonth, reportSummary } from './notes/index.ts';
export { renderTerminal } from './terminal/index.ts';
export type { GuardKernel, GuardReport, Report, RetunedKernel, RetuneReport } from './types.ts';
