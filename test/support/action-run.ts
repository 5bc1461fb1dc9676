import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Job } from './actions-services.ts';
import { writeFiles } from './command-line.ts';
import type { GithubServer } from './github-server.ts';
import { below, commandLineOf } from './processes.ts';
import { scriptedBundles } from './scripted-adapter/bundles.ts';

const distFolder = join(import.meta.dirname, '..', '..', 'dist');

export interface ActionTask {
  readonly job: Job;
  readonly github: GithubServer;
  readonly eventName: string;
  readonly event: unknown;
  readonly sha: string;
  readonly ref: string;
  readonly attempt?: number;
  readonly inputs?: Readonly<Record<string, string>>;
  readonly environment?: Readonly<Record<string, string>>;
  /** The adapter it finds: the scripted one, or that of the machine for what is about devices. */
  readonly adapter?: 'scripted' | 'real';
  /** Program, and its arguments, that starts the action: `['prlimit', '--fsize=0']`. */
  readonly by?: readonly string[];
  /** Looks for the processes of the run as long as it lasts. That takes CPU time, so nothing should be measured. */
  readonly watch?: boolean;
  /** Called over and over while it runs. */
  readonly meanwhile?: (run: { readonly pid: number; readonly log: string }) => void;
}

export interface ActionRun {
  readonly status: number | null;
  /** What ended it; null if it ended by itself. */
  readonly signal: NodeJS.Signals | null;
  /** Every process that was seen of it, itself among them, with its arguments; none unless `watch` is given. */
  readonly processes: ReadonlyMap<number, string>;
  /** What the runner reads: log lines and workflow commands. */
  readonly log: string;
  readonly summary: string;
  readonly outputs: Readonly<Record<string, string>>;
}

/** `name<<delimiter`, lines, `delimiter`: the runner's file format for outputs. */
function parseOutputs(text: string): Record<string, string> {
  const outputs: Record<string, string> = {};
  for (const [, name = '', , value = ''] of text.matchAll(/^([\w-]+)<<(\S+)\n([\s\S]*?)\n\2$/gm)) {
    outputs[name] = value;
  }
  return outputs;
}

/** The runner's files of the last run of a job: temporary folder, event, summary, outputs. */
export function runnerFolderOf(job: Job): string {
  return `${job.workspace}-runner`;
}

/** Runs `dist/action.js` as the runner does: a process of its own, inputs and files named in the environment. */
export async function runAction(task: ActionTask): Promise<ActionRun> {
  const { job, github, inputs = {} } = task;
  const runnerFolder = runnerFolderOf(job);
  rmSync(runnerFolder, { recursive: true, force: true });
  onTestFinished(() => rmSync(runnerFolder, { recursive: true, force: true }));
  mkdirSync(join(runnerFolder, 'temp'), { recursive: true });
  const file = (name: string, text: string) => {
    const path = join(runnerFolder, name);
    writeFileSync(path, text);
    return path;
  };
  const summaryPath = file('summary.md', '');
  const outputPath = file('output', '');
  const bundle = join(task.adapter === 'real' ? distFolder : scriptedBundles(), 'action.js');
  const given = { 'github-token': 'app-token', ...inputs };
  const [program = '', ...args] = [...(task.by ?? []), process.execPath, bundle];
  const child = spawn(program, args, {
    cwd: job.workspace,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      ...job.environment,
      GITHUB_ACTIONS: 'true',
      GITHUB_EVENT_NAME: task.eventName,
      GITHUB_EVENT_PATH: file('event.json', JSON.stringify(task.event)),
      GITHUB_REPOSITORY: 'octo/kernels',
      GITHUB_API_URL: github.url,
      GITHUB_RUN_ID: '4242424242',
      GITHUB_RUN_ATTEMPT: String(task.attempt ?? 1),
      GITHUB_SHA: task.sha,
      GITHUB_REF: task.ref,
      GITHUB_ACTOR: 'mona',
      GITHUB_JOB: 'guard',
      GITHUB_STEP_SUMMARY: summaryPath,
      GITHUB_OUTPUT: outputPath,
      RUNNER_TEMP: join(runnerFolder, 'temp'),
      RUNNER_TOOL_CACHE: join(runnerFolder, 'tools'),
      ...Object.fromEntries(
        Object.entries(given).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]),
      ),
      ...task.environment,
    },
  });
  // A test that ends before its run does not leave it behind.
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      log += text;
    });
  }
  const processes = new Map<number, string>();
  const timer = setInterval(() => {
    if (task.watch === true) see(child, processes);
    task.meanwhile?.({ pid: child.pid ?? -1, log });
  }, 20);
  const [status, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status, signal) => resolve([status, signal]));
  }).finally(() => clearInterval(timer));
  const textOf = (path: string) => (existsSync(path) ? readFileSync(path, 'utf8') : '');
  return {
    status,
    signal,
    processes,
    log,
    summary: textOf(summaryPath),
    outputs: parseOutputs(textOf(outputPath)),
  };
}

/** Adds what runs of a process now. Where there is no process table to be read, that is nothing. */
function see({ pid }: ChildProcess, processes: Map<number, string>): void {
  if (pid === undefined || process.platform !== 'linux') return;
  for (const one of [pid, ...below(pid)]) {
    const line = commandLineOf(one);
    if (line !== '') processes.set(one, line);
  }
}

function git(folder: string, ...args: string[]): string {
  return execFileSync('git', ['-c', 'user.name=test', '-c', 'user.email=test@example.invalid', ...args], {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  }).trim();
}

export interface MergeCheckout {
  /** The merge commit that is checked out. */
  readonly merge: string;
  /** Its first parent. */
  readonly base: string;
  /** The tip of the pull request's branch. */
  readonly head: string;
}

/** Makes `folder` what actions/checkout leaves for a pull request: the merge of `head` into `base`, checked out. */
export async function checkOutMerge(
  folder: string,
  files: { readonly base: Readonly<Record<string, string>>; readonly head: Readonly<Record<string, string>> },
): Promise<MergeCheckout> {
  git(folder, 'init', '--quiet', '--initial-branch=main');
  await writeFiles(folder, files.base);
  git(folder, 'add', '--all');
  git(folder, 'commit', '--quiet', '--message=base');
  git(folder, 'checkout', '--quiet', '-b', 'faster');
  await writeFiles(folder, { ...files.head, 'notes.txt': 'head' });
  git(folder, 'add', '--all');
  git(folder, 'commit', '--quiet', '--message=head');
  git(folder, 'checkout', '--quiet', 'main');
  git(folder, 'merge', '--quiet', '--no-ff', '--message=merge', 'faster');
  git(folder, 'checkout', '--quiet', '--detach');
  return {
    merge: git(folder, 'rev-parse', 'HEAD'),
    base: git(folder, 'rev-parse', 'HEAD^1'),
    head: git(folder, 'rev-parse', 'HEAD^2'),
  };
}

/** Event of a pull request whose head is `checkout.head`; from a fork if `repository` is another one. */
export function pullRequestEvent(checkout: MergeCheckout, repository = 'octo/kernels') {
  return {
    action: 'synchronize',
    number: 7,
    pull_request: {
      number: 7,
      head: { ref: 'faster', sha: checkout.head, repo: { full_name: repository } },
      base: { ref: 'main', sha: checkout.base, repo: { full_name: 'octo/kernels' } },
    },
    repository: { full_name: 'octo/kernels', default_branch: 'main', fork: false },
  };
}
