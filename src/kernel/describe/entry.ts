import { noBuffer, typeText } from '../binding-type.ts';
import { type DataShape, type DataSlot, dataShape, dataSlots, namedMembers } from '../data-shape.ts';
import { asksForPosition, type Extents, programExtents, symbols } from '../extents/index.ts';
import { failed, succeeded } from '../failure.ts';
import { givenNames } from '../given-values.ts';
import { numbersOf } from '../layout.ts';
import { type ReachableDeclaration, reachableFrom } from '../reachable.ts';
import { attributeNumber, attributeOf, bindingKind, isComputeEntry } from '../reflect.ts';
import { lineStarts, positionAt } from '../text-position.ts';
import type { Outcome, VariantFailure } from '../types.ts';
import { unknownNames } from '../unknown-names.ts';
import { type Access, variableAccess } from '../variable-access.ts';
import {
  constantNumber,
  type FnElem,
  type GlobalVarElem,
  typeOfDeclaration,
  type WgslModule,
} from '../wesl.ts';
import type { DescribedParameter } from './described-parameter.ts';
import { ownParameters } from './own-parameters.ts';

/** A scalar, and whether the program reads it. */
export interface DescribedSlot extends DataSlot {
  readonly isRead: boolean;
}

/** A buffer that an entry point reaches. */
export interface DescribedBinding {
  readonly name: string;
  readonly group: number;
  readonly binding: number;
  readonly kind: 'storage' | 'read-only-storage' | 'uniform';
  /** Whether the program may read what the buffer held before the launch. */
  readonly read: boolean;
  /** Whether the program may change it. */
  readonly written: boolean;
  /** Its type as it is written, e.g. `array<vec4<f32>>`. */
  readonly type: string;
  readonly shape: DataShape;
  /** Scalars of a uniform, or of small storage that is only read; null where they cannot be listed, and for other storage. */
  readonly slots: readonly DescribedSlot[] | null;
}

/** A compute entry point and what it takes to launch it. */
export interface DescribedEntry {
  readonly name: string;
  /** The expressions of `@workgroup_size` as they are written, with the value of those that are constant. */
  readonly workgroupSize: readonly { readonly text: string; readonly value: number | null }[];
  readonly bindings: readonly DescribedBinding[];
  /** Parameters that it can reach. */
  readonly parameters: readonly DescribedParameter[];
  /** Names of its file that take values, reached or not: a workload parameter that is called like one changes the program. */
  readonly givenNames: readonly string[];
  /** Types and functions that it uses and nothing declares: parts of the program that a host would add. */
  readonly missingParts: readonly string[];
  /** Whether it asks which invocation it is; else all do the same. */
  readonly asksForPosition: boolean;
  /** How far it reaches; null if it is too much to follow. */
  readonly extents: Extents | null;
  /** Why it cannot be guarded, with its place; null if it can. */
  readonly obstacle: VariantFailure | null;
}

/** Gives a failure, whose place is one of the final WGSL, its place in the user's file. */
export type Locate = (failure: VariantFailure) => VariantFailure;

/** Bytes of storage that is read like a uniform: sizes, strides. */
const mostListedBytes = 64;

/** The compute entry points of a module. */
export function describeModule(
  module: WgslModule,
  locate: Locate,
  parameters: readonly DescribedParameter[],
): DescribedEntry[] {
  return module.declarations
    .filter((item): item is FnElem => item.kind === 'fn')
    .filter(isComputeEntry)
    .map((entry) => describeEntry(entry, module, locate, parameters));
}

function describeEntry(
  entry: FnElem,
  module: WgslModule,
  locate: Locate,
  parameters: readonly DescribedParameter[],
): DescribedEntry {
  const name = entry.name.ident.originalName;
  const reachable = reachableFrom(name, module);
  const access = variableAccess(
    reachable.map((item) => item.declaration),
    module,
  );
  const declared: DescribedBinding[] = [];
  let obstacle = foreignPart(module, locate);
  for (const { declaration } of reachable) {
    if (declaration.kind !== 'gvar') continue;
    const described = describeVariable(declaration as GlobalVarElem, module, access);
    if (described === null) continue;
    if (described.ok) declared.push(described.value);
    else obstacle ??= locate(described.failure);
  }
  const size = attributeOf(entry.attributes, 'workgroup_size') ?? [];
  const unknown = unknownNames(
    reachable.map(({ declaration }) => declaration),
    module,
  );
  const own = ownParameters({ reachable, size, module, known: parameters, unknown: unknown.values });
  const extents = programExtents({
    module,
    entry,
    // What is worked out of others is worked out here too.
    given: new Set(
      [...parameters, ...own].flatMap(({ name: given, value, hasDefault }) =>
        hasDefault && value === null ? [] : [given],
      ),
    ),
    buffers: declared.map(({ name: buffer, slots, written }) => ({
      name: buffer,
      isListed: slots !== null,
      written,
    })),
  });
  return {
    name,
    workgroupSize: size.slice(0, 3).map(({ expression }) => ({
      text: module.text.slice(expression.start, expression.end).trim(),
      value: constantNumber(expression, module),
    })),
    bindings: declared.map((binding) => withReads(binding, reachable, extents)),
    parameters: [...parameters, ...own],
    givenNames: givenNames(module),
    missingParts: unknown.parts,
    asksForPosition: asksForPosition({ entry, module }),
    extents,
    obstacle,
  };
}

/** A slot is read if it, or something that it is a part of, is; or if anything reachable names a member that is called so. */
function withReads(
  binding: DescribedBinding,
  reachable: readonly ReachableDeclaration[],
  extents: Extents | null,
): DescribedBinding {
  if (binding.slots === null || extents === null) return binding;
  const named = new Set(reachable.flatMap(({ tokens }) => tokens.filter((_, i) => tokens[i - 1] === '.')));
  const slots = binding.slots.map((slot) => {
    const own = symbols.member(binding.name, slot.path);
    const isPartOf = (whole: string) =>
      own === whole ||
      (own.startsWith(whole) && (whole.endsWith(' ') || /[.[]/.test(own[whole.length] ?? '')));
    const words = (slot.path.match(/[A-Za-z_]\w*/g) ?? []).filter((word) => !/^[xyzw]$/.test(word));
    const isNamed = words.length > 0 && words.every((word) => named.has(word));
    return { ...slot, isRead: isNamed || [...extents.read].some(isPartOf) };
  });
  return { ...binding, slots };
}

/** What only other implementations of WGSL compile. It spoils the whole file, whatever reaches it. */
function foreignPart(module: WgslModule, locate: Locate): VariantFailure | null {
  const starts = lineStarts(module.text);
  const refuse = (offset: number, why: string) =>
    locate(failed('unsupported', why, positionAt(starts, offset)).failure);
  for (const item of module.declarations) {
    if (item.kind === 'gvar') {
      const { name, template } = item as GlobalVarElem;
      const space = template?.[0]?.name ?? '';
      if (space !== 'push_constant' && space !== 'immediate') continue;
      const which = `\`${name.decl.ident.originalName}\` is in the address space ${space}`;
      return refuse(name.start, `${which}, which WebGPU does not have; use a uniform buffer`);
    }
    if (item.kind !== 'directive' || item.directive.kind !== 'enable') continue;
    const foreign = item.directive.extensions.find(({ name }) => name.startsWith('wgpu_'));
    if (foreign === undefined) continue;
    return refuse(item.start, `it enables \`${foreign.name}\`, which WebGPU does not have`);
  }
  return null;
}

/** null for variables that no host binds. */
function describeVariable(
  variable: GlobalVarElem,
  module: WgslModule,
  access: ReadonlyMap<string, Access>,
): Outcome<DescribedBinding> | null {
  const name = variable.name.decl.ident.originalName;
  const place = positionAt(lineStarts(module.text), variable.name.start);
  const refuse = (why: string) => failed('unsupported', `\`${name}\` ${why}`, place);
  const group = attributeNumber(variable.attributes, 'group', module);
  const binding = attributeNumber(variable.attributes, 'binding', module);
  if (group === null && binding === null) {
    const written = attributeOf(variable.attributes, 'group') ?? attributeOf(variable.attributes, 'binding');
    return written === null ? null : refuse('needs a constant @group and a constant @binding');
  }
  if (group === null || binding === null) return refuse('needs a constant @group and a constant @binding');
  if (group > 3) return refuse(`is in @group(${group}); WebGPU has groups 0 to 3`);
  if (binding > 999) return refuse(`is at @binding(${binding}); WebGPU has bindings 0 to 999`);
  const type = typeOfDeclaration(variable.name.decl.ident, module);
  const text = typeText(variable, module);
  const kind = bindingKind(variable);
  const slot = `@group(${group}) @binding(${binding})`;
  if (kind === null || text.startsWith('binding_array')) {
    return refuse(`at ${slot} ${noBuffer(variable, module)}`);
  }
  const shape = dataShape(type, module);
  const { read, written } = access.get(name) ?? { read: false, written: false };
  const isListed =
    kind === 'uniform' || (!written && shape.elementBytes === 0 && shape.fixedBytes <= mostListedBytes);
  const program = { numbers: numbersOf(module), named: namedMembers(module.text) };
  const slots = isListed ? dataSlots(type, program) : null;
  return succeeded({
    name,
    group,
    binding,
    kind,
    read,
    written,
    type: text,
    shape,
    slots: slots?.map((slot) => ({ ...slot, isRead: true })) ?? null,
  });
}
