import { type Validation, validate } from '../../app/index.ts';
import { ExitCode } from '../../errors/index.ts';
import { selfJudgedText } from '../../report/index.ts';
import type { CommandSpec } from '../command.ts';
import { changingText, count, failurePlace, formatJson, needText, networkText } from '../format.ts';
import {
  allowCommandsOption,
  jsonOption,
  manifestArgument,
  manifestOption,
  readAllowCommands,
  readManifestOption,
} from '../shared-options.ts';

/** The first of them; a manifest may have hundreds. */
function listed(names: readonly string[]): string {
  const rest = names.length - 8;
  return names.slice(0, 8).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}

/** What buffers of a kernel hold, where that has a meaning. */
function contentsOf({ manifest, contents }: Validation): string {
  const lines = contents.flatMap(({ kernel, workload, buffers }) => {
    const filled = Object.entries(buffers);
    if (!filled.some(([, fill]) => fill.startsWith('{'))) return [];
    const shown = filled.map(([name, fill]) => `${name} ${fill}`).join(', ');
    return [`${manifest}: note: ${kernel} ${workload} holds ${shown}\n`];
  });
  return lines.join('');
}

export const validateCommand: CommandSpec = {
  name: 'validate',
  summary: 'check the manifest and everything it names',
  positionals: [manifestArgument],
  description: `Checks the manifest, its expressions and files, and links every kernel's default configuration. Every fault is
shown at once, with its place and what to do. Needs no GPU. A kernel that a program prints is looked at with
--allow-commands only.`,
  examples: ['joulegate validate', 'joulegate validate kernels/joulegate.yaml'],
  options: { ...manifestOption, ...allowCommandsOption, ...jsonOption },
  async run(args, host) {
    const result = await validate(host, { ...readManifestOption(args), ...readAllowCommands(args) });
    const exitCode = result.faults.length === 0 ? ExitCode.passed : ExitCode.badInput;
    if (args.flag('json')) return { output: formatJson(result), exitCode };
    const faults = result.faults.map(
      ({ kernel, workload, failure }) =>
        `${failurePlace(failure) || `${result.manifest}: `}error: ${kernel} ${workload}: ${failure.message}\n`,
    );
    const needs = result.needs
      .filter(({ feature }) => feature !== null)
      .map((need) => `${needText(need)}\n`.replace(': ', ': note: '));
    const warnings = result.warnings.map(
      ({ kernel, message, line }) => `${result.manifest}:${line}: warning: ${kernel}: ${message}\n`,
    );
    const judged =
      result.selfJudged.length === 0
        ? ''
        : `${result.manifest}: note: ${listed(result.selfJudged)}: ${selfJudgedText}\n`;
    const changing = result.changing.map(
      ({ kernel, ...changed }) => `${result.manifest}: note: ${kernel}: ${changingText(changed)}\n`,
    );
    const summary = `${result.manifest}: ${count(result.kernels, 'kernel')}, ${count(result.workloads, 'workload')}`;
    const verdict = faults.length === 0 ? 'no faults' : count(faults.length, 'fault');
    const unseen = result.unseen.map(
      ({ kernel, by, line }) =>
        `${result.manifest}:${line}: note: ${kernel} was not looked at: it is what \`${by}\` prints; --allow-commands has it run\n`,
    );
    const networks = result.networks
      .map((network) => `${result.manifest}: ${networkText(network)}\n`)
      .join('');
    const notes = `${[...warnings, ...needs, ...changing, ...unseen].join('')}${contentsOf(result)}${judged}`;
    return { output: `${faults.join('')}${notes}${networks}${summary}, ${verdict}\n`, exitCode };
  },
};
