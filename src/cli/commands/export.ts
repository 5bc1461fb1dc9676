import {
  type ExportRuntimeOptions,
  exportConfigurations,
  exportHelper,
  exportRecording,
  exportRuntime,
  type Host,
} from '../../app/index.ts';
import { ExitCode, JoulegateError } from '../../errors/index.ts';
import type { Arguments, CommandResult, CommandSpec } from '../command.ts';
import { count, formatJson, recordingText } from '../format.ts';
import {
  allowCommandsOption,
  jsonOption,
  kernelOption,
  manifestOption,
  readAllowCommands,
  readKernelFilter,
  readManifestOption,
  readPaths,
} from '../shared-options.ts';

export const exportCommand: CommandSpec = {
  name: 'export',
  summary: 'write tuned kernels and configurations for an application, or a recording for another tuner',
  positionals: ['FORMAT', 'MANIFEST|RECORDING|LANGUAGE?'],
  description: `runtime [MANIFEST]: writes the manifest's kernels with what was tuned for them into one file, from which
joulegate/runtime picks configuration and WGSL in an application (docs/runtime.md). With --portfolio K it also holds, for
devices that nothing was tuned on, at most K configurations that serve all devices of the recordings.
header [MANIFEST], json [MANIFEST]: the configurations that ship, of kernels of any kind, as macros per device and workload
(KERNEL_TUNABLE), or as JSON for programs that choose at run time.
helper c, helper python: the part of a program that talks to Joulegate (docs/programs.md): joulegate.h, joulegate_program.py.
kernel-tuner RECORDING: turns the recording into a cache of Kernel Tuner, for its simulation mode and for what reads such
caches. Times are milliseconds, energies joules, powers watts. Static features stay behind.`,
  examples: [
    'joulegate export runtime --out kernels.json',
    'joulegate export header --out tuned.h',
    'joulegate export helper c',
    'joulegate export runtime --portfolio 3 --recordings h200/recordings,rx7900/recordings --out kernels.json',
    'joulegate export kernel-tuner softmax.recording.json.gz --out softmax_cache.json',
    'joulegate export kernel-tuner tcbf.recording.json.gz --objective energy --out tcbf.json.gz',
  ],
  options: {
    out: { type: 'string', value: 'FILE', help: 'the file to write; packed if it ends in .gz' },
    ...manifestOption,
    ...kernelOption,
    ...allowCommandsOption,
    objective: {
      type: 'string',
      value: 'FIELD',
      choices: ['time', 'energy'],
      help: 'what the cache says was minimised; time unless given',
    },
    portfolio: {
      type: 'integer',
      value: 'K',
      help: 'for runtime: at most K configurations for devices that nothing was tuned on; needs --recordings',
      min: 1,
      max: 16,
    },
    recordings: {
      type: 'string',
      value: 'PATH[,PATH]',
      help: 'what devices measured: files of record, folders that retune --report leaves',
    },
    ...jsonOption,
  },
  async run(args, host) {
    const [format] = args.positionals;
    if (format === 'runtime') return runtime(args, host);
    if (format === 'header' || format === 'json') return configurations(args, host, format);
    if (format === 'helper') return helper(args, host);
    if (format === 'kernel-tuner') return kernelTuner(args, host);
    throw new JoulegateError('bad-input', `"${format}" is not a format that can be exported.`, {
      code: 'bad-arguments',
      nextStep:
        'Formats are runtime, header, json, helper and kernel-tuner: joulegate export runtime --out kernels.json, joulegate export kernel-tuner RECORDING.json.gz --out CACHE.json',
    });
  },
};

/** @throws JoulegateError bad-input if one of the two is given without the other */
function portfolioOf(args: Arguments): ExportRuntimeOptions['portfolio'] {
  const size = args.number('portfolio');
  const recordings = readPaths(args, 'recordings');
  if (size === undefined && recordings === undefined) return undefined;
  if (size !== undefined && recordings !== undefined) return { size, recordings };
  throw new JoulegateError('bad-input', '--portfolio and --recordings go together.', {
    code: 'bad-arguments',
    nextStep:
      'Give both: joulegate export runtime --portfolio 3 --recordings FOLDER,FOLDER, each of a device that retuned or recorded the kernels.',
  });
}

async function runtime(args: Arguments, host: Host): Promise<CommandResult> {
  const portfolio = portfolioOf(args);
  const summary = await exportRuntime(host, {
    ...readManifestOption(args, 1),
    ...readKernelFilter(args),
    ...readAllowCommands(args),
    out: outOf(args, 'kernels.json'),
    ...(portfolio === undefined ? {} : { portfolio }),
  });
  const lines = summary.kernels.flatMap(({ kernel, entries, configurations, templates, portfolios }) => [
    `  ${kernel}: ${entries === 0 ? 'nothing tuned' : `tuned for ${count(entries, 'workload')}`}, ${count(configurations, 'configuration')}, ${count(templates, 'program')}\n`,
    ...portfolios.map(
      ({ members, devices, worstShare }) =>
        `    portfolio: ${count(members, 'configuration')} for ${count(devices, 'device')}, each at ${(100 * worstShare).toFixed(0)} % of its best or better\n`,
    ),
  ]);
  const networks = summary.networks.length === 0 ? '' : `, ${count(summary.networks.length, 'network')}`;
  return {
    output: args.flag('json')
      ? formatJson(summary)
      : `${summary.out}: ${count(summary.kernels.length, 'kernel')}${networks}\n${lines.join('')}`,
    exitCode: ExitCode.passed,
  };
}

function configurations(args: Arguments, host: Host, format: 'header' | 'json'): CommandResult {
  const summary = exportConfigurations(host, {
    ...readManifestOption(args, 1),
    ...readKernelFilter(args),
    format,
    out: outOf(args, format === 'header' ? 'tuned.h' : 'configurations.json'),
  });
  const lines = summary.kernels.map(
    ({ kernel, entries }) =>
      `  ${kernel}: ${entries === 0 ? 'nothing tuned' : `${count(entries, 'tuned configuration')}`}\n`,
  );
  return {
    output: args.flag('json')
      ? formatJson(summary)
      : `${summary.out}: ${count(summary.kernels.length, 'kernel')}\n${lines.join('')}`,
    exitCode: ExitCode.passed,
  };
}

function helper(args: Arguments, host: Host): CommandResult {
  const out = exportHelper(host, { language: args.positionals[1] ?? '', out: args.text('out') });
  return { output: args.flag('json') ? formatJson({ out }) : `${out}\n`, exitCode: ExitCode.passed };
}

function kernelTuner(args: Arguments, host: Host): CommandResult {
  const recording = args.positionals[1];
  if (recording === undefined) {
    throw new JoulegateError('bad-input', '`joulegate export kernel-tuner` needs RECORDING.', {
      code: 'bad-arguments',
      nextStep: 'Name it: joulegate export kernel-tuner RECORDING.json.gz --out CACHE.json',
    });
  }
  const summary = exportRecording(host, {
    recording,
    out: outOf(args, 'cache.json'),
    objective: args.text('objective') === 'energy' ? 'energy' : 'time',
  });
  return {
    output: args.flag('json') ? formatJson(summary) : recordingText(summary),
    exitCode: ExitCode.passed,
  };
}

function outOf(args: Arguments, example: string): string {
  const out = args.text('out');
  if (out !== undefined) return out;
  throw new JoulegateError('bad-input', '`joulegate export` needs --out FILE.', {
    code: 'bad-arguments',
    nextStep: `Name the file to write, e.g. --out ${example}`,
  });
}
