export {
  type CommentOptions,
  type CommentOrigin,
  hasNews,
  readCommentOrigin,
  renderComment,
  renderFailure,
  renderFailureComment,
} from './comment.ts';
export { renderMarkdown } from './render-markdown.ts';
