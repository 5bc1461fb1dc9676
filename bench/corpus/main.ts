// How far other people's kernels are read; scripts/corpus.mjs starts it.
// usage: node scripts/corpus.mjs DIR... [--json FILE]
import { writeFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { openFolder } from '../../src/git/index.ts';
import { compileAll, serveCompiler } from './compile.ts';
import { draft } from './draft.ts';
import { counts, table } from './report.ts';
import { type EntryResult, type FileResult, study } from './study.ts';

/** Folders of a project that hold what was built or brought in. */
const skipped = /(?:^|\/)(?:\.[^/]*|node_modules|target|dist|build|third_party|vendor)\//;
const computes = /@\s*compute\b|\bstage\s*\(\s*compute\b/;

async function readProject(folder: string): Promise<readonly FileResult[]> {
  const reader = openFolder(folder);
  const paths = reader.list('').filter((path) => /\.(?:wgsl|wesl)$/.test(path) && !skipped.test(path));
  const results: FileResult[] = [];
  for (const path of paths) {
    const text = readText(() => reader.read(path));
    if (text === null || !computes.test(text)) continue;
    results.push(await study(await draft(folder, path), { folder, path, text, reader }));
  }
  return results;
}

/** null for what is no text. */
function readText(read: () => string | null): string | null {
  try {
    return read();
  } catch {
    return null;
  }
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    options: { json: { type: 'string' } },
    allowPositionals: true,
  });
  if (positionals.length === 0) {
    console.error('usage: node scripts/corpus.mjs DIR... [--json FILE]');
    process.exitCode = 2;
    return;
  }
  const projects: { name: string; files: readonly FileResult[] }[] = [];
  for (const folder of positionals) {
    const files = await readProject(resolve(folder));
    const entries: readonly EntryResult[] = files.flatMap(({ entries: one }) => one);
    await compileAll(files, entries);
    projects.push({ name: basename(resolve(folder)), files });
    console.error(`${basename(resolve(folder))}: ${files.length} compute files`);
  }
  console.log(table(projects));
  console.log(counts(projects.flatMap(({ files }) => files)));
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(projects, null, 1)}\n`);
}

if (process.env.JOULEGATE_CORPUS_COMPILER === undefined) await main();
else await serveCompiler();
