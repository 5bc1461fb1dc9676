export { codeMarkdown, escapeHtml, escapeMarkdown } from './escape.ts';
export { renderFailure } from './failure.ts';
export { details } from './parts.ts';
export { renderMarkdown } from './render-markdown.ts';
