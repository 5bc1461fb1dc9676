import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { type Host, runAction } from '../../src/app/index.ts';
import { pullRequestEvent } from '../support/action-run.ts';
import { sampled } from '../support/full.ts';
import { pullRequest } from '../support/pull-request.ts';
import { scriptedBundles } from '../support/scripted-adapter/bundles.ts';
import { smallProject } from '../support/small-project.ts';

/** Names of functions that there is a fault of ours in at present. */
const faulty = vi.hoisted(() => new Set<string>());

/** A module's functions, of which the named ones fail while they are faulty. */
const withFaults = vi.hoisted(() => (module: Record<string, unknown>, ...names: string[]) => {
  const replaced = names.map((name) => [
    name,
    (...args: unknown[]) => {
      if (faulty.has(name)) throw new TypeError('undefined is not a function');
      return (module[name] as (...args: unknown[]) => unknown)(...args);
    },
  ]);
  return { ...module, ...Object.fromEntries(replaced) };
});

vi.mock('../../src/github/index.ts', async (original) => {
  const github = await original<typeof import('../../src/github/index.ts')>();
  const shown = ['writeJobSummary', 'annotate', 'setOutputs', 'uploadArtifact'];
  const asked = ['publishCheckRun', 'findPullRequest', 'publishComment', 'readPullRequestLabels'];
  return {
    ...withFaults(github, ...shown, ...asked),
    openStateCache(task: Parameters<typeof github.openStateCache>[0]) {
      const cache = github.openStateCache(task);
      const { saveState } = withFaults({ saveState: cache.save.bind(cache) }, 'saveState');
      return { restore: () => cache.restore(), save: saveState };
    },
  };
});
vi.mock('../../src/git/index.ts', async (original) => withFaults(await original(), 'latestTag'));
vi.mock('../../src/report/index.ts', async (original) => withFaults(await original(), 'renderHistory'));

type Change = Awaited<ReturnType<typeof pullRequest>>;

/** Runs the action in this process, so that a fault can be put into it. */
async function act({ job, github, checkout }: Change, inputs: Readonly<Record<string, string>>) {
  const folder = join(job.workspace, '_temp');
  mkdirSync(folder, { recursive: true });
  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const warnings: string[] = [];
  const silent = () => undefined;
  const given: Readonly<Record<string, string>> = { 'github-token': 'check-token', ...inputs };
  const host: Host = {
    environment: {
      ...process.env,
      GITHUB_ACTIONS: 'true',
      GITHUB_EVENT_NAME: 'pull_request',
      GITHUB_EVENT_PATH: file('event.json', JSON.stringify(pullRequestEvent(checkout))),
      GITHUB_REPOSITORY: 'octo/kernels',
      GITHUB_API_URL: github.url,
      GITHUB_RUN_ID: '4242424242',
      GITHUB_RUN_ATTEMPT: '1',
      GITHUB_SHA: checkout.merge,
      GITHUB_REF: 'refs/pull/7/merge',
      GITHUB_STEP_SUMMARY: file('summary.md', ''),
      GITHUB_OUTPUT: file('output', ''),
    },
    workingDirectory: job.workspace,
    signal: new AbortController().signal,
    progress: { stage: silent, update: silent, note: silent, warn: (text) => void warnings.push(text) },
    workerPath: join(scriptedBundles(), 'worker.js'),
    version: '0.0.0',
    command: 'joulegate action',
    now: () => new Date(0),
  };
  const exitCode = await runAction(host, {
    getInput: (name) => given[name] ?? '',
    setSecret: silent,
    setOutput: silent,
    info: silent,
    notice: silent,
    warning: (text) => void warnings.push(text),
    error: (text) => void warnings.push(text),
    print: silent,
  });
  const report = JSON.parse(readFileSync(join(folder, 'joulegate', 'report', 'report.json'), 'utf8'));
  return { exitCode, faults: warnings.filter((text) => text.includes('is not a function')), report };
}

function breakAll(names: readonly string[]): void {
  for (const name of names) faulty.add(name);
  onTestFinished(() => faulty.clear());
}

const said = (cost: string) => `undefined is not a function: ${cost}.`;

describe('a fault of ours in what the action does after measuring costs that part and a warning', () => {
  const costs = {
    writeJobSummary: 'the job has no summary',
    publishCheckRun: 'there is no check run',
    annotate: 'there are no annotations',
    uploadArtifact: 'there is no artifact',
    setOutputs: 'the outputs could not be set',
    publishComment: 'the pull request has no comment of this run',
  };

  it.each<[string, (keyof typeof costs)[]]>(
    sampled<[string, (keyof typeof costs)[]]>([
      ['none', []],
      ['the check run', ['publishCheckRun']],
      ['the comment', ['publishComment']],
      ['everything that shows a report', Object.keys(costs) as (keyof typeof costs)[]],
    ]),
  )('guard: %s', async (_what, names) => {
    const change = await pullRequest(smallProject(300), { labelled: true });
    breakAll(names);
    const { exitCode, faults, report } = await act(change, {});
    expect(exitCode).toBe(1);
    expect(report).toMatchObject({ verdict: 'failed', exitCode: 1, counts: { regressed: 1 }, warnings: [] });
    // What shows the verdict shows it again with the advice.
    expect([...new Set(faults)]).toEqual(names.map((name) => said(costs[name])));
    expect(change.github.checkRuns).toHaveLength(names.includes('publishCheckRun') ? 0 : 1);
    expect(change.github.comments(7)).toHaveLength(names.includes('publishComment') ? 0 : 1);
  });

  it.each(
    sampled<[string, string | null, string | null]>([
      ['none', null, null],
      ['labels', 'readPullRequestLabels', 'nothing was accepted by a label'],
    ]),
  )('report, of guards: %s', async (_what, name, cost) => {
    const change = await pullRequest(smallProject(300), { labelled: true });
    await act(change, { shard: '1/1' });
    breakAll(name === null ? [] : [name]);
    const { exitCode, faults, report } = await act(change, { mode: 'report' });
    expect(exitCode).toBe(1);
    expect(report).toMatchObject({ verdict: 'failed', counts: { regressed: 1 } });
    expect(faults).toEqual(cost === null ? [] : [said(cost)]);
  });

  it.each(
    sampled<[string, string | null, string | null]>([
      ['none', null, null],
      ['history', 'latestTag', 'this night is not in the history'],
      ['the page of the history', 'renderHistory', 'there is no page of the history'],
      ['kept state', 'saveState', 'what this run learnt is not kept'],
      ['the artifacts', 'uploadArtifact', 'there is no artifact of the recordings'],
    ]),
  )('retune: %s', async (_what, name, cost) => {
    const change = await pullRequest({}, { short: true });
    breakAll(name === null ? [] : [name]);
    const { exitCode, faults, report } = await act(change, { mode: 'retune' });
    expect(exitCode).toBe(0);
    expect(report).toMatchObject({ exitCode: 0, kernels: [{ kernel: 'power', trials: 3 }] });
    if (cost === null) expect(faults).toEqual([]);
    else expect(faults).toContain(said(cost));
  });

  it.each(
    sampled<[string, string | null, string | null]>([
      ['none', null, null],
      ['kept state', 'saveState', 'what the jobs learnt is not kept'],
      ['the page of the history', 'renderHistory', 'there is no page of the history'],
    ]),
  )('report, of retunes: %s', async (_what, name, cost) => {
    const change = await pullRequest({}, { short: true });
    await act(change, { mode: 'retune', shard: '1/1' });
    breakAll(name === null ? [] : [name]);
    const { exitCode, faults, report } = await act(change, { mode: 'report' });
    expect(exitCode).toBe(0);
    expect(report).toMatchObject({ exitCode: 0, kernels: [{ kernel: 'power' }] });
    expect(faults).toEqual(cost === null ? [] : [said(cost)]);
  });
});
