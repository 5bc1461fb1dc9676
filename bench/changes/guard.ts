import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { guard } from '../../src/app/index.ts';
import { openKernel, projectFiles } from './kernels.ts';
import type { Edit } from './mutation.ts';
import { mutations } from './mutations.ts';
import { atDefaults, type GuardedChange, readRecording, writeRecording } from './recording.ts';

/** What the guard is told besides the kernel: latency alone, as the changes were measured, by the 10 % that the bars speak of. */
const settings = {
  objective: { minimize: 'latency' },
  budget: { guard: { trials: 8, 'search-seconds': 3, 'judge-seconds': 45 } },
  gate: { latency: { margin: '10%' }, 'fail-on': ['regressed', 'wrong-result', 'missing-baseline'] },
};

function write(folder: string, kernel: string, edits: readonly Edit[]): void {
  for (const [path, text] of Object.entries(projectFiles(kernel, edits, settings))) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

const silent = () => undefined;

/** What the guard says of a change, as of two folders that anybody has: on the software adapter that the environment gives. */
async function guarded(
  kernel: string,
  name: string,
  edits: readonly Edit[],
): Promise<GuardedChange & { device: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'joulegate-changes-'));
  try {
    write(join(folder, 'base'), kernel, []);
    write(join(folder, 'head'), kernel, edits);
    const { signal } = new AbortController();
    const progress = { stage: silent, update: silent, note: silent, warn: silent };
    const host = { environment: process.env, workingDirectory: folder, signal, progress };
    const report = await guard(
      {
        ...host,
        workerPath: resolve('dist/worker.js'),
        version: '0.0.0',
        command: 'guard',
        now: () => new Date(),
      },
      {
        ...{
          manifest: 'head/joulegate.yaml',
          base: './base',
          kernels: null,
          device: 'software',
          meter: 'none',
        },
        advise: false,
      },
    );
    const one = report.kernels.find((entry) => entry.kernel === kernel);
    return {
      ...{ kernel, name, verdict: one?.verdict ?? 'absent', seconds: Math.round(report.durationSeconds) },
      ratio: one?.metrics.find(({ metric }) => metric === 'latency')?.ratio?.estimate ?? null,
      device: report.device?.family ?? '',
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Guards the changes of a recording, at the default, that it has no verdict for; saved after each, so that it goes on if it is cut off. */
export async function guardChanges(path: string, only: string | undefined, most: number): Promise<void> {
  let recording = readRecording(path);
  const wanted = recording.changes.filter((change) => {
    const { defaults } = openKernel(change.kernel, [], recording.limits).kernel;
    const isKnown = recording.guarded?.some(
      ({ kernel, name }) => kernel === change.kernel && name === change.name,
    );
    return !isKnown && atDefaults(change, defaults) && (only === undefined || change.kernel === only);
  });
  for (const { kernel, name, logRatio } of wanted.slice(0, most)) {
    const mutation = mutations.find((one) => one.kernel === kernel && one.name === name);
    if (mutation === undefined) continue;
    const { device, ...found } = await guarded(kernel, name, mutation.edits);
    if (device !== '' && device !== recording.family)
      throw new Error(`${path} is of ${recording.family}, this is ${device}`);
    recording = { ...recording, guarded: [...(recording.guarded ?? []), found] };
    writeRecording(path, recording);
    process.stderr.write(
      `${kernel}, ${name}: ${found.verdict} (x ${found.ratio?.toFixed(2) ?? '?'}, measured x ${Math.exp(logRatio).toFixed(2)}), ${found.seconds} s\n`,
    );
  }
}
