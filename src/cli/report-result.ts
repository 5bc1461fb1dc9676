import { type Report, renderTerminal } from '../app/index.ts';
import type { ExitCode } from '../errors/index.ts';
import type { Arguments, CommandResult, Terminal } from './command.ts';

/** A report as a command's result: JSON with `--json`, else tables. */
export function reportResult(report: Report, args: Arguments, terminal: Terminal): CommandResult {
  return {
    output: args.flag('json') ? `${JSON.stringify(report, null, 2)}\n` : renderTerminal(report, terminal),
    exitCode: report.exitCode as ExitCode,
  };
}
