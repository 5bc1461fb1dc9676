import { type TryResult, tryKernel } from '../../app/index.ts';
import { ExitCode, JoulegateError } from '../../errors/index.ts';
import type { CommandSpec } from '../command.ts';
import { count, formatJson } from '../format.ts';
import {
  jsonOption,
  laboratoryOptions,
  manifestArgument,
  manifestOption,
  readLaboratoryOptions,
  readManifestOption,
} from '../shared-options.ts';

const faultNames = {
  build: 'it does not build',
  reference: 'its reference',
  repeat: 'its reference does not repeat itself',
  default: 'its default configuration',
} as const;

function figure(value: number | null, unit: string): string {
  return value === null ? '-' : `${Number(value.toPrecision(3))} ${unit}`;
}

function workloadText(tried: TryResult['workloads'][number]): string {
  const repeated =
    tried.repeats === null ? '' : tried.repeats ? ', repeats itself' : ', DOES NOT REPEAT ITSELF';
  const lines = [
    `  ${tried.workload}: ${tried.faults.length === 0 ? `right${repeated}` : count(tried.faults.length, 'fault')}`,
    ...tried.faults.map(
      ({ what, message, place }) =>
        `    error: ${place === null ? '' : `${place}: `}${faultNames[what]}: ${message}`,
    ),
    ...tried.remarks.map((remark) => `    note: ${remark}`),
  ];
  if (tried.trialSeconds !== null) {
    lines.push(
      `    ready after  ${figure(tried.readyMs, 'ms')}`,
      `    one launch   ${figure(tried.launchMs, 'ms')}`,
      `    one trial    ${figure(tried.trialSeconds, 's')}`,
      `    a retune     ${figure(tried.retuneMinutes, 'min')} of searching, ${count(tried.configurations, 'valid configuration')}`,
    );
  }
  return lines.join('\n');
}

export const tryCommand: CommandSpec = {
  name: 'try',
  summary: 'build, run and repeat one kernel, and say what a retune would take',
  positionals: ['KERNEL', manifestArgument],
  description: `Builds a kernel of any kind, runs its default configuration, has its reference write in two processes, compares, and
prints how long that took and what the checks said. Nothing is written. Exit status 2: something has to be mended first.`,
  examples: ['joulegate try softmax-rows', 'joulegate try sgemm --allow-commands'],
  options: { ...manifestOption, ...laboratoryOptions, ...jsonOption },
  async run(args, host) {
    const [kernel] = args.positionals;
    if (kernel === undefined) {
      throw new JoulegateError('bad-input', '`joulegate try` needs KERNEL.', {
        code: 'bad-arguments',
        nextStep: 'Name one: joulegate try softmax-rows',
      });
    }
    const result = await tryKernel(host, {
      ...readManifestOption(args, 1),
      ...readLaboratoryOptions(args),
      kernel,
    });
    const isSound = result.workloads.every(({ faults }) => faults.length === 0);
    const exitCode = isSound ? ExitCode.passed : ExitCode.badInput;
    if (args.flag('json')) return { output: formatJson(result), exitCode };
    const workloads = result.workloads.map((tried) => `${workloadText(tried)}\n`).join('');
    return { output: `${result.kernel} on ${result.device}\n${workloads}`, exitCode };
  },
};
