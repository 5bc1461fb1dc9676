import type { CommandSpec } from './command.ts';

function table(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`).join('\n');
}

export function generalHelp(commands: readonly CommandSpec[], version: string): string {
  return `joulegate ${version}: guards GPU kernels against energy and latency regressions

usage: joulegate COMMAND [options]

commands:
${table(commands.map((command) => [command.name, command.summary]))}

A first session:
  joulegate doctor                      what this machine has: adapters, meters, what is missing
  joulegate init                        write joulegate.yaml from the WGSL that is there, and a workflow
  joulegate validate                    is joulegate.yaml right?
  joulegate try KERNEL                  does it run, is it right, and how long would a retune take?
  joulegate retune                      find better configurations, write tuned.json
  joulegate guard --base origin/main    did this branch make a kernel slower or hungrier?

Where there is a --manifest, it can be an argument too: joulegate validate kernels/joulegate.yaml

exit status:
  0 passed   1 a gate failed   2 bad input   3 could not measure   4 internal error   130 interrupted

Run \`joulegate COMMAND --help\` for a command's options and examples.
`;
}

export function commandHelp(command: CommandSpec): string {
  const positionals = command.positionals.map((name) =>
    name.endsWith('?') ? `[${name.slice(0, -1)}]` : name,
  );
  const options = Object.entries(command.options).map(([name, spec]): [string, string] => {
    const value = spec.type === 'boolean' ? '' : ` ${spec.value ?? 'N'}`;
    const choices = spec.choices === undefined ? '' : ` (${spec.choices.join(', ')})`;
    return [`--${name}${value}`, `${spec.help}${choices}`];
  });
  return `usage: joulegate ${[command.name, ...positionals, '[options]'].join(' ')}

${command.description}

options:
${table([...options, ['--help', 'this text']])}

examples:
${command.examples.map((example) => `  ${example}`).join('\n')}
`;
}
