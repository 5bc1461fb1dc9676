import { doctor, measureMachineNoise, meterKinds, type NoiseReport } from '../../app/index.ts';
import { ExitCode, JoulegateError } from '../../errors/index.ts';
import type { Arguments, CommandResult, CommandSpec } from '../command.ts';
import { columns, count, formatJson } from '../format.ts';
import {
  givenManifest,
  jsonOption,
  kernelOption,
  laboratoryOptions,
  manifestArgument,
  readKernelFilter,
  readLaboratoryOptions,
} from '../shared-options.ts';

function percent(change: number | null): string {
  return change === null ? '-' : `${(change * 100).toPrecision(2)} %`;
}

function describeNoise(report: NoiseReport): string {
  const { device, meter, metrics, blocks, secondsPerBlock, voidReasons } = report;
  const minutes = metrics[0]?.detectable.map((one) => one.minutes) ?? [];
  const table = columns(
    [
      ['', ...minutes.map((time) => `${time} min`), 'noise floor', 'blocks'],
      ...metrics.map((metric) => [
        metric.metric,
        ...metric.detectable.map(({ change }) => percent(change)),
        percent(metric.noiseFloor),
        String(metric.blocks),
      ]),
    ],
    [1, 2, 3, 4, 5],
  );
  const estimated = meter?.estimated ? ', estimated' : '';
  const few = metrics.some(({ noiseFloor }) => noiseFloor === null)
    ? ['A noise floor needs 20 blocks: give --noise more minutes.']
    : [];
  return `${[
    `device: ${device.description}`,
    `meter: ${meter === null ? `none (${report.meterReason})` : `${meter.description}${estimated}`}`,
    `${count(blocks, 'A/A block')} of ${report.kernel} ${report.workload}, ${secondsPerBlock.toFixed(1)} s each`,
    '',
    'Smallest change that judging one kernel for so long finds in 4 of 5 runs:',
    table,
    ...few,
    ...(voidReasons.length === 0 ? [] : ['', 'Void:', ...voidReasons.map((reason) => `  ${reason}`)]),
  ].join('\n')}\n`;
}

export const doctorCommand: CommandSpec = {
  name: 'doctor',
  summary: 'what this machine has, what is missing and how to get it',
  positionals: [manifestArgument],
  description: `Looks for adapters and for the meter that a run with the same options would get, tries them, and says what is
missing and how to get it. Whatever fails is a line of the report, and nobody is waited for. With --noise it measures a
kernel against itself and says how small a change this machine can tell from none.

Meters, in the order in which --meter auto tries them:
${columns(meterKinds.map(({ name, summary }) => [`  ${name}`, summary]))}`,
  examples: ['joulegate doctor', 'joulegate doctor --meter nvml --sensor 1', 'joulegate doctor --noise 10'],
  options: {
    noise: {
      type: 'number',
      value: 'MINUTES',
      help: 'measure a kernel against itself for so long',
      min: 0.05,
      max: 24 * 60,
    },
    manifest: {
      type: 'string',
      value: 'FILE',
      help: "with --noise: take a kernel of it, its sentinel first; joulegate.yaml's or our own unless given",
    },
    ...kernelOption,
    ...laboratoryOptions,
    ...jsonOption,
  },
  async run(args, host) {
    const minutes = args.number('noise');
    if (minutes !== undefined) return runNoise(args, host, minutes);
    if (givenManifest(args) !== undefined || args.text('kernel') !== undefined) {
      throw new JoulegateError('bad-input', 'A manifest and --kernel belong to --noise.', {
        code: 'bad-arguments',
        nextStep: 'Add --noise MINUTES, or leave them out.',
      });
    }
    const diagnosis = await doctor(host, readLaboratoryOptions(args));
    const exitCode = host.signal.aborted
      ? ExitCode.interrupted
      : diagnosis.usable
        ? ExitCode.passed
        : ExitCode.couldNotMeasure;
    if (args.flag('json')) return { output: formatJson(diagnosis), exitCode };
    const lines = diagnosis.findings.flatMap(({ ok, subject, detail, nextStep }) => [
      `${ok ? 'ok      ' : 'problem '} ${subject}: ${detail}`,
      ...(nextStep === null ? [] : [`           next: ${nextStep}`]),
    ]);
    const verdict = diagnosis.usable
      ? 'Kernels can run here.'
      : 'With these options no kernel can be measured here yet.';
    return { output: `${[...lines, verdict].join('\n')}\n`, exitCode };
  },
};

async function runNoise(
  args: Arguments,
  host: Parameters<CommandSpec['run']>[1],
  minutes: number,
): Promise<CommandResult> {
  const manifest = givenManifest(args);
  const report = await measureMachineNoise(host, {
    ...readLaboratoryOptions(args),
    ...readKernelFilter(args),
    ...(manifest === undefined ? {} : { manifest }),
    minutes,
  });
  const exitCode = host.signal.aborted ? ExitCode.interrupted : ExitCode.passed;
  return { output: args.flag('json') ? formatJson(report) : describeNoise(report), exitCode };
}
