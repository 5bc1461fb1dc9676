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
export { type MarkdownOptions, renderMarkdown } from './render-markdown.ts';
