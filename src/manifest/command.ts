import { type ManifestCommand, nearestName } from '../schema/index.ts';
import { type BufferContext, readCheck, readLength, readType } from './buffers.ts';
import { constantExpression } from './expressions.ts';
import type { Place } from './place.ts';
import type { Sound } from './schema-problems.ts';
import type { SourceFiles } from './source-files.ts';
import type { CommandDefinition, OutputDefinition } from './types.ts';

/** `{NAME}` in an argument. Other braces are the program's own. */
const placeholder = /\{([A-Za-z_][A-Za-z0-9_]*)\}/g;

type Written = Sound<ManifestCommand>;
type WrittenArguments = readonly (string | undefined)[] | undefined;

export interface CommandContext extends BufferContext {
  readonly sources: SourceFiles;
  /** Names of workload parameters and tunables, in the order of the manifest. */
  readonly names: readonly string[];
  /** Names that an argument of `run` or `build` has to use. */
  readonly tunables: readonly string[];
  readonly tunablesPlace: Place;
}

/** An argument with its values put in. */
export function fillArgument(
  argument: string,
  values: Readonly<Record<string, number | boolean | string>>,
): string {
  return argument.replaceAll(placeholder, (_all, name: string) => String(values[name]));
}

function namesIn(program: readonly string[]): readonly string[] {
  return program.flatMap((argument) => [...argument.matchAll(placeholder)].map(([, name = '']) => name));
}

function readArguments(written: WrittenArguments, place: Place, names: readonly string[]): string[] {
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

function readOutputs(written: Written['outputs'], place: Place, context: BufferContext): OutputDefinition[] {
  return Object.entries(written ?? {}).flatMap(([name, output]) => {
    if (output === undefined) return [];
    const here = place.at(name);
    return [
      {
        name,
        type: output.type === undefined ? 'f32' : readType(output.type, here.at('type'), context),
        length: readLength(output.length, here.at('length'), context) ?? constantExpression(1),
        check: readCheck(output.check) ?? { relative: 0, absolute: 0 },
      },
    ];
  });
}

/** A kernel's program of another kind; whatever is wrong with it is reported. */
export function readCommand(written: Written, place: Place, context: CommandContext): CommandDefinition {
  const { sources, names, tunables, tunablesPlace } = context;
  const program = (key: 'run' | 'build' | 'reference') =>
    written[key] === undefined ? null : readArguments(written[key], place.at(key), names);
  const run = program('run') ?? [];
  const build = program('build');
  const used = namesIn([...run, ...(build ?? [])]);
  for (const name of tunables.filter((one) => !used.includes(one))) {
    tunablesPlace.at(name).key({
      message: `neither 'run' nor 'build' uses the tunable '${name}'`,
      nextStep: `write {${name}} where the program takes it, or remove the tunable`,
    });
  }
  return {
    run,
    build,
    reference: program('reference'),
    folder: sources.folder,
    files: sources.read(
      (written.sources ?? []).flatMap((path, i) =>
        path === undefined ? [] : [{ path, place: place.at('sources', i) }],
      ),
    ),
    outputs: readOutputs(written.outputs, place.at('outputs'), context),
  };
}
