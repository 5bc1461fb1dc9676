/**
 * What would be live in Markdown that GitHub renders, found by reading it as plainly as an attacker hopes for. Our own markup
 * is known: headings, tables, bold, code, `<sub>`, `<br>`, `<details>`, `<summary>`, `<code>`, comments of ours, links into the repository.
 */
const ownTags =
  /<\/?(?:sub|br|b|details|summary|code)>|<a href="https:\/\/github\.com\/octo\/kernels\/[\w./%-]*(?:#L\d+)?">|<\/a>/g;
const ownComments = /^<!-- joulegate(?::[0-9a-f]{16}|-rows:[\w-]+) -->$/gm;

/** Code of fences and spans: nothing in it is markup. */
function withoutCode(markdown: string): string {
  return markdown
    .replace(/^(`{3,})[^\n]*\n[\s\S]*?^\1$/gm, '')
    .replace(/`[^`\n]*`/g, '')
    .replace(/<code>[^<]*<\/code>/g, '');
}

/** Everything in Markdown of ours that somebody else may have put there; empty if it is all ours. */
export function liveMarkup(markdown: string): string[] {
  const text = withoutCode(markdown.replace(ownComments, '')).replace(ownTags, '').replace(/\\./g, '');
  const found: [string, RegExp][] = [
    ['an HTML tag or comment', /<[a-z!/?]/i],
    ['an image', /!\[/],
    ['a link', /\]\(|\]\[|^\s*\[[^\]]*\]:/m],
    ['an address', /https?:\/\/|\bwww\.[a-z]/i],
    ['a mention', /@[a-z0-9]/i],
    ['an issue', /(?:^|[^&\w])#\d|\bGH-\d/],
    ['a formula', /\$[^$\n]+\$/],
  ];
  return found.filter(([, form]) => form.test(text)).map(([what]) => what);
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this looks for
const steering = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;

/** Whether text would steer a terminal, or hide or reorder what it shows. */
export function steersTerminal(text: string): boolean {
  return steering.test(text);
}

/** What would run, load or leave its place in a page of ours; empty if nothing does. */
export function liveHtml(page: string): string[] {
  const found = [...page.matchAll(/<(?:script|img|iframe|link|object|base)\b|\son[a-z]+\s*=\s*"/gi)];
  const styles = page.match(/<\/style>/g) ?? [];
  return [...found.map(([text]) => text), ...styles.slice(1)];
}

/** Lines that a runner would take for commands if a program printed them. */
export function runnerCommands(text: string): string[] {
  return text.split(/\r\n|\r|\n/).filter((line) => /^\s*::|##\[/.test(line));
}
