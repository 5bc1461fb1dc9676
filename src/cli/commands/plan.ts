import { plan } from '../../app/index.ts';
import { ExitCode } from '../../errors/index.ts';
import type { CommandSpec } from '../command.ts';
import { changingText, columns, formatJson } from '../format.ts';
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

function formatMinutes(minutes: number): string {
  return minutes.toFixed(1);
}

export const planCommand: CommandSpec = {
  name: 'plan',
  summary: 'show kernels, spaces and the minutes that a run is budgeted',
  positionals: [manifestArgument],
  description:
    'Shows every kernel and workload with the size of its space on this device, and the minutes that the manifest budgets for a retune and a guard of it.',
  examples: ['joulegate plan', 'joulegate plan --device software'],
  options: { ...manifestOption, ...kernelOption, ...laboratoryOptions, ...jsonOption },
  async run(args, host) {
    const result = await plan(host, {
      ...readManifestOption(args),
      ...readKernelFilter(args),
      ...readLaboratoryOptions(args),
    });
    if (args.flag('json')) return { output: formatJson(result), exitCode: ExitCode.passed };
    const rows = [
      ['kernel', 'workload', 'tunables', 'raw', 'valid', 'trials', 'retune min', 'guard min'],
      ...result.workloads.map((workload) => [
        workload.sentinel ? `${workload.kernel} (sentinel)` : workload.kernel,
        workload.workload,
        String(workload.tunables),
        workload.rawSize.toLocaleString('en'),
        `${workload.valid.exact ? '' : '> '}${workload.valid.value.toLocaleString('en')}`,
        String(workload.trials),
        formatMinutes(workload.retuneMinutes),
        formatMinutes(workload.guardMinutes),
      ]),
    ];
    const total = `By the manifest's budgets ${formatMinutes(result.retuneMinutes)} minutes for a retune, ${formatMinutes(result.guardMinutes)} for a guard in which every kernel changed, on ${result.device}. Compiling the first variants and ones that hang come on top.`;
    const changing = new Map(
      result.workloads.flatMap(({ kernel, changes }) => (changes === null ? [] : [[kernel, changes]])),
    );
    const notes = [...changing].map(([kernel, changed]) => `${kernel}: ${changingText(changed)}\n`);
    const table = columns(rows, [2, 3, 4, 5, 6, 7]);
    const stated = notes.length === 0 ? '' : `\n${notes.join('')}`;
    return { output: `${table}\n${stated}\n${total}\n`, exitCode: ExitCode.passed };
  },
};
