import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const root = join(import.meta.dirname, '..', '..');

/** A fenced block of a page. */
export interface Block {
  readonly page: string;
  readonly language: string;
  readonly text: string;
}

/** Pages of `docs/` and below, and their texts. */
export const pages: ReadonlyMap<string, string> = new Map(
  readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => name.replaceAll('\\', '/'))
    .map((name) => [name, readFileSync(join(root, 'docs', name), 'utf8')]),
);

export function page(name: string): string {
  const text = pages.get(name);
  if (text === undefined) throw new Error(`there is no docs/${name}`);
  return text;
}

export function blocks(language: string): readonly Block[] {
  return [...pages].flatMap(([name, text]) =>
    [...text.matchAll(/^```([\w+]+)\n([\s\S]*?)^```$/gm)]
      .map(([, found = '', content = '']) => ({ page: name, language: found, text: content }))
      .filter((block) => block.language === language),
  );
}

/** The text between a heading and the next one of its level or above. */
export function section(name: string, heading: string): string {
  const lines = page(name).split('\n');
  const start = lines.indexOf(heading);
  if (start < 0) throw new Error(`docs/${name} has no "${heading}"`);
  const level = /^#+/.exec(heading)?.[0].length ?? 1;
  const end = lines.findIndex((line, i) => i > start && (/^#+(?= )/.exec(line)?.[0].length ?? 9) <= level);
  return lines.slice(start + 1, end < 0 ? undefined : end).join('\n');
}

/** Cells of every table row of a text, headers left out. */
export function rows(text: string): readonly (readonly string[])[] {
  const lines = text.split('\n');
  return lines
    .filter(
      (line, i) => line.startsWith('|') && !/^\|[ |-]+$/.test(line) && !/^\| ?-/.test(lines[i + 1] ?? ''),
    )
    .map((line) =>
      line
        .slice(1, -1)
        .split(/(?<!\\)\|/)
        .map((cell) => cell.trim()),
    );
}

/** What stands in backquotes. */
export function quoted(text: string): readonly string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map(([, content = '']) => content);
}

/** All of our TypeScript in `src/`, without what is generated. */
export function sourceText(): string {
  return readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.includes('generated'))
    .map((path) => readFileSync(join(root, 'src', path), 'utf8'))
    .join('\n');
}

/** Anchors that GitHub gives the headings of a page. */
export function anchors(text: string): ReadonlySet<string> {
  return new Set(
    [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}
