import { record } from '../../app/index.ts';
import { ExitCode } from '../../errors/index.ts';
import type { CommandSpec } from '../command.ts';
import { count, formatJson } from '../format.ts';
import {
  jsonOption,
  laboratoryOptions,
  manifestArgument,
  manifestOption,
  readLaboratoryOptions,
  readManifestOption,
  required,
} from '../shared-options.ts';

export const recordCommand: CommandSpec = {
  name: 'record',
  summary: 'measure a space into a recording',
  positionals: [manifestArgument],
  description: `Measures a kernel's configurations, all or a random part, into a recording that \`retune --device replay\` searches.
Run again with the same --out it goes on with what is missing, also after Ctrl-C.`,
  examples: [
    'joulegate record --kernel softmax-rows --out softmax.json.gz',
    'joulegate record --kernel mlp-up --workload m=512,n=4096,k=1024,type=f16 --out up.json.gz --configurations 300 --energy 60',
  ],
  options: {
    ...manifestOption,
    kernel: { type: 'string', value: 'NAME', help: 'the kernel' },
    workload: { type: 'string', value: 'NAME', help: 'the workload, if the kernel has several' },
    out: { type: 'string', value: 'FILE', help: 'the recording; packed if it ends in .gz' },
    configurations: { type: 'integer', value: 'N', help: 'how many; the whole space unless given', min: 1 },
    energy: {
      type: 'integer',
      value: 'N',
      help: 'how many of them for energy, best latency first and a random fifth; all unless given',
    },
    'max-minutes': { type: 'number', value: 'M', help: 'stop then; the same command goes on', min: 0.01 },
    seed: {
      type: 'integer',
      value: 'N',
      help: 'seed of the random choice; 1 unless given',
      max: 4_294_967_295,
    },
    ...laboratoryOptions,
    ...jsonOption,
  },
  async run(args, host) {
    const workload = args.text('workload');
    const configurations = args.number('configurations');
    const energy = args.number('energy');
    const maxMinutes = args.number('max-minutes');
    const summary = await record(host, {
      ...readManifestOption(args),
      ...readLaboratoryOptions(args),
      kernel: required(args, 'record', 'kernel'),
      out: required(args, 'record', 'out'),
      seed: args.number('seed') ?? 1,
      ...(workload === undefined ? {} : { workload }),
      ...(configurations === undefined ? {} : { configurations }),
      ...(energy === undefined ? {} : { energy }),
      ...(maxMinutes === undefined ? {} : { maxMinutes }),
    });
    const exitCode = summary.interrupted ? ExitCode.interrupted : ExitCode.passed;
    if (args.flag('json')) return { output: formatJson(summary), exitCode };
    const rest = summary.missing === 0 ? '' : ` ${summary.missing} to go: run the same command again.`;
    return {
      output: `${summary.out}: ${count(summary.configurations, 'configuration')} of ${summary.kernel} ${summary.workload}, ${count(summary.failures, 'failure')}, ${summary.energyMeasurements} with energy.${rest}\n`,
      exitCode,
    };
  },
};
