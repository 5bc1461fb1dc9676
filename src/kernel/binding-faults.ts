import type { BufferDefinition, PassDefinition, Slot } from '../manifest/index.ts';
import { failed } from './failure.ts';
import { type DeclaredPass, isAt, slotIn } from './pass-bindings.ts';
import type { BoundVariable } from './reflect.ts';

/** What a buffer is to each pass; null to those whose program has nothing there. */
type Uses = readonly (BoundVariable | null)[];

/** What is wrong with what a pass's program declares; null if nothing. */
export function passFault(
  pass: DeclaredPass,
  definitions: readonly BufferDefinition[],
  isOneOfMany: boolean,
) {
  for (const variable of pass.bindings) {
    const definition = definitions.find((candidate) => {
      const slot = slotIn(pass, candidate);
      return slot !== null && isAt(slot, variable);
    });
    // Others of the module are for other passes, which have them in their own way.
    if (!variable.used && (definition === undefined || isOneOfMany)) continue;
    const fault = bindingFault(variable, definition, { definitions, isOneOfMany });
    if (fault !== null)
      return failed('validation', inPass(pass.definition, fault, isOneOfMany), variable.refusal ?? {})
        .failure;
  }
  return null;
}

/** A fault with the name of the pass that it is in, where there are others. */
export function inPass({ name }: Pick<PassDefinition, 'name'>, fault: string, isOneOfMany: boolean): string {
  return isOneOfMany ? `pass \`${name}\`: ${fault}` : fault;
}

/** What is wrong with how passes share a buffer; null if nothing. */
export function sharingFault(definition: BufferDefinition, uses: Uses, passes: readonly DeclaredPass[]) {
  const nameOf = (use: BoundVariable) => passes[uses.indexOf(use)]?.definition.name;
  const used = uses.filter((use): use is BoundVariable => use?.used === true);
  const [first] = used;
  if (first === undefined) return null;
  const isUniform = ({ kind }: BoundVariable) => kind === 'uniform';
  const other = used.find((use) => isUniform(use) !== isUniform(first));
  const what = (use: BoundVariable) => `${isUniform(use) ? 'uniform' : 'storage'} in pass \`${nameOf(use)}\``;
  if (other !== undefined) {
    return failed(
      'validation',
      `buffer \`${definition.name}\` is ${what(first)}, but ${what(other)}`,
      passes[uses.indexOf(other)]?.definition.at?.(),
    );
  }
  const shape = (use: BoundVariable) => {
    const slots = use.layout(definition.values?.length ?? 0)?.slots;
    return JSON.stringify(slots?.map(({ scalar, offsetBytes }) => [scalar, offsetBytes]));
  };
  const unlike = definition.values === null ? undefined : used.find((use) => shape(use) !== shape(first));
  if (unlike !== undefined) {
    return failed(
      'validation',
      `the members of \`${definition.name}\` are others in pass \`${nameOf(unlike)}\` than in pass \`${nameOf(first)}\``,
      definition.valuesAt?.(),
    );
  }
  if (definition.check !== null && used.every(({ kind }) => kind !== 'storage')) {
    return failed(
      'validation',
      `buffer \`${definition.name}\` is checked as an output, but read-only in pass \`${nameOf(first)}\` and all others`,
    );
  }
  if (definition.scratch && definition.clear === undefined && first.kind !== 'storage') {
    return failed(
      'validation',
      `pass \`${nameOf(first)}\` reads the scratch buffer \`${definition.name}\`, which no pass before it writes`,
      definition.at?.(),
    );
  }
  return null;
}

function slot({ group, binding }: Slot): string {
  return `@group(${group}) @binding(${binding})`;
}

function bindingFault(
  variable: BoundVariable,
  definition: BufferDefinition | undefined,
  options: { readonly definitions: readonly BufferDefinition[]; readonly isOneOfMany: boolean },
): string | null {
  if (variable.refusal !== null)
    return `\`${variable.name}\` at ${slot(variable)} ${variable.refusal.reason}`;
  if (!definition) {
    const namesake = options.definitions.find((candidate) => candidate.name === variable.name);
    const hint = namesake ? `; the manifest puts \`${namesake.name}\` at ${slot(namesake)}` : '';
    return `the program's \`${variable.name}\` at ${slot(variable)} has no buffer in the manifest${hint}`;
  }
  const wanted = variable.kind === 'uniform' ? 'uniform' : 'storage';
  if (definition.kind !== null && definition.kind !== wanted) {
    return `buffer \`${definition.name}\` is ${definition.kind} in the manifest, but \`${variable.name}\` at ${slot(variable)} is ${wanted}`;
  }
  if (definition.check && variable.kind !== 'storage' && !options.isOneOfMany) {
    return `buffer \`${definition.name}\` is checked as an output, but \`${variable.name}\` at ${slot(variable)} is read-only`;
  }
  return null;
}

/** What is told of a buffer that no pass declares. */
export function undeclaredMessage(definition: BufferDefinition, passes: readonly DeclaredPass[]): string {
  const variables = passes.flatMap(({ bindings }) =>
    bindings.map((one) => `\`${one.name}\` at ${slot(one)}`),
  );
  const declared = [...new Set(variables)].join(', ');
  return `buffer \`${definition.name}\` at ${slot(definition)} is not declared by the program; it has ${declared || 'no bindings'}`;
}
