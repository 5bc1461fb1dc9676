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
export { renderHtml } from './html/render-html.ts';
export {
  type CommentOptions,
  type CommentOrigin,
  type CommentRun,
  hasNews,
  readCommentOrigin,
  renderComment,
  renderFailure,
  renderFailureComment,
} from './markdown/comment.ts';
export { type MarkdownOptions, renderMarkdown } from './markdown/render-markdown.ts';
export { isReplaced } from './notes/facts.ts';
export { countVerdicts, kilowattHoursPerMonth, reportSummary } from './notes/summary.ts';
export { renderTerminal, type TerminalOptions } from './terminal/render-terminal.ts';
export type { GuardKernel, GuardReport, Report, RetunedKernel, RetuneReport } from './types.ts';
