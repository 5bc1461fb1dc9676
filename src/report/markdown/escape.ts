import { cleanLine } from '../text.ts';

/** Characters that are markup in GitHub Flavored Markdown or HTML, and how they are written to be themselves. */
const replacements: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  // As references, so that they can neither escape what follows nor split a table cell.
  '\\': '&#92;',
  '|': '&#124;',
  '`': '&#96;',
  $: '&#36;',
  '*': '\\*',
  _: '\\_',
  '~': '\\~',
  '[': '\\[',
  ']': '\\]',
};

/** Splits what GitHub would turn into a mention, a link to an issue, or a link: a zero-width space is not part of any. */
function breakAutolinks(text: string): string {
  return text
    .replace(/@/g, '@\u200b')
    .replace(/#(?=\d)/g, '#\u200b')
    .replace(/\bGH-(?=\d)/gi, (match) => `${match.slice(0, 2)}\u200b-`)
    .replace(/:(?=\/\/)/g, ':\u200b')
    .replace(/\bwww\./gi, (match) => `${match.slice(0, 3)}\u200b.`);
}

/**
 * Foreign text as one line of plain Markdown text, safe in a paragraph, list item, table cell or HTML element.
 * Nobody is notified by it and nothing in it is a link, an image, markup or a formula.
 */
export function escapeMarkdown(text: string, maxLength = 600): string {
  const escaped = breakAutolinks(cleanLine(text, maxLength)).replace(
    /[&<>\\|`$*_~[\]]/g,
    (character) => replacements[character] ?? character,
  );
  // At the start of a line these begin a heading, a list or a rule.
  return escaped.replace(/^([-+=#])/, '\\$1').replace(/^(\d+)([.)])/, '$1\\$2');
}

/** Foreign text as text of an HTML element of ours, in which GitHub reads no Markdown. As in `escapeMarkdown`, nothing in it is live. */
export function escapeHtml(text: string, maxLength = 600): string {
  return breakAutolinks(cleanLine(text, maxLength)).replace(
    /[^A-Za-z0-9 ,=()%+.\u200b-]/gu,
    (character) => `&#${character.codePointAt(0)};`,
  );
}

/** Foreign text as code: a code span if it is plain, else an HTML element in which everything is a reference. */
export function codeMarkdown(text: string, maxLength = 300): string {
  const line = cleanLine(text, maxLength);
  if (line === '') return '';
  if (/^[\w .,;:=/()+→-]+$/.test(line)) return `\`${line}\``;
  const referenced = line.replace(/[^A-Za-z0-9 ,=()]/gu, (character) => `&#${character.codePointAt(0)};`);
  return `<code>${referenced}</code>`;
}
