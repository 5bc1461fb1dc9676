import type { Host } from '../app/index.ts';
import { type ErrorCode, ExitCode, JoulegateError } from '../errors/index.ts';
import { nearestName } from '../schema/index.ts';
import type { CommandSpec, Terminal } from './command.ts';
import { diffCommand } from './commands/diff.ts';
import { doctorCommand } from './commands/doctor.ts';
import { explainCommand } from './commands/explain.ts';
import { exportCommand } from './commands/export.ts';
import { guardCommand } from './commands/guard.ts';
import { historyCommand } from './commands/history.ts';
import { importCommand } from './commands/import.ts';
import { initCommand } from './commands/init.ts';
import { planCommand } from './commands/plan.ts';
import { recordCommand } from './commands/record.ts';
import { reportCommand } from './commands/report.ts';
import { retuneCommand } from './commands/retune.ts';
import { tryCommand } from './commands/try.ts';
import { validateCommand } from './commands/validate.ts';
import { formatJson } from './format.ts';
import { commandHelp, generalHelp } from './help.ts';
import { parseArguments } from './parse-arguments.ts';
import { printable, printableInColour } from './printable.ts';

const commands: readonly CommandSpec[] = [
  initCommand,
  validateCommand,
  tryCommand,
  planCommand,
  retuneCommand,
  guardCommand,
  diffCommand,
  recordCommand,
  importCommand,
  exportCommand,
  reportCommand,
  explainCommand,
  historyCommand,
  doctorCommand,
];

/** What a run of the command line leaves behind. */
export interface Ending {
  readonly output: string;
  readonly error: string;
  readonly exitCode: ExitCode;
}

/** For programs: what went wrong as data, where the result would have been. */
function errorAsJson(code: ErrorCode | 'internal', message: string, nextStep: string | null): string {
  return formatJson({ error: { code, message, nextStep } });
}

function describeError(error: unknown, signal: AbortSignal, wantsJson: boolean): Ending {
  const ending = (
    text: string,
    exitCode: ExitCode,
    code: ErrorCode | 'internal',
    message: string,
    nextStep: string | null,
  ) => ({
    output: wantsJson ? errorAsJson(code, message, nextStep) : '',
    error: text,
    exitCode,
  });
  if (signal.aborted) {
    return ending('joulegate: interrupted\n', ExitCode.interrupted, 'interrupted', 'interrupted', null);
  }
  if (error instanceof JoulegateError) {
    const { message, nextStep, exitCode, code } = error;
    const next = nextStep === null ? '' : `  next: ${nextStep}\n`;
    return ending(printable(`joulegate: error: ${message}\n${next}`), exitCode, code, message, nextStep);
  }
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const report = 'This is a bug. Please report it with the command and this text.';
  const text = printable(`joulegate: internal error: ${detail}\n  next: ${report}\n`);
  return ending(text, ExitCode.internal, 'internal', detail, report);
}

function findCommand(name: string): CommandSpec {
  const command = commands.find((candidate) => candidate.name === name);
  if (command !== undefined) return command;
  const near = nearestName(
    name,
    commands.map((candidate) => candidate.name),
  );
  throw new JoulegateError('bad-input', `"${name}" is not a command.`, {
    code: 'bad-arguments',
    nextStep: `${near === null ? '' : `Did you mean \`joulegate ${near}\`? `}Run \`joulegate --help\` for all commands.`,
  });
}

/** Runs the command line. Never throws. */
export async function main(argv: readonly string[], host: Host, terminal: Terminal): Promise<Ending> {
  try {
    const [name, ...rest] = argv;
    if (name === '--version') return { output: `${host.version}\n`, error: '', exitCode: ExitCode.passed };
    if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
      const output = generalHelp(commands, host.version);
      // Nothing asked for is not an error to be proud of, but scripts must notice it.
      return name === undefined
        ? { output: '', error: output, exitCode: ExitCode.badInput }
        : { output, error: '', exitCode: ExitCode.passed };
    }
    const command = findCommand(name);
    if (rest.includes('--help') || rest.includes('-h')) {
      return { output: commandHelp(command), error: '', exitCode: ExitCode.passed };
    }
    const result = await command.run(parseArguments(command, rest), host, terminal);
    const { output, exitCode, isDocument = rest.includes('--json') } = result;
    const clean = terminal.colour ? printableInColour : printable;
    return { output: isDocument ? output : clean(output), exitCode, error: '' };
  } catch (error) {
    return describeError(error, host.signal, argv.includes('--json'));
  }
}
