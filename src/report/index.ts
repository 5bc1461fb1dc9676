export { type Annotation, annotationsOf } from './annotations.ts';
export {
  type CommentOptions,
  type CommentOrigin,
  type CommentRun,
  hasNews,
  readCommentOrigin,
  renderComment,
  renderFailure,
  renderFailureComment,
} from './comment.ts';
export { isReplaced } from './facts.ts';
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
export { type MarkdownOptions, renderMarkdown } from './render-markdown.ts';
export { renderTerminal, type TerminalOptions } from './render-terminal.ts';
export { countVerdicts, kilowattHoursPerMonth, reportSummary } from './summary.ts';
export type { GuardKernel, GuardReport, Report, RetunedKernel, RetuneReport } from './types.ts';
