import type { BetweenLaunches, BufferDefinition, ScalarType, Workload } from '../manifest/index.ts';
import { sharingFault, undeclaredMessage } from './binding-faults.ts';
import { evaluateCount, type Variables } from './buffer-counts.ts';
import { bytesPerElement } from './data-shape.ts';
import { failed, succeeded } from './failure.ts';
import { resolveFill } from './fills.ts';
import { roundUp } from './layout.ts';
import { type DeclaredPass, isIndirect, variableAt } from './pass-bindings.ts';
import type { BoundVariable } from './reflect.ts';
import type { BufferBinding, Outcome, PassBinding } from './types.ts';
import { arrange, bitsRemark, evaluateMembers } from './values.ts';
import type { Access } from './variable-access.ts';

const scalarTypes: readonly string[] = Object.keys(bytesPerElement);

/** A `variant` declares all buffers, a `part` (passes are left out) and a `reference` at least those that are compared. */
export type LaunchRole = 'variant' | 'part' | 'reference';

/** The buffers of a program, and where each of its passes has them. */
export interface BoundPasses {
  readonly buffers: readonly BufferBinding[];
  readonly bindings: readonly (readonly PassBinding[])[];
}

/**
 * Matches the manifest's buffers with the bindings of a program's passes and works out their sizes.
 *
 * @param passes of which `passFault` finds nothing wrong
 */
export function bindBuffers(options: {
  readonly definitions: readonly BufferDefinition[];
  readonly passes: readonly DeclaredPass[];
  readonly workload: Workload;
  readonly variables: Variables;
  readonly role: LaunchRole;
  /** What the manifest says of launches that change their buffers. */
  readonly betweenLaunches?: BetweenLaunches | undefined;
}): Outcome<BoundPasses> {
  const { definitions, passes, workload, variables, role, betweenLaunches } = options;
  const buffers: BufferBinding[] = [];
  const bindings: PassBinding[][] = passes.map(() => []);
  for (const definition of definitions) {
    const uses = passes.map((pass) => variableAt(pass, definition));
    const declared = uses.find((use) => use?.used) ?? uses.find((use) => use !== null) ?? null;
    if (declared === null && !isIndirect(definition, passes)) {
      if (role === 'variant' || definition.check)
        return failed('validation', undeclaredMessage(definition, passes));
      // Only a pass that is left out has it.
      if (role === 'part') continue;
    }
    const type = elementType(definition, workload);
    if (type === null) {
      const parameter = typeof definition.type === 'string' ? definition.type : definition.type.parameter;
      return failed(
        'validation',
        `buffer \`${definition.name}\`: workload parameter \`${parameter}\` is no scalar type`,
      );
    }
    const fault = sharingFault(definition, uses, passes);
    if (fault !== null) return fault;
    const used = uses.filter((use) => use?.used);
    const writer = used.find((use) => use?.kind === 'storage');
    const kind = (writer ?? declared)?.kind ?? defaultKind(definition.kind);
    const contents =
      definition.values === null
        ? filled(definition, { type, kind, variables, workload })
        : listed(definition, { type, kind, variables, layout: declared?.layout ?? (() => null) });
    if (!contents.ok) return contents;
    for (const [pass, use] of uses.entries()) {
      if (!use?.used || use.kind === null) continue;
      const { group, binding, kind } = use;
      bindings[pass]?.push({ buffer: buffers.length, group, binding, kind });
    }
    const access: Access = {
      read: used.some((use) => use?.read) || isIndirect(definition, passes),
      written: used.some((use) => use?.written),
    };
    const { name, group, binding, seed, check, scratch, clear } = definition;
    buffers.push({
      name,
      group,
      binding,
      kind,
      seed,
      check,
      ...contents.value,
      ...(scratch ? { scratch } : {}),
      ...(clear === undefined ? {} : { clear }),
      ...(kind === 'storage' && !scratch && used.some((use) => use?.read) ? { readsInitial: true } : {}),
      ...(scratch || clear !== undefined || kind !== 'storage' ? {} : changedBy(access, betweenLaunches)),
    });
  }
  return succeeded({ buffers, bindings });
}

/**
 * What a launch, all passes of it, reads and changes is other for the next one; what it only writes is so if the manifest says
 * so. What only passes share, or what is zeroed, is the same for each.
 */
function changedBy(
  { read, written }: Access,
  wanted: BetweenLaunches | undefined,
): Pick<BufferBinding, 'betweenLaunches'> {
  return written && (read || wanted === 'reset') ? { betweenLaunches: wanted ?? 'reset' } : {};
}

/** How a buffer is bound that a program does not declare. */
export function defaultKind(kind: BufferDefinition['kind']): BufferBinding['kind'] {
  return kind === 'storage' ? 'read-only-storage' : 'uniform';
}

type Contents = Omit<
  BufferBinding,
  'name' | 'group' | 'binding' | 'kind' | 'seed' | 'check' | 'readsInitial'
>;

/** Copies move whole words; uniform structures are rounded up to 16 bytes at most. */
function alignOf(kind: BufferBinding['kind']): number {
  return kind === 'uniform' ? 16 : 4;
}

function filled(
  definition: BufferDefinition,
  options: Pick<BufferBinding, 'type' | 'kind'> & {
    readonly variables: Variables;
    readonly workload: Workload;
  },
): Outcome<Contents> {
  const { type, kind, variables, workload } = options;
  const length = evaluateCount((known) => definition.length.evaluate(known), variables);
  if (!length.ok)
    return failed('validation', `length of buffer \`${definition.name}\` ${length.failure.message}`);
  const fill = resolveFill({ definition, type, length: length.value, variables, workload });
  if (!fill.ok) return fill;
  const byteLength = roundUp(alignOf(kind), length.value * bytesPerElement[type]);
  return succeeded({ type, length: length.value, byteLength, values: null, ...fill.value });
}

function listed(
  definition: BufferDefinition,
  options: Pick<BoundVariable, 'layout'> &
    Pick<BufferBinding, 'type' | 'kind'> & { readonly variables: Variables },
): Outcome<Contents> {
  const layout = options.layout(definition.values?.length ?? 0);
  const arranged = arrange(definition, { ...options, layout });
  if (!arranged.ok) return arranged;
  const values = evaluateMembers(definition, arranged.value, options.variables);
  if (!values.ok) return values;
  const { members: _, ...shape } = arranged.value;
  const remark = bitsRemark(definition, arranged.value);
  return succeeded({ fill: 'zeros', ...shape, values: values.value, ...(remark === null ? {} : { remark }) });
}

/** The scalar type of a buffer or output; null if the workload parameter that it names holds none. */
export function elementType(
  definition: Pick<BufferDefinition, 'type'>,
  workload: Workload,
): ScalarType | null {
  const type =
    typeof definition.type === 'string' ? definition.type : workload.parameters[definition.type.parameter];
  return typeof type === 'string' && isScalarType(type) ? type : null;
}

function isScalarType(name: string): name is ScalarType {
  return scalarTypes.includes(name);
}
