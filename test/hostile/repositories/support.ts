import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { joulegate } from '../../support/command-line.ts';

const identity = ['-c', 'user.name=test', '-c', 'user.email=test@example.invalid'];

/** A folder in which git is run as the attacker, or the job's owner, would run it. */
export interface Place {
  readonly folder: string;
  /** @returns what git printed */
  git(...args: string[]): string;
  write(files: Readonly<Record<string, string>>): void;
  /** Commits everything that is there, ignored or not. @returns its full hash */
  commit(): string;
}

export function placeAt(folder: string): Place {
  const git = (...args: string[]) =>
    execFileSync('git', [...identity, ...args], {
      cwd: folder,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    }).trim();
  return {
    folder,
    git,
    write(files) {
      for (const [path, text] of Object.entries(files)) {
        mkdirSync(dirname(join(folder, path)), { recursive: true });
        writeFileSync(join(folder, path), text);
      }
    },
    commit() {
      git('add', '--all', '--force');
      git('commit', '--quiet', '--allow-empty', '--message=commit');
      return git('rev-parse', 'HEAD');
    },
  };
}

/** A temporary folder, gone after the test; its real path. */
export function emptyPlace(): Place {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'joulegate-hostile-')));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return placeAt(folder);
}

/** A program that must never run: it leaves a mark, and passes on what it is given as a filter does. */
export interface Trap {
  /** A line for a shell, for git's settings that are one. */
  readonly command: string;
  hasSprung(): boolean;
}

export function setTrap(): Trap {
  const mark = join(emptyPlace().folder, 'mark');
  return { command: `touch ${mark}; cat`, hasSprung: () => existsSync(mark) };
}

/**
 * A project whose only kernel is a program, built from the whole of `source/`. One that is `broken` never gets ready, so
 * that a guard that compares it with one that is fine fails at once, whatever the machine.
 */
export function project(state: 'fine' | 'broken'): Record<string, string> {
  return {
    'joulegate.yaml': `version: 1
objective: { minimize: latency }
budget: { guard: { trials: 2, search-seconds: 1, judge-seconds: 10 } }
gate: { latency: { margin: 30% } }
kernels:
  scale:
    command:
      run: [node, source/main.mjs]
      sources: [source]
      outputs: { y: { type: f32, length: 4, check: { absolute: 1.0 } } }
    workloads: [{ N: 4 }]
`,
    'source/main.mjs': `import { createInterface } from 'node:readline';
import { writeFileSync } from 'node:fs';
console.log('${state === 'fine' ? 'ready' : 'error it is broken'}');
for await (const line of createInterface({ input: process.stdin })) {
  const [word, rest] = line.split(' ');
  const start = performance.now();
  if (word === 'run') console.log('time', performance.now() - start);
  if (word === 'write') writeFileSync(rest + '/y.bin', new Float32Array(4));
  if (word === 'write') console.log('written');
}
`,
  };
}

/** A repository with `base` on `main`, and with `head` on top of it on the branch `pr`, which is checked out. */
export function pullRequestTo(base: Record<string, string>, head: Record<string, string>): Place {
  const place = emptyPlace();
  place.git('init', '--quiet', '--initial-branch=main');
  place.write(base);
  place.commit();
  place.git('checkout', '--quiet', '-b', 'pr');
  place.write(head);
  place.commit();
  return place;
}

/** How `joulegate guard`, out of the bundle, ended: with a report, or with the code and message of what was wrong. */
export async function guarded(folder: string, ...args: string[]) {
  const { status, stdout } = await joulegate(folder, 'guard', '--allow-commands', '--json', ...args);
  const { error = null, ...report } = JSON.parse(stdout);
  return { status, error, report: error === null ? report : null };
}
