import type { ManifestCommand } from '../schema/index.ts';
import { namesIn, readArguments } from './arguments.ts';
import { type BufferContext, readCheck, readLength, readType } from './buffers.ts';
import { constantExpression } from './expressions.ts';
import type { Place } from './place.ts';
import type { Sound } from './schema-problems.ts';
import type { CommandDefinition, OutputDefinition } from './types.ts';

type Written = Sound<ManifestCommand>;

export interface CommandContext extends BufferContext {
  /** Names of workload parameters and tunables, in the order of the manifest. */
  readonly names: readonly string[];
  /** Names that an argument of `run` or `build` has to use. */
  readonly tunables: readonly string[];
  readonly tunablesPlace: Place;
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
