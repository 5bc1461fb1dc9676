import type { Expression } from '../expression/index.ts';
import type { ManifestBuffer } from '../schema/index.ts';
import { blockFormatNamed, blockFormats } from './block-formats.ts';
import { compileAt, type VariableTypes } from './expressions.ts';
import { resolvePath } from './paths.ts';
import type { Place } from './place.ts';
import { readGenerator } from './read-generator.ts';
import type { Sound } from './schema-problems.ts';
import type { SourceFiles } from './source-files.ts';
import type { FillDefinition, FillName } from './types.ts';
import type { Workloads } from './workloads.ts';

/** What fills may name. */
export interface FillContext {
  readonly workloads: Workloads;
  readonly variables: VariableTypes;
  readonly sources: SourceFiles;
}

type Written = NonNullable<Sound<ManifestBuffer>['fill']>;
type Keys = Exclude<Written, string>;
type Read<K extends keyof Keys> = (
  written: NonNullable<Keys[K]>,
  place: Place,
  context: FillContext,
) => FillDefinition | null;

function numbers(
  written: string | number | readonly (string | number | undefined)[],
  place: Place,
  types: Parameters<typeof compileAt>[2],
  { variables }: FillContext,
): readonly Expression[] {
  const listed = typeof written === 'object';
  return (listed ? written : [written]).flatMap((one, i) => {
    const compiled =
      one === undefined ? null : compileAt(listed ? place.at(i) : place, one, types, variables);
    return compiled === null ? [] : [compiled];
  });
}

/** How each kind of fill is read. What is wrong is reported; null if nothing is left to fill with. */
const kinds: { readonly [K in keyof Required<Keys>]: Read<K> } = {
  integers: (written, place, context) => ({ integers: numbers(written, place, 'int', context) }),
  permutation: (written, place, context) => ({ permutation: numbers(written, place, 'int', context) }),
  cumulative: (written, place, context) => ({ cumulative: numbers(written, place, 'int', context) }),
  values: (written, place, context) => ({ values: numbers(written, place, ['int', 'double'], context) }),
  blocks(written, place, { workloads }) {
    const format = blockFormatNamed(written);
    if (format !== null) return { blocks: format };
    if (Object.hasOwn(workloads.types, written)) return { blocks: { parameter: written } };
    place.value({
      message: `'${written}' is no format of quantised weights and no workload parameter`,
      nextStep: `write ${blockFormats.join(', ')}, or the parameter whose text names one`,
    });
    return null;
  },
  file(written, place, { sources }) {
    const [first] = Object.entries(sources.read([{ path: written, place }]));
    if (first === undefined) return null;
    if (first[0] !== resolvePath(sources.folder, written)) {
      place.value({ message: `'${written}' is a folder`, nextStep: 'name the file that the buffer holds' });
      return null;
    }
    return { file: { path: written, source: first[1] } };
  },
  generate: (written, place, { sources, workloads }) => ({
    generate: readGenerator(written, place, { sources, names: Object.keys(workloads.types) }),
  }),
};

/** A buffer's fill; whatever is wrong with it is reported. */
export function readFill(written: Written, place: Place, context: FillContext): FillDefinition {
  if (typeof written === 'string') return written as FillName;
  const [key] = Object.keys(written) as (keyof Keys)[];
  if (key === undefined) return 'zeros';
  const value = written[key];
  if (value === undefined) return 'zeros';
  const read = kinds[key] as (value: unknown, place: Place, context: FillContext) => FillDefinition | null;
  return read(value, place.at(key), context) ?? 'zeros';
}
