import { parseArgs } from 'node:util';
import { JoulegateError } from '../errors/index.ts';
import { nearestName } from '../schema/index.ts';
import type { Arguments, CommandSpec, OptionSpec, OptionValue } from './command.ts';

function usageError(message: string, command: CommandSpec, hint?: string): JoulegateError {
  const help = `Run \`joulegate ${command.name} --help\` for its options.`;
  return new JoulegateError('bad-input', message, {
    code: 'bad-arguments',
    nextStep: hint === undefined ? help : `${hint} ${help}`,
  });
}

function checkValue(name: string, raw: string, spec: OptionSpec, command: CommandSpec): OptionValue {
  if (spec.type === 'string') {
    if (spec.choices !== undefined && !spec.choices.includes(raw)) {
      throw usageError(`--${name} is "${raw}", but may be ${spec.choices.join(', ')}.`, command);
    }
    return raw;
  }
  const value = raw.trim() === '' ? Number.NaN : Number(raw);
  const kind = spec.type === 'integer' ? 'a whole number' : 'a number';
  if (!Number.isFinite(value) || (spec.type === 'integer' && !Number.isInteger(value))) {
    throw usageError(`--${name} is "${raw}", but must be ${kind}.`, command);
  }
  const min = spec.min ?? 0;
  if (value < min || value > (spec.max ?? Number.MAX_SAFE_INTEGER)) {
    const range = spec.max === undefined ? `at least ${min}` : `from ${min} to ${spec.max}`;
    throw usageError(`--${name} is ${raw}, but must be ${range}.`, command);
  }
  return value;
}

/** @throws JoulegateError (bad-input) that names the wrong argument, the valid values and the nearest option. */
export function parseArguments(command: CommandSpec, argv: readonly string[]): Arguments {
  const options = Object.fromEntries(
    Object.entries(command.options).map(([name, spec]) => [
      name,
      { type: spec.type === 'boolean' ? ('boolean' as const) : ('string' as const) },
    ]),
  );
  const { tokens } = parseArgs({
    args: [...argv],
    options,
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  const values = new Map<string, OptionValue>();
  const texts = new Map<string, string[]>();
  const positionals: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value);
    if (token.kind !== 'option') continue;
    const spec = Object.hasOwn(command.options, token.name) ? command.options[token.name] : undefined;
    if (spec === undefined) {
      const near = nearestName(token.name, Object.keys(command.options));
      throw usageError(
        `${token.rawName} is not an option of \`joulegate ${command.name}\`.`,
        command,
        near === null ? undefined : `Did you mean --${near}?`,
      );
    }
    if (spec.type === 'boolean') {
      if (token.value !== undefined) throw usageError(`--${token.name} takes no value.`, command);
      values.set(token.name, true);
      continue;
    }
    if (token.value === undefined || (!token.inlineValue && token.value.startsWith('--'))) {
      throw usageError(`--${token.name} needs a value (${spec.value ?? spec.type}).`, command);
    }
    values.set(token.name, checkValue(token.name, token.value, spec, command));
    texts.set(token.name, [...(texts.get(token.name) ?? []), token.value]);
  }
  const required = command.positionals.filter((name) => !name.endsWith('?'));
  if (positionals.length < required.length) {
    throw usageError(
      `\`joulegate ${command.name}\` needs ${required.slice(positionals.length).join(' ')}.`,
      command,
    );
  }
  // A name that ends in `...` takes all that are left.
  const takesAll = command.positionals.at(-1)?.replace('?', '').endsWith('...') ?? false;
  if (positionals.length > command.positionals.length && !takesAll) {
    throw usageError(`"${positionals[command.positionals.length]}" is one argument too many.`, command);
  }
  const get = (name: string): OptionValue => values.get(name);
  return {
    positionals,
    text: (name) => get(name) as string | undefined,
    texts: (name) => texts.get(name) ?? [],
    flag: (name) => get(name) === true,
    number: (name) => get(name) as number | undefined,
  };
}
