import { type ExplainedKernel, explain } from '../../app/index.ts';
import { ExitCode } from '../../errors/index.ts';
import {
  formatChange,
  formatConfiguration,
  formatConfigurationChange,
  formatJoules,
  formatMilliseconds,
} from '../../report/index.ts';
import type { CommandSpec } from '../command.ts';
import { columns, count, formatJson } from '../format.ts';
import { jsonOption, required } from '../shared-options.ts';

function orEmpty(value: number | null, format: (value: number) => string): string {
  return value === null ? '' : format(value);
}

function section(title: string, rows: readonly (readonly string[])[], right: readonly number[]): string[] {
  if (rows.length === 0) return [];
  const table = columns(rows, right).split('\n');
  return ['', title, ...table.map((line) => `  ${line}`)];
}

function importanceRows({ importances }: ExplainedKernel): string[][] {
  return importances.map(({ tunable, share }) => {
    return [tunable, `${(100 * share).toFixed(0)} %`, '#'.repeat(Math.max(1, Math.round(30 * share)))];
  });
}

function finalistRows({ finalists, configuration: own }: ExplainedKernel): string[][] {
  return finalists.map(({ configuration, latencyMs, joules, chosen }) => [
    chosen ? 'chosen' : 'other',
    orEmpty(joules, formatJoules),
    orEmpty(latencyMs, formatMilliseconds),
    chosen ? '' : formatConfigurationChange(own ?? {}, configuration),
  ]);
}

function neighbourRows({ neighbours, objective }: ExplainedKernel): string[][] {
  const change = (part: number | null) => orEmpty(part, (value) => formatChange(1 + value));
  const rows = neighbours.map(({ tunable, value, latencyMs, latencyChange, failure, ...other }) => [
    `${tunable}=${value}`,
    change(other.change),
    change(latencyChange),
    orEmpty(latencyMs, formatMilliseconds),
    failure?.slice(0, 100) ?? '',
  ]);
  return rows.length === 0 ? [] : [['', objective, 'latency', '', ''], ...rows];
}

/** What work costs, in what a float addition does: the first of a model's list. */
function workRows({ work }: ExplainedKernel): string[][] {
  const [first] = work?.costs ?? [];
  if (work === null || first === undefined) return [];
  return work.costs.map(({ what, nanoseconds }) => [
    what,
    first.nanoseconds > 0
      ? Number((nanoseconds / first.nanoseconds).toPrecision(2)).toLocaleString('en')
      : '',
    `${nanoseconds.toPrecision(2)} ns`,
  ]);
}

function describe(explained: ExplainedKernel): string {
  const { kernel, workload, configuration, objective, reason, trials, predictionError } = explained;
  const failed = Object.entries(explained.failures).map(([kind, number]) => `${number} ${kind}`);
  const facts = [
    `${count(trials, 'trial')}, ${objective} minimised`,
    failed.length === 0 ? '' : `failed: ${failed.join(', ')}`,
    predictionError === null
      ? ''
      : `a model of the other trials is off by ${(100 * predictionError).toFixed(1)} % in the median`,
  ].filter((fact) => fact !== '');
  return [
    `${kernel} ${workload}`,
    `  ${configuration === null ? 'no configuration works' : formatConfiguration(configuration) || 'nothing to tune'}`,
    `  ${reason}`,
    `  ${facts.join('; ')}`,
    ...section('What the tunables matter', importanceRows(explained), [1]),
    ...section('Measured side by side', finalistRows(explained), [1, 2]),
    ...section('One tunable changed, as the search measured it', neighbourRows(explained), [1, 2, 3]),
    ...section(
      `What each adds to a launch on ${explained.work?.family}, as the cost model has it, in ${explained.work?.costs[0]?.what}s`,
      workRows(explained),
      [1, 2],
    ),
    ...(explained.neighbours.length === 0 && configuration !== null
      ? ['', 'None of the trials differs from it in one tunable only.']
      : []),
  ].join('\n');
}

export const explainCommand: CommandSpec = {
  name: 'explain',
  summary: 'say why a configuration won',
  positionals: ['KERNEL'],
  description:
    'Says of a retuned kernel which tunables matter, what met its configuration side by side, and what every trial costs that differs from it in one tunable. Reads the folder that `retune --report` wrote.',
  examples: [
    'joulegate explain softmax --report out',
    'joulegate explain matmul --report out --model model.json.gz',
  ],
  options: {
    report: {
      type: 'string',
      value: 'DIR',
      help: 'folder of a retune report',
    },
    workload: { type: 'string', value: 'NAME', help: 'only this workload' },
    model: {
      type: 'string',
      value: 'FILE',
      help: 'cost model, to say what kinds of work cost on its device',
    },
    ...jsonOption,
  },
  async run(args, host) {
    const workload = args.text('workload');
    const model = args.text('model');
    const explained = explain(host, {
      report: required(args, 'explain', 'report'),
      kernel: args.positionals[0]!,
      ...(workload === undefined ? {} : { workload }),
      ...(model === undefined ? {} : { model }),
    });
    const output = args.flag('json') ? formatJson(explained) : `${explained.map(describe).join('\n\n')}\n`;
    return { output, exitCode: ExitCode.passed };
  },
};
