import { doctor } from '../../app/index.ts';
import { ExitCode } from '../../errors/index.ts';
import type { CommandSpec } from '../command.ts';
import { formatJson } from '../format.ts';
import { jsonOption } from '../shared-options.ts';

export const doctorCommand: CommandSpec = {
  name: 'doctor',
  summary: 'what this machine has, what is missing and how to get it',
  positionals: [],
  description: 'Looks for adapters and meters, tries each, and says what is missing and how to get it.',
  examples: ['joulegate doctor', 'joulegate doctor --json'],
  options: { ...jsonOption },
  async run(args, host) {
    const diagnosis = await doctor(host);
    const exitCode = diagnosis.usable ? ExitCode.passed : ExitCode.couldNotMeasure;
    if (args.flag('json')) return { output: formatJson(diagnosis), exitCode };
    const lines = diagnosis.findings.flatMap(({ ok, subject, detail, nextStep }) => [
      `${ok ? 'ok      ' : 'missing '} ${subject}: ${detail}`,
      ...(nextStep === null ? [] : [`           next: ${nextStep}`]),
    ]);
    const verdict = diagnosis.usable ? 'Kernels can run here.' : 'No kernel can run here yet.';
    return { output: `${[...lines, verdict].join('\n')}\n`, exitCode };
  },
};
