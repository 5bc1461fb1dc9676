import {
  type ManifestKernel,
  type ManifestReference,
  nearestName,
  type OperatorFile,
} from '../schema/index.ts';
import type { Configuration } from '../space/index.ts';
import type { LoadedOperator } from './operators.ts';
import { programOf, type WrittenPass, type WrittenProgram } from './passes.ts';
import { type Place, placeInOperator } from './place.ts';
import type { ProgramFiles } from './program-files.ts';
import type { Sound } from './schema-problems.ts';
import { narrowTunables, readDefault, readTunables, type Tunables } from './tunables.ts';
import { readOperatorWorkloads, readWorkloads, type Workloads } from './workloads.ts';

/** A value together with where it is written. */
export interface Written<T> {
  readonly value: T;
  readonly place: Place;
}

/** What a kernel is made of, wherever each piece comes from: the manifest or an operator. */
export interface KernelParts {
  readonly operator: string | null;
  readonly workloads: Workloads;
  readonly tunables: Tunables;
  readonly defaults: Configuration;
  /** Where a default that breaks a constraint is reported. */
  readonly defaultPlace: Place;
  readonly constraints: readonly Written<string | boolean>[];
  readonly buffers: Written<Sound<ManifestKernel>['buffers']>;
  /** Its launches, and where they are listed. */
  readonly passes: Written<readonly Written<WrittenPass>[]>;
  readonly reference: Written<Sound<ManifestReference> | undefined>;
  /** The program of passes that name none, and what holds its keys. */
  readonly program: Written<WrittenProgram | undefined>;
  readonly programs: ProgramFiles;
}

type WrittenKernel = Sound<ManifestKernel>;

/** What has several launches lists them; else it is one itself. */
export function passesIn(
  value: WrittenPass & { readonly passes?: Sound<ManifestKernel>['passes'] },
  place: Place,
): KernelParts['passes'] {
  const list = place.at('passes');
  if (!list.isWritten) return { value: [{ value, place }], place };
  const items = (value.passes ?? []).flatMap((item, i) =>
    item === undefined ? [] : [{ value: item, place: list.at(i) }],
  );
  return { value: items, place: list };
}

function constraintsAt(
  written: readonly (string | boolean | undefined)[] | undefined,
  place: Place,
): Written<string | boolean>[] {
  return (written ?? []).flatMap((value, i) => (value === undefined ? [] : [{ value, place: place.at(i) }]));
}

/** The parts of a kernel that the manifest writes itself. */
export function ownParts(kernel: WrittenKernel, place: Place, programs: ProgramFiles): KernelParts {
  const workloads = readWorkloads(kernel.workloads, place.at('workloads'));
  const tunablesPlace = place.at('tunables');
  const tunables = readTunables(kernel.tunables, tunablesPlace, Object.keys(workloads.types));
  const defaultPlace = place.at('default');
  const defaults = readDefault({
    written: kernel.default,
    inherited: null,
    tunables: tunables.items,
    place: defaultPlace,
    tunablesPlace,
  });
  return {
    operator: null,
    workloads,
    tunables,
    defaults,
    defaultPlace,
    constraints: constraintsAt(kernel.constraints, place.at('constraints')),
    buffers: { value: kernel.buffers, place: place.at('buffers') },
    passes: kernel.command === undefined ? passesIn(kernel, place) : { value: [], place },
    reference: { value: kernel.reference, place: place.at('reference') },
    program: { value: programOf(kernel), place },
    programs,
  };
}

/** The parts of a kernel that uses an operator: the operator's, with the manifest's entry laid over. */
export function operatorParts(kernel: WrittenKernel, place: Place, operator: LoadedOperator): KernelParts {
  const { file, name } = operator;
  const inOperator = (key: keyof OperatorFile) => placeInOperator(name, operator.document, `/${key}`, place);
  const workloads = readOperatorWorkloads(kernel.workloads, file.parameters, place.at('workloads'));
  const all = readTunables(file.tunables, inOperator('tunables'), Object.keys(workloads.types));
  const tunables = narrowTunables(all, kernel.tunables, place.at('tunables'));
  const hasDefault = place.at('default').isWritten;
  return {
    operator: name,
    workloads,
    tunables,
    defaults: readDefault({
      written: kernel.default,
      inherited: file.default,
      tunables: tunables.items,
      place: place.at('default'),
      tunablesPlace: place.at('tunables'),
    }),
    defaultPlace: hasDefault ? place.at('default') : inOperator('default'),
    constraints: [
      ...constraintsAt(file.constraints, inOperator('constraints')),
      ...constraintsAt(kernel.constraints, place.at('constraints')),
    ],
    buffers: { value: file.buffers, place: inOperator('buffers') },
    passes: passesIn(file, placeInOperator(name, operator.document, '', place)),
    reference: { value: file.reference, place: inOperator('reference') },
    program: { value: { source: file.source }, place: placeInOperator(name, operator.document, '', place) },
    programs: operator.programs,
  };
}

/** Reports an operator that does not exist. */
export function reportUnknownOperator(name: string, known: readonly string[], place: Place): void {
  const nearest = nearestName(name, known);
  place.value({
    message: `there is no operator '${name}'`,
    nextStep:
      nearest !== null
        ? `did you mean '${nearest}'?`
        : known.length > 0
          ? `operators are ${known.join(', ')}; for a kernel of your own write 'source: …'`
          : "write 'source: …' for a kernel of your own",
  });
}
