import { type Plan, plan } from '../../app/index.ts';
import { ExitCode } from '../../errors/index.ts';
import type { CommandSpec } from '../command.ts';
import { changingText, columns, failurePlace, formatJson, needText, networkText } from '../format.ts';
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

/** What programs need; of operators' files a refusal says what is missing. */
function needLines({ needs, device }: Plan): string {
  return needs
    .filter(({ operator }) => operator === null)
    .map((need) => `${needText(need)}${need.missing ? `, which ${device} does not have` : ''}`)
    .join('\n');
}

/** What launches change, once for all workloads for which it is the same. */
function changingLines({ workloads }: Plan): string {
  const lines = workloads.flatMap(({ kernel, changes }) =>
    changes === null ? [] : [`${kernel}: ${changingText(changes)}`],
  );
  return [...new Set(lines)].join('\n');
}

function refusalLines({ workloads }: Plan): string {
  return workloads
    .flatMap(({ kernel, workload, refused }) =>
      refused === null
        ? []
        : [`${failurePlace(refused)}${kernel} ${workload} cannot run: ${refused.message}`],
    )
    .join('\n');
}

export const planCommand: CommandSpec = {
  name: 'plan',
  summary: 'show kernels, spaces and the minutes that a run is budgeted',
  positionals: [manifestArgument],
  description:
    'Shows every kernel and workload with the size of its space on this device, what its program needs of the device, and the minutes that the manifest budgets for a retune and a guard of it.',
  examples: ['joulegate plan', 'joulegate plan --device software'],
  options: {
    ...manifestOption,
    ...kernelOption,
    ...laboratoryOptions,
    known: {
      type: 'string',
      value: 'FILE',
      help: 'report.json of a guard on this machine: minutes are predicted by its noise and costs',
    },
    ...jsonOption,
  },
  async run(args, host) {
    const result = await plan(host, {
      ...readManifestOption(args),
      ...readKernelFilter(args),
      ...readLaboratoryOptions(args),
      known: args.text('known'),
    });
    if (args.flag('json')) return { output: formatJson(result), exitCode: ExitCode.passed };
    const known = result.expected !== null;
    const rows = [
      [
        'kernel',
        'workload',
        'tunables',
        'raw',
        'valid',
        'trials',
        'retune min',
        'guard min',
        ...(known ? ['unchanged', 'regressed'] : []),
      ],
      ...result.workloads.map((workload) => [
        workload.sentinel ? `${workload.kernel} (sentinel)` : workload.kernel,
        workload.workload,
        String(workload.tunables),
        workload.rawSize.toLocaleString('en'),
        `${workload.valid.exact ? '' : '> '}${workload.valid.value.toLocaleString('en')}`,
        String(workload.trials),
        formatMinutes(workload.retuneMinutes),
        formatMinutes(workload.guardMinutes),
        ...(workload.expected === null
          ? []
          : [formatMinutes(workload.expected.unchanged), formatMinutes(workload.expected.regressed)]),
      ]),
    ];
    const where =
      result.device === null
        ? `without a device: ${result.deviceReason} Sizes are for the limits that every WebGPU device has, and for any feature.`
        : `on ${result.device}.`;
    const total = `By the manifest's budgets ${formatMinutes(result.retuneMinutes)} minutes for a retune, ${formatMinutes(result.guardMinutes)} for a guard in which every kernel changed, ${where} Compiling the first variants and ones that hang come on top.`;
    const expected =
      result.expected === null
        ? ''
        : ` By what is known of this machine ${formatMinutes(result.expected.unchanged)} minutes if none of them costs more, ${formatMinutes(result.expected.regressed)} if one costs twice its margin more, confirmation included; ${result.expected.halvedBy}.`;
    const table = columns(rows, [2, 3, 4, 5, 6, 7, 8, 9]);
    const output = [
      table,
      result.networks.map(networkText).join('\n'),
      needLines(result),
      changingLines(result),
      refusalLines(result),
      `${total}${expected}`,
    ];
    return { output: `${output.filter((part) => part !== '').join('\n\n')}\n`, exitCode: ExitCode.passed };
  },
};
