import { importRecording } from '../../app/index.ts';
import { ExitCode, JoulegateError } from '../../errors/index.ts';
import type { CommandSpec } from '../command.ts';
import { count, formatJson } from '../format.ts';
import { jsonOption } from '../shared-options.ts';

export const importCommand: CommandSpec = {
  name: 'import',
  summary: "turn another tuner's measurements into a recording",
  positionals: ['FORMAT', 'FILE'],
  description: `Turns a cache of Kernel Tuner, or results in the T4 format (format kernel-tuner; .gz is unpacked), into a recording. Times are taken as
milliseconds, energies as joules, powers as watts. Configurations that failed there are failures here.`,
  examples: [
    'joulegate import kernel-tuner convolution_A100.json.gz --out convolution.json.gz',
    'joulegate import kernel-tuner tcbf.json.gz --energy energy --out tcbf.recording.json.gz',
    'joulegate import kernel-tuner results-T4.json --device "NVIDIA A100" --kernel convolution --out convolution.json.gz',
  ],
  options: {
    time: { type: 'string', value: 'FIELD', help: 'field with the time; time unless given' },
    energy: { type: 'string', value: 'FIELD', help: 'field with the energy; none unless given' },
    power: {
      type: 'string',
      value: 'FIELD',
      help: 'field with the mean power; without --energy, energy is power times time',
    },
    samples: {
      type: 'string',
      value: 'FIELD',
      help: 'field with the list of single times; none unless given',
    },
    device: { type: 'string', value: 'NAME', help: "the device's name, where the file has none or another" },
    kernel: { type: 'string', value: 'NAME', help: "the kernel's name, likewise" },
    out: { type: 'string', value: 'FILE', help: 'the recording; packed if it ends in .gz' },
    ...jsonOption,
  },
  async run(args, host) {
    const [format, cache] = args.positionals;
    if (format !== 'kernel-tuner') {
      throw new JoulegateError('bad-input', `"${format}" is not a format that can be imported.`, {
        code: 'bad-arguments',
        nextStep:
          'The format is kernel-tuner: joulegate import kernel-tuner CACHE.json --out RECORDING.json.gz',
      });
    }
    const out = args.text('out');
    if (out === undefined) {
      throw new JoulegateError('bad-input', '`joulegate import` needs --out FILE.', {
        code: 'bad-arguments',
        nextStep: 'Name the recording to write, e.g. --out recording.json.gz',
      });
    }
    const timeField = args.text('time');
    const energyField = args.text('energy');
    const powerField = args.text('power');
    const samplesField = args.text('samples');
    const device = args.text('device');
    const kernel = args.text('kernel');
    const summary = importRecording(host, {
      cache: cache!,
      out,
      ...(timeField === undefined ? {} : { timeField }),
      ...(energyField === undefined ? {} : { energyField }),
      ...(powerField === undefined ? {} : { powerField }),
      ...(samplesField === undefined ? {} : { samplesField }),
      ...(device === undefined ? {} : { device }),
      ...(kernel === undefined ? {} : { kernel }),
    });
    return {
      output: args.flag('json')
        ? formatJson(summary)
        : `${summary.out}: ${count(summary.configurations, 'configuration')} of ${summary.kernel} on ${summary.device}, ${count(summary.failures, 'failure')}, ${summary.energyMeasurements} with energy\n`,
      exitCode: ExitCode.passed,
    };
  },
};
