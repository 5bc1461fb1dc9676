import { tryKernel } from '../../app/index.ts';
import { ExitCode, JoulegateError } from '../../errors/index.ts';
import type { CommandSpec } from '../command.ts';
import { formatJson } from '../format.ts';
import {
  jsonOption,
  laboratoryOptions,
  manifestArgument,
  manifestOption,
  readLaboratoryOptions,
  readManifestOption,
} from '../shared-options.ts';
import { isSound, triedText } from '../tried-text.ts';

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
    const exitCode = isSound(result) ? ExitCode.passed : ExitCode.badInput;
    if (args.flag('json')) return { output: formatJson(result), exitCode };
    return { output: triedText(result), exitCode };
  },
};
