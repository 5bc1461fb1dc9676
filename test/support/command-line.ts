import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { scriptedBundles } from './scripted-adapter/bundles.ts';

/** The bundle as users run it; `npm test` checks that it is built from this source. */
const cliPath = join(import.meta.dirname, '..', '..', 'dist', 'cli.js');

export interface Finished {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Started {
  readonly child: ChildProcess;
  readonly finished: Promise<Finished>;
  /** Resolves once standard error holds `text`; rejects if the process ends before. */
  sees(text: string): Promise<void>;
}

/** Starts `joulegate` out of dist/ with `folder` as its working directory. */
export function startJoulegate(folder: string, ...args: string[]): Started {
  return start(cliPath, folder, args);
}

/** The same on the scripted adapter, for what is not about devices. */
export function startScripted(folder: string, ...args: string[]): Started {
  return start(join(scriptedBundles(), 'cli.js'), folder, args);
}

function start(path: string, folder: string, args: readonly string[]): Started {
  const child = spawn(process.execPath, [path, ...args], {
    cwd: folder,
    env: { ...process.env, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const finished = new Promise<Finished>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, stdout, stderr }));
  });
  return {
    child,
    finished,
    sees: (text) =>
      new Promise((resolve, reject) => {
        const look = () => {
          if (stderr.includes(text)) resolve();
        };
        child.stderr.on('data', look);
        child.on('close', () => reject(new Error(`ended without saying "${text}":\n${stderr}`)));
        look();
      }),
  };
}

/** Runs `joulegate` to its end. */
export function joulegate(folder: string, ...args: string[]): Promise<Finished> {
  return startJoulegate(folder, ...args).finished;
}

/** Runs `joulegate` to its end on the scripted adapter. */
export function scripted(folder: string, ...args: string[]): Promise<Finished> {
  return startScripted(folder, ...args).finished;
}

/** A temporary folder with these files, gone after the test. */
export async function projectFolder(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'joulegate-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  await writeFiles(folder, files);
  return folder;
}

export async function writeFiles(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

/** Commits everything in `folder`, which becomes a repository if it is none. */
export function commitAll(folder: string): void {
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=test', '-c', 'user.email=test@example.invalid', ...args], {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
  git('init', '--quiet', '--initial-branch=main');
  git('add', '--all');
  git('commit', '--quiet', '--message=commit');
}
