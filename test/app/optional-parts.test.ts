import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { GuardMemory } from '../../src/app/guard/index.ts';
import { guard, type Host } from '../../src/app/index.ts';
import { commitAll, projectFolder, writeFiles } from '../support/command-line.ts';
import { sampled } from '../support/full.ts';
import { scriptedBundles } from '../support/scripted-adapter/bundles.ts';
import { smallManifest, smallProject } from '../support/small-project.ts';

/** What goes wrong, a fault of ours among them, once everything is measured. */
interface Fault {
  /** Called with each stage of the run. */
  readonly atStage?: (text: string) => void;
  readonly memory?: Partial<GuardMemory>;
  /** A file of the report in whose place there is a folder that holds something. */
  readonly inTheWayOf?: string;
}

function ours(): never {
  throw new TypeError('undefined is not a function');
}

/** Guards a change that regressed. */
async function guarded({ atStage = () => undefined, memory = {}, inTheWayOf }: Fault) {
  const labelled = smallManifest.replace('gate:\n', 'gate:\n  accept-label: slower-is-fine\n');
  const folder = await projectFolder({ ...smallProject(100), 'joulegate.yaml': labelled });
  commitAll(folder);
  await writeFiles(folder, smallProject(300));
  await writeFiles(folder, { 'joulegate.yaml': labelled });
  if (inTheWayOf !== undefined) mkdirSync(join(folder, 'out', inTheWayOf, 'full'), { recursive: true });
  const silent = () => undefined;
  const host: Host = {
    environment: process.env,
    workingDirectory: folder,
    signal: new AbortController().signal,
    progress: { stage: atStage, update: silent, note: silent, warn: silent },
    workerPath: join(scriptedBundles(), 'worker.js'),
    version: '0.0.0',
    command: 'joulegate guard',
    now: () => new Date(0),
  };
  return guard(host, {
    manifest: 'joulegate.yaml',
    base: 'HEAD',
    kernels: null,
    device: 'auto',
    meter: 'auto',
    report: 'out',
    onReportFault: silent,
    memory: {
      restore: async () => ({ noiseFloor: null, attempts: [], nights: [] }),
      keep: async () => undefined,
      labels: async () => [],
      ...memory,
    },
  });
}

describe('a fault after measuring costs its part and a warning, neither verdict nor report', () => {
  it.each(
    sampled<[string, Fault, string | null]>([
      ['none', {}, null],
      [
        'in what is advised',
        { atStage: (text) => void (text.includes('looking for a better') && ours()) },
        'undefined is not a function: nothing is advised.',
      ],
      [
        'in what a repetition is to know',
        { memory: { keep: ours } },
        'undefined is not a function: a repetition of this run will not know what it measured.',
      ],
      [
        'in the labels of the pull request',
        { memory: { labels: ours } },
        'The labels of the pull request could not be read, so nothing was accepted by one.',
      ],
      [
        'in the suggestion',
        { inTheWayOf: 'tuned.suggested.json' },
        ': the suggestion is in the report only.',
      ],
      ['in report.json', { inTheWayOf: 'report.json' }, ': there is no report.json.'],
      ['in report.md', { inTheWayOf: 'report.md' }, ': there is no report.md.'],
      ['in the charts', { inTheWayOf: 'report.html' }, ': there is no report.html.'],
    ]),
  )('%s', async (_what, fault, said) => {
    const report = await guarded(fault);
    expect(report).toMatchObject({ verdict: 'failed', exitCode: 1, counts: { regressed: 1 } });
    expect(report.warnings).toEqual(said === null ? [] : [expect.stringContaining(said)]);
  });
});
