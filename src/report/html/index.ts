export { renderHistory } from './render-history.ts';
export { renderHtml } from './render-html.ts';
