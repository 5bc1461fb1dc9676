import { execFileSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** `commits` more on a branch that leaves another one so many commits before its tip. */
export interface LongBranch {
  readonly name: string;
  readonly commits: number;
  /** null for the branch that all others come from. */
  readonly from: { readonly branch: string; readonly back: number } | null;
  /** What its first commit changes. */
  readonly files?: Readonly<Record<string, string>>;
}

export interface LongHistory {
  /** A bare repository. */
  readonly origin: string;
  git(...args: string[]): string;
  /** Makes `folder` a clone of a commit, and so many before it, as actions/checkout does. */
  checkOut(folder: string, revision: string, depth?: number): void;
  remove(): void;
}

/** Runs git as a user without any settings. */
export function gitIn(folder: string, args: readonly string[], input?: string): string {
  return execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.invalid', ...args], {
    cwd: folder,
    encoding: 'utf8',
    env: { PATH: process.env.PATH ?? '', HOME: '/nonexistent' },
    input: input ?? '',
    stdio: ['pipe', 'pipe', 'ignore'],
    maxBuffer: 64 * 1024 * 1024,
  }).trim();
}

/** Commits that were fetched into a clone, whoever reaches them. */
export function commitsIn(folder: string): number {
  const format = '--batch-check=%(objecttype)';
  return gitIn(folder, ['cat-file', '--batch-all-objects', format]).match(/^commit$/gm)?.length ?? 0;
}

/** Thousands of commits in a second: all but the first of a branch change nothing. */
export function longHistory(branches: readonly LongBranch[]): LongHistory {
  const origin = realpathSync(mkdtempSync(join(tmpdir(), 'joulegate-long-')));
  const marks = new Map<string, number>();
  const stream: string[] = [];
  let mark = 0;
  const data = (text: string) => `data ${Buffer.byteLength(text)}\n${text}`;
  for (const { name, commits, from, files = {} } of branches) {
    for (let i = 0; i < commits; i++) {
      mark += 1;
      const time = 1_700_000_000 + mark;
      stream.push(
        `commit refs/heads/${name}`,
        `mark :${mark}`,
        `committer a <a@example.invalid> ${time} +0000`,
      );
      stream.push(data(`${name} ${i}`));
      if (i === 0 && from !== null) stream.push(`from :${(marks.get(from.branch) ?? 0) - from.back}`);
      if (i > 0) continue;
      for (const [path, text] of Object.entries({ [`${name}.txt`]: name, ...files })) {
        stream.push(`M 100644 inline ${path}`, data(text));
      }
    }
    marks.set(name, mark);
  }
  const git = (...args: string[]) => gitIn(origin, args);
  git('init', '--quiet', '--bare', '--initial-branch=main');
  git('config', 'uploadpack.allowAnySHA1InWant', 'true');
  gitIn(origin, ['fast-import', '--quiet'], `${stream.join('\n')}\n`);
  return {
    origin,
    git,
    checkOut(folder, revision, depth = 1) {
      const inClone = (...args: string[]) => gitIn(folder, args);
      inClone('init', '--quiet');
      inClone('remote', 'add', 'origin', `file://${origin}`);
      inClone('fetch', '--quiet', '--no-tags', `--depth=${depth}`, 'origin', git('rev-parse', revision));
      inClone('checkout', '--quiet', '--force', '--detach', 'FETCH_HEAD');
    },
    remove: () => rmSync(origin, { recursive: true, force: true }),
  };
}
