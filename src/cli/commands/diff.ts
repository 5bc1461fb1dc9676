import { diff } from '../../app/index.ts';
import { JoulegateError } from '../../errors/index.ts';
import type { CommandSpec } from '../command.ts';
import { reportResult } from '../report-result.ts';
import {
  jsonOption,
  kernelOption,
  manifestArgument,
  manifestOption,
  readKernelFilter,
  readManifestOption,
} from '../shared-options.ts';

export const diffCommand: CommandSpec = {
  name: 'diff',
  summary: 'say what moved in programs since base, without a GPU',
  positionals: [manifestArgument],
  description: `Links what base and head ship at every tuned configuration and the default, and says how the programs differ: operations,
bytes, barriers, workgroups. Nothing is run or measured, so it says nothing of what that costs, and exits with 0
whatever moved; 2 for a manifest with faults and programs that do not link.`,
  examples: ['joulegate diff --base origin/main', 'joulegate diff --base ./base --json'],
  options: {
    ...manifestOption,
    base: {
      type: 'string',
      value: 'REV|DIR',
      help: 'git revision, or path (./base) of a folder with the base revision of the manifest',
    },
    ...kernelOption,
    report: { type: 'string', value: 'DIR', help: 'write report.json, report.md and report.html there' },
    ...jsonOption,
  },
  async run(args, host, terminal) {
    const base = args.text('base');
    if (base === undefined) {
      throw new JoulegateError('bad-input', '`joulegate diff` needs --base REV|DIR.', {
        code: 'bad-arguments',
        nextStep: 'Compare with the branch you started from: joulegate diff --base origin/main',
      });
    }
    const report = args.text('report');
    return reportResult(
      await diff(host, {
        ...readManifestOption(args),
        ...readKernelFilter(args),
        base,
        ...(report === undefined ? {} : { report }),
      }),
      args,
      terminal,
    );
  },
};
