import { element, escapeMarkup } from '../svg/index.ts';
import { textHtml } from './parts.ts';
import { pageStyle } from './style.ts';

/** What a page holds; everything but `name` is markup. */
export interface PageParts {
  /** Title and heading, as it comes. */
  readonly name: string;
  /** Class of the heading. */
  readonly tone: string;
  readonly lead: string;
  readonly main: string;
  readonly footer: string;
}

const policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/** A page that needs nothing else: no network, no script. A policy in it forbids everything but its own style. */
export function pageHtml({ name, tone, lead, main, footer }: PageParts): string {
  const head = [
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${escapeMarkup(policy)}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    element('title', {}, textHtml(name, 200)),
    element('style', {}, pageStyle),
  ].join('\n');
  const body = [
    element('a', { class: 'skip', href: '#kernels' }, 'to the kernels'),
    element('header', {}, element('h1', { class: tone }, textHtml(name, 200)), lead),
    element('main', { id: 'kernels' }, main),
    element('footer', { class: 'faint' }, footer),
  ].join('\n');
  return `<!doctype html>\n<html lang="en">\n<head>\n${head}\n</head>\n<body>\n${body}\n</body>\n</html>\n`;
}
