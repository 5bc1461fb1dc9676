import { type ReplayRetuneOptions, retune, retuneRecording } from '../../app/index.ts';
import { JoulegateError } from '../../errors/index.ts';
import { objectives } from '../../manifest/index.ts';
import type { Arguments, CommandSpec } from '../command.ts';
import { reportResult } from '../report-result.ts';
import {
  givenManifest,
  jsonOption,
  kernelOption,
  laboratoryOptions,
  manifestArgument,
  manifestOption,
  readKernelFilter,
  readLaboratoryOptions,
  readManifestOption,
  readPaths,
} from '../shared-options.ts';

const defaultSeed = 1;

/** Options that only mean something with `--device replay`, and those that mean nothing there. */
const replayOnly = ['recording', 'objective', 'latency-slack'] as const;
const manifestOnly = ['kernel', 'budget', 'out', 'keep', 'max-minutes', 'meter', 'watts-per-core'] as const;

function refuse(args: Arguments, names: readonly string[], reason: string): void {
  const given = names.find((name) => args.text(name) !== undefined || args.number(name) !== undefined);
  if (given !== undefined) throw misplaced(`--${given}`, reason);
}

function misplaced(argument: string, reason: string): JoulegateError {
  return new JoulegateError('bad-input', `${argument} ${reason}.`, {
    code: 'bad-arguments',
    nextStep: 'Run `joulegate retune --help` for what goes together.',
  });
}

function optional<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { [P in K]?: V });
}

function replayOptions(args: Arguments): ReplayRetuneOptions {
  const reason = 'means nothing with --device replay, which needs no manifest';
  if (givenManifest(args) !== undefined) throw misplaced('A manifest', reason);
  refuse(args, manifestOnly, reason);
  const recording = args.text('recording');
  if (recording === undefined) {
    throw new JoulegateError('bad-input', '--device replay needs --recording FILE.', {
      code: 'bad-arguments',
      nextStep: 'Make one with `joulegate record` or `joulegate import kernel-tuner`.',
    });
  }
  return {
    recording,
    objective: (args.text('objective') ?? 'energy') as ReplayRetuneOptions['objective'],
    seed: args.number('seed') ?? defaultSeed,
    ...optional('latencySlack', args.number('latency-slack')),
    ...optional('trials', args.number('trials')),
    ...optional('seconds', args.number('seconds')),
    ...optional('report', args.text('report')),
    ...optional('from', readPaths(args, 'from')),
  };
}

export const retuneCommand: CommandSpec = {
  name: 'retune',
  summary: 'search for better configurations and write tuned.json',
  positionals: [manifestArgument],
  description: `Searches every kernel of the manifest for a configuration that costs less, compares the best with what
ships today side by side in fresh processes, and writes tuned.json, the cost model and, if asked, a report.
Stopped with Ctrl-C it keeps its trials; the next retune goes on from there.

With --device replay it searches a recording instead: no GPU, no manifest, the same numbers every time.`,
  examples: [
    'joulegate retune',
    'joulegate retune --kernel mlp-up --trials 128 --seconds 120',
    'joulegate retune --from h100/recordings --trials 64',
    'joulegate retune --device replay --recording tcbf.json.gz --objective energy --trials 64 --seed 1',
  ],
  options: {
    ...manifestOption,
    ...kernelOption,
    budget: {
      type: 'string',
      value: 'WHICH',
      help: "which of the manifest's budgets applies; retune unless given",
      choices: ['guard', 'retune'],
    },
    trials: {
      type: 'integer',
      value: 'N',
      help: 'configurations to try per kernel; of a network, a mean',
      min: 1,
      max: 1_000_000,
    },
    seconds: {
      type: 'number',
      value: 'S',
      help: 'seconds to search per kernel; of a network, a mean',
      min: 0.1,
      max: 1e6,
    },
    'max-minutes': { type: 'number', value: 'M', help: 'end the whole run in time', min: 0.01, max: 1e5 },
    seed: { type: 'integer', value: 'N', help: 'seed of the search; 1 unless given', max: 4_294_967_295 },
    model: { type: 'string', value: 'FILE', help: 'cost model to start from and to keep up to date' },
    out: { type: 'string', value: 'FILE', help: "where the tuned state goes; the manifest's unless given" },
    report: { type: 'string', value: 'DIR', help: 'write report.json, report.md and report.html there' },
    from: {
      type: 'string',
      value: 'PATH[,PATH]',
      help: 'recordings of other devices to learn from: files of record, folders that retune --report leaves',
    },
    keep: {
      type: 'string',
      value: 'DIR',
      help: 'write the final WGSL of the finalists and of the incumbent there',
    },
    ...laboratoryOptions,
    device: {
      ...laboratoryOptions.device,
      choices: [...laboratoryOptions.device.choices, 'replay'],
    },
    recording: { type: 'string', value: 'FILE', help: 'recording to search with --device replay' },
    objective: {
      type: 'string',
      value: 'WHICH',
      help: 'with --device replay: what to minimise; energy unless given',
      choices: Object.keys(objectives),
    },
    'latency-slack': {
      type: 'number',
      value: 'SHARE',
      help: 'with --device replay: latency that energy may cost, 0.03 for 3 %; no limit unless given',
      max: 1000,
    },
    ...jsonOption,
  },
  async run(args, host, terminal) {
    if (args.text('device') === 'replay') {
      return reportResult(await retuneRecording(host, replayOptions(args)), args, terminal);
    }
    refuse(args, replayOnly, 'only means something with --device replay');
    const report = await retune(host, {
      ...readManifestOption(args),
      ...readKernelFilter(args),
      ...readLaboratoryOptions(args),
      budget: (args.text('budget') ?? 'retune') as 'guard' | 'retune',
      seed: args.number('seed') ?? defaultSeed,
      ...optional('trials', args.number('trials')),
      ...optional('seconds', args.number('seconds')),
      ...optional('maxMinutes', args.number('max-minutes')),
      ...optional('model', args.text('model')),
      ...optional('out', args.text('out')),
      ...optional('report', args.text('report')),
      ...optional('keep', args.text('keep')),
      ...optional('from', readPaths(args, 'from')),
    });
    return reportResult(report, args, terminal);
  },
};
