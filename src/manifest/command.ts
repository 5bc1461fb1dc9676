import type { ManifestCommand } from '../schema/index.ts';
import { namesIn, readArguments, usesEveryTunable } from './arguments.ts';
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

/** Outputs are compared element by element with the reference's, which has another configuration. */
function reportTunables(names: readonly string[], place: Place, { tunables }: CommandContext): void {
  const found = names.filter((name) => tunables.includes(name));
  if (found.length === 0) return;
  place.value({
    message: `the shape of an output depends on the tunable '${found[0]}', so that of one configuration cannot be compared with another's`,
    nextStep:
      'give the shape that all configurations have, and let the program write that: cut off what it padded, put in order what it laid out otherwise',
  });
}

function readOutputs(written: Written['outputs'], place: Place, context: CommandContext): OutputDefinition[] {
  return Object.entries(written ?? {}).flatMap(([name, output]) => {
    if (output === undefined) return [];
    const here = place.at(name);
    const length = readLength(output.length, here.at('length'), context) ?? constantExpression(1);
    reportTunables(length.names, here.at('length'), context);
    return [
      {
        name,
        type: output.type === undefined ? 'f32' : readType(output.type, here.at('type'), context),
        length,
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
  const all = [...run, ...(build ?? [])];
  const used = namesIn(all);
  for (const name of usesEveryTunable(all) ? [] : tunables.filter((one) => !used.includes(one))) {
    tunablesPlace.at(name).key({
      message: `neither 'run' nor 'build' uses the tunable '${name}'`,
      nextStep: `write {${name}} where the program takes it, or {*} for all of them as NAME=VALUE, or remove the tunable`,
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
