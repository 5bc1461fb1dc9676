import { exportRecording } from '../../app/index.ts';
import { ExitCode, JoulegateError } from '../../errors/index.ts';
import type { CommandSpec } from '../command.ts';
import { count, formatJson } from '../format.ts';
import { jsonOption } from '../shared-options.ts';

export const exportCommand: CommandSpec = {
  name: 'export',
  summary: 'turn a recording into the file of another tuner',
  positionals: ['FORMAT', 'RECORDING'],
  description: `Turns a recording into a cache of Kernel Tuner (format kernel-tuner), for its simulation mode and for what
reads such caches. Times are milliseconds, energies joules, powers watts. Static features stay behind.`,
  examples: [
    'joulegate export kernel-tuner softmax.recording.json.gz --out softmax_cache.json',
    'joulegate export kernel-tuner tcbf.recording.json.gz --objective energy --out tcbf.json.gz',
  ],
  options: {
    out: { type: 'string', value: 'FILE', help: 'the cache; packed if it ends in .gz' },
    objective: {
      type: 'string',
      value: 'FIELD',
      choices: ['time', 'energy'],
      help: 'what the cache says was minimised; time unless given',
    },
    ...jsonOption,
  },
  async run(args, host) {
    const [format, recording] = args.positionals;
    if (format !== 'kernel-tuner') {
      throw new JoulegateError('bad-input', `"${format}" is not a format that can be exported.`, {
        code: 'bad-arguments',
        nextStep:
          'The format is kernel-tuner: joulegate export kernel-tuner RECORDING.json.gz --out CACHE.json',
      });
    }
    const out = args.text('out');
    if (out === undefined) {
      throw new JoulegateError('bad-input', '`joulegate export` needs --out FILE.', {
        code: 'bad-arguments',
        nextStep: 'Name the cache to write, e.g. --out cache.json',
      });
    }
    const summary = exportRecording(host, {
      recording: recording!,
      out,
      objective: args.text('objective') === 'energy' ? 'energy' : 'time',
    });
    return {
      output: args.flag('json')
        ? formatJson(summary)
        : `${summary.out}: ${count(summary.configurations, 'configuration')} of ${summary.kernel} on ${summary.device}, ${count(summary.failures, 'failure')}, ${summary.energyMeasurements} with energy\n`,
      exitCode: ExitCode.passed,
    };
  },
};
