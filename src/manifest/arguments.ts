import { nearestName } from '../schema/index.ts';
import type { Place } from './place.ts';

/** `{NAME}` in an argument. Other braces are the program's own. */
const placeholder = /\{([A-Za-z_][A-Za-z0-9_]*)\}/g;

type WrittenArguments = readonly (string | undefined)[] | undefined;

/** An argument with its values put in. */
export function fillArgument(
  argument: string,
  values: Readonly<Record<string, number | boolean | string>>,
): string {
  return argument.replaceAll(placeholder, (_all, name: string) => String(values[name]));
}

/** Stands for every tunable: an argument with it is there once for each, with `NAME=VALUE` in its place. */
const everyTunable = '{*}';

/** The arguments of a program with its values put in. */
export function fillArguments(
  program: readonly string[],
  values: Readonly<Record<string, number | boolean | string>>,
  tunables: readonly string[],
): string[] {
  return program.flatMap((argument) => {
    const filled = fillArgument(argument, values);
    return argument.includes(everyTunable)
      ? tunables.map((name) => filled.replaceAll(everyTunable, () => `${name}=${values[name]}`))
      : [filled];
  });
}

/** Whether a program names tunables without having to name each. */
export function usesEveryTunable(program: readonly string[]): boolean {
  return program.some((argument) => argument.includes(everyTunable));
}

/** The names in placeholders of a program. */
export function namesIn(program: readonly string[]): readonly string[] {
  return program.flatMap((argument) => [...argument.matchAll(placeholder)].map(([, name = '']) => name));
}

/** Arguments as they are written; placeholders that name nothing are reported. */
export function readArguments(written: WrittenArguments, place: Place, names: readonly string[]): string[] {
  return (written ?? []).flatMap((argument, i) => {
    if (argument === undefined) return [];
    for (const { index, 0: text, 1: name = '' } of argument.matchAll(placeholder)) {
      if (names.includes(name)) continue;
      const nearest = nearestName(name, names);
      place.at(i).text(index, text.length, {
        message: `there is no tunable or workload parameter '${name}'`,
        nextStep:
          nearest !== null
            ? `did you mean '{${nearest}}'?`
            : names.length === 0
              ? 'remove it'
              : `there are ${names.join(', ')}`,
      });
    }
    return [argument];
  });
}
