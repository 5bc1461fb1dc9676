import type { ManifestGenerator } from '../schema/index.ts';
import { readArguments } from './arguments.ts';
import type { Place } from './place.ts';
import type { Sound } from './schema-problems.ts';
import type { SourceFiles } from './source-files.ts';
import type { GeneratorDefinition } from './types.ts';

/** A program that prints; whatever is wrong with it is reported. @param context.names what its arguments may name */
export function readGenerator(
  written: Sound<ManifestGenerator>,
  place: Place,
  context: { readonly sources: SourceFiles; readonly names: readonly string[] },
): GeneratorDefinition {
  const { sources, names } = context;
  const paths = (written.sources ?? []).flatMap((path, i) =>
    path === undefined ? [] : [{ path, place: place.at('sources', i) }],
  );
  return {
    run: readArguments(written.run, place.at('run'), names),
    folder: sources.folder,
    files: sources.read(paths),
  };
}
