import { guard } from '../../app/index.ts';
import { JoulegateError } from '../../errors/index.ts';
import type { CommandSpec } from '../command.ts';
import { reportResult } from '../report-result.ts';
import {
  jsonOption,
  kernelOption,
  laboratoryOptions,
  manifestArgument,
  manifestOption,
  readKernelFilter,
  readLaboratoryOptions,
  readManifestOption,
} from '../shared-options.ts';

export const guardCommand: CommandSpec = {
  name: 'guard',
  summary: 'compare head with base and fail on a regression',
  positionals: [manifestArgument],
  description: `Compares what head ships with what base ships: base's sources at base's tuned state against head's at head's,
in blocks of fresh processes that take turns. A suspicion is confirmed in fresh blocks before it counts.
Kernels whose final program is the same are identical and not measured; new and removed ones are listed.`,
  examples: [
    'joulegate guard --base origin/main',
    'joulegate guard --base HEAD~1 --report out/',
    'joulegate guard head/joulegate.yaml --base base/',
  ],
  options: {
    ...manifestOption,
    base: {
      type: 'string',
      value: 'REV|DIR',
      help: 'git revision, or path (./base) of a folder with the base revision of the manifest',
    },
    ...kernelOption,
    'max-minutes': {
      type: 'number',
      value: 'M',
      help: 'judge on what was measured by then',
      min: 0.01,
      max: 1e5,
    },
    report: { type: 'string', value: 'DIR', help: 'write report.json, report.md and report.html there' },
    ...laboratoryOptions,
    ...jsonOption,
  },
  async run(args, host, terminal) {
    const base = args.text('base');
    if (base === undefined) {
      throw new JoulegateError('bad-input', '`joulegate guard` needs --base REV|DIR.', {
        code: 'bad-arguments',
        nextStep: 'Compare with the branch you started from: joulegate guard --base origin/main',
      });
    }
    const maxMinutes = args.number('max-minutes');
    const report = args.text('report');
    return reportResult(
      await guard(host, {
        ...readManifestOption(args),
        ...readKernelFilter(args),
        ...readLaboratoryOptions(args),
        base,
        ...(maxMinutes === undefined ? {} : { maxMinutes }),
        ...(report === undefined ? {} : { report }),
      }),
      args,
      terminal,
    );
  },
};
