import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { JoulegateError } from '../../errors/index.ts';
import { weighObjective } from '../../manifest/index.ts';
import { explain as explainRows } from '../../model/index.ts';
import { nearestName } from '../../schema/index.ts';
import type { Configuration } from '../../space/index.ts';
import { type Recording, type Report, readModel, readRecording, readReport } from '../../store/index.ts';
import type { Host } from '../host.ts';
import { absolutePath } from '../project/index.ts';
import { recordingsFolder } from './write-findings.ts';

type RetunedKernel = Extract<Report, { readonly kind: 'retune' }>['kernels'][number];

export interface ExplainOptions {
  /** Folder that `retune --report` wrote. */
  readonly report: string;
  readonly kernel: string;
  /** Name of the workload; every one of the kernel's unless given. */
  readonly workload?: string;
  /** File of a cost model, for what work costs on its device. */
  readonly model?: string;
}

/** A configuration that differs in one tunable from the one that is explained. */
export interface Neighbour {
  readonly tunable: string;
  readonly value: Configuration[string];
  readonly latencyMs: number | null;
  readonly joules: number | null;
  /** What it costs in terms of the objective against the configuration that is explained, less 1; null if unknown. */
  readonly change: number | null;
  /** The same for its latency. */
  readonly latencyChange: number | null;
  /** Why it did not work; null if it did. */
  readonly failure: string | null;
}

/** Why a configuration ships. */
export interface ExplainedKernel {
  readonly kernel: string;
  readonly workload: string;
  readonly objective: RetunedKernel['objective'];
  /** null: none works. */
  readonly configuration: Configuration | null;
  readonly latencyMs: number | null;
  readonly joules: number | null;
  readonly reason: string;
  readonly trials: number;
  readonly importances: NonNullable<RetunedKernel['evidence']>['importances'];
  readonly finalists: NonNullable<RetunedKernel['evidence']>['finalists'];
  readonly neighbours: readonly Neighbour[];
  /** Median error of predictions of trees that did not learn from the configuration; null if there are too few. */
  readonly predictionError: number | null;
  readonly failures: RetunedKernel['failures'];
  /** What kinds of work cost on a device, as a cost model has it; null where none was given. */
  readonly work: {
    readonly family: string;
    readonly costs: readonly { readonly what: string; readonly nanoseconds: number }[];
  } | null;
}

interface Row {
  readonly configuration: Configuration;
  readonly latencyMs: number | null;
  readonly joules: number | null;
  readonly failure: string | null;
}

function rowsOf({ tunables, measurements }: Recording): readonly Row[] {
  return measurements.map(({ values, latencyMs, joules, failure }) => ({
    configuration: Object.fromEntries(
      tunables.flatMap(({ name, values: allowed }, at) => {
        const value = allowed[values[at] ?? -1];
        return value === undefined ? [] : [[name, value]];
      }),
    ),
    latencyMs: latencyMs ?? null,
    joules: joules ?? null,
    failure: failure === undefined ? null : `${failure.kind}: ${failure.message}`,
  }));
}

function recordingsIn(folder: string): readonly Recording[] {
  const path = join(folder, recordingsFolder);
  if (!existsSync(path)) return [];
  return readdirSync(path)
    .filter((name) => /\.json(?:\.gz)?$/.test(name))
    .sort()
    .map((name) => readRecording(join(path, name)));
}

function neighboursOf(kernel: RetunedKernel, rows: readonly Row[]): readonly Neighbour[] {
  const { configuration, objective } = kernel;
  if (configuration === null) return [];
  const names = Object.keys(configuration);
  const same = (row: Row, except: string | null) =>
    names.every((name) => name === except || row.configuration[name] === configuration[name]);
  const own = rows.find((row) => same(row, null)) ?? null;
  const costOf = ({ latencyMs, joules }: Row) =>
    weighObjective(objective, { energy: joules, latency: latencyMs });
  const cost = own === null ? null : costOf(own);
  return names.flatMap((tunable) =>
    rows
      .filter((row) => row.configuration[tunable] !== configuration[tunable] && same(row, tunable))
      .map((row) => {
        const other = costOf(row);
        return {
          tunable,
          value: row.configuration[tunable] as Configuration[string],
          latencyMs: row.latencyMs,
          joules: row.joules,
          change: cost === null || other === null ? null : other / cost - 1,
          latencyChange:
            own === null || own.latencyMs === null || row.latencyMs === null
              ? null
              : row.latencyMs / own.latencyMs - 1,
          failure: row.failure,
        };
      }),
  );
}

function predictionErrorOf(kernel: RetunedKernel): number | null {
  const points = kernel.evidence?.points ?? [];
  const energetic = points.some(({ joules }) => joules !== null);
  const errors = points
    .flatMap(({ latencyMs, joules, predicted }) => {
      const measured = energetic ? joules : latencyMs;
      return measured === null || predicted === null ? [] : [Math.abs(predicted / measured - 1)];
    })
    .sort((a, b) => a - b);
  return errors[Math.floor(errors.length / 2)] ?? null;
}

/** Importances for latency over everything measured, where energy was measured too rarely to tell. */
function importancesOf(kernel: RetunedKernel, rows: readonly Row[]): ExplainedKernel['importances'] {
  const kept = kernel.evidence?.importances ?? [];
  if (kept.length > 0) return kept;
  const names = Object.keys(kernel.configuration ?? rows[0]?.configuration ?? {});
  const worked = rows.filter(({ latencyMs }) => latencyMs !== null);
  const values = names.map((name) =>
    [...new Set(worked.map(({ configuration }) => configuration[name]))].sort(),
  );
  const explanation = explainRows(
    worked.map(({ configuration }) =>
      names.map((name, at) => values[at]?.indexOf(configuration[name]) ?? -1),
    ),
    worked.map(({ latencyMs }) => Math.log(latencyMs ?? 1)),
  );
  return names
    .map((tunable, at) => ({ tunable, share: Math.min(1, explanation?.importances[at] ?? 0) }))
    .filter(({ share }) => share > 0)
    .sort((a, b) => b.share - a.share);
}

/**
 * Says of a retuned kernel why its configuration ships: which tunables matter, what met it side by side, and what every
 * measured configuration costs that differs from it in one tunable.
 * @throws JoulegateError bad-input for a folder without a retune report, or a kernel that is not in it
 */
export function explain(host: Host, options: ExplainOptions): readonly ExplainedKernel[] {
  const folder = absolutePath(host, options.report);
  const report = readReport(join(folder, 'report.json'));
  if (report.kind !== 'retune') {
    throw new JoulegateError('bad-input', `${options.report} holds the report of a guard run.`, {
      code: 'wrong-report',
      nextStep: 'Give the folder of a retune: `joulegate retune --report DIR` writes one.',
    });
  }
  const named = report.kernels.filter(({ kernel }) => kernel === options.kernel);
  if (named.length === 0) {
    const known = [...new Set(report.kernels.map(({ kernel }) => kernel))];
    const near = nearestName(options.kernel, known);
    throw new JoulegateError('bad-input', `The report has no kernel '${options.kernel}'.`, {
      code: 'unknown-kernel',
      nextStep: near === null ? `It has ${known.join(', ') || 'none'}.` : `Did you mean '${near}'?`,
    });
  }
  const wanted = named.filter(
    ({ workload }) => options.workload === undefined || workload === options.workload,
  );
  if (wanted.length === 0) {
    throw new JoulegateError(
      'bad-input',
      `${options.kernel} has no workload '${options.workload}' in the report.`,
      {
        code: 'unknown-workload',
        nextStep: `It has ${named.map(({ workload }) => `'${workload}'`).join(', ')}.`,
      },
    );
  }
  const recordings = recordingsIn(folder);
  const model = options.model === undefined ? null : readModel(absolutePath(host, options.model));
  const work = model === null ? null : { family: model.family, costs: model.workCosts };
  return wanted.map((kernel) => {
    const recording = recordings.find(
      (one) => one.kernel === kernel.kernel && one.workload.name === kernel.workload,
    );
    const rows = recording === undefined ? [] : rowsOf(recording);
    return {
      kernel: kernel.kernel,
      workload: kernel.workload,
      objective: kernel.objective,
      configuration: kernel.configuration,
      latencyMs: kernel.latencyMs,
      joules: kernel.joules,
      reason: kernel.reason,
      trials: kernel.trials,
      importances: importancesOf(kernel, rows),
      finalists: kernel.evidence?.finalists ?? [],
      neighbours: neighboursOf(kernel, rows),
      predictionError: predictionErrorOf(kernel),
      failures: kernel.failures,
      work,
    };
  });
}
