import { noBuffer } from './binding-type.ts';
import { type NamedMembers, namedMembers, type ValueLayout, valueLayout } from './data-shape.ts';
import { type EnabledExtension, enabledExtensions } from './extensions.ts';
import { failed, succeeded } from './failure.ts';
import { layoutOf, numbersOf, roundUp } from './layout.ts';
import { declaredName, type ReachableDeclaration, reachableFrom } from './reachable.ts';
import { lineStarts, positionAt, type TextPosition } from './text-position.ts';
import type { Outcome } from './types.ts';
import { type Access, variableAccess } from './variable-access.ts';
import {
  type AttributeElem,
  constantNumber,
  type FnElem,
  type GlobalVarElem,
  typeOfDeclaration,
  type WgslModule,
} from './wesl.ts';

/** A module-scope variable with `@group` and `@binding`. */
export interface BoundVariable extends Access {
  readonly name: string;
  readonly group: number;
  readonly binding: number;
  /** null: a texture, sampler or anything else that no buffer can feed. */
  readonly kind: 'storage' | 'read-only-storage' | 'uniform' | null;
  /** Whether the entry point can reach it. */
  readonly used: boolean;
  /** Where its scalars stand, of a runtime-sized array at least `count` in all; null if that is unknown. */
  readonly layout: (count: number) => ValueLayout | null;
  /** Why no buffer can feed it, and where it stands; null if one can. */
  readonly refusal: (TextPosition & { readonly reason: string }) | null;
}

/** What a program needs from its surroundings. */
export interface ProgramInterface {
  readonly entry: FnElem;
  readonly reachable: readonly ReachableDeclaration[];
  readonly workgroupSize: readonly [number, number, number] | null;
  /** What `@subgroup_size` asks for; null if nothing does, or it is unknown. */
  readonly subgroupSize: number | null;
  /** Bytes of workgroup memory as WebGPU counts them; NaN if unknown. */
  readonly workgroupBytes: number;
  readonly bindings: readonly BoundVariable[];
  readonly extensions: readonly EnabledExtension[];
}

/** Reads a program's interface off its final WGSL. */
export function reflect(module: WgslModule, entryPoint: string): Outcome<ProgramInterface> {
  const entries = module.declarations
    .filter((item): item is FnElem => item.kind === 'fn')
    .filter(isComputeEntry);
  const entry = entries.find((candidate) => candidate.name.ident.originalName === entryPoint);
  if (!entry) {
    const names = entries.map((candidate) => `\`${candidate.name.ident.originalName}\``).join(', ');
    return failed(
      'validation',
      `there is no compute entry point \`${entryPoint}\`; the program has ${names || 'none'}`,
    );
  }
  const reachable = reachableFrom(entryPoint, module);
  const access = variableAccess(
    reachable.map((item) => item.declaration),
    module,
  );
  const used = new Set(reachable.map((item) => item.declaration));
  const variables = module.declarations.filter((item): item is GlobalVarElem => item.kind === 'gvar');
  let named: NamedMembers | null = null;
  const program = {
    numbers: numbersOf(module),
    get named() {
      named ??= namedMembers(module.text);
      return named;
    },
  };
  const bindings: BoundVariable[] = [];
  let workgroupBytes = 0;
  for (const variable of variables) {
    if (variable.template?.[0]?.name === 'workgroup') {
      // WebGPU rounds every variable up to 16 bytes before it compares with the limit.
      const type = typeOfDeclaration(variable.name.decl.ident, module);
      if (used.has(variable)) workgroupBytes += roundUp(16, layoutOf(type, numbersOf(module)).size);
      continue;
    }
    const group = attributeNumber(variable.attributes, 'group', module);
    const binding = attributeNumber(variable.attributes, 'binding', module);
    if (group === null && binding === null) continue;
    if (group === null || binding === null) {
      const place = positionAt(lineStarts(module.text), variable.start);
      const name = variable.name.decl.ident.originalName;
      return failed('validation', `\`${name}\` needs a constant @group and a constant @binding`, place);
    }
    const name = variable.name.decl.ident.originalName;
    const kind = bindingKind(variable);
    const refusal =
      kind === null
        ? { ...positionAt(lineStarts(module.text), variable.name.start), reason: noBuffer(variable, module) }
        : null;
    const { ident } = variable.name.decl;
    const layout = (count: number) => valueLayout(typeOfDeclaration(ident, module), program, count);
    bindings.push({
      name,
      group,
      binding,
      kind,
      ...(access.get(name) ?? { read: false, written: false }),
      used: used.has(variable),
      layout,
      refusal,
    });
  }
  return succeeded({
    entry,
    reachable,
    workgroupSize: workgroupSizeOf(entry, module),
    subgroupSize: subgroupSizeOf(entry, module),
    workgroupBytes,
    bindings,
    extensions: enabledExtensions(module),
  });
}

export function isComputeEntry(fn: FnElem): boolean {
  return (fn.attributes ?? []).some(
    ({ attribute }) => attribute.kind === '@attribute' && attribute.name === 'compute',
  );
}

export function attributeOf(attributes: readonly AttributeElem[] | undefined, name: string) {
  for (const { attribute } of attributes ?? []) {
    if (attribute.kind === '@attribute' && attribute.name === name) return attribute.params ?? [];
  }
  return null;
}

export function attributeNumber(
  attributes: readonly AttributeElem[] | undefined,
  name: string,
  module: WgslModule,
): number | null {
  const parameter = attributeOf(attributes, name)?.[0];
  return parameter ? constantNumber(parameter.expression, module) : null;
}

function workgroupSizeOf(entry: FnElem, module: WgslModule): [number, number, number] | null {
  const parameters = attributeOf(entry.attributes, 'workgroup_size');
  if (!parameters) return null;
  const size: [number, number, number] = [1, 1, 1];
  for (const [axis, parameter] of parameters.slice(0, 3).entries()) {
    const value = constantNumber(parameter.expression, module);
    if (value === null) return null;
    size[axis] = value;
  }
  return size;
}

function subgroupSizeOf(entry: FnElem, module: WgslModule): number | null {
  const size = attributeOf(entry.attributes, 'subgroup_size')?.[0]?.expression;
  if (size === undefined) return null;
  // The library knows no such attribute, and leaves names in it alone.
  const named = size.kind === 'ref' ? size.ident.originalName : null;
  const constant = module.declarations.find((item) => item.kind === 'const' && declaredName(item) === named);
  const expression = constant?.kind === 'const' ? constant.init : size;
  return expression === undefined ? null : constantNumber(expression, module);
}

export function bindingKind(variable: GlobalVarElem): BoundVariable['kind'] {
  const [space, access] = (variable.template ?? []).map((item) => item.name);
  if (space === 'uniform') return 'uniform';
  if (space !== 'storage') return null;
  return access === 'read_write' ? 'storage' : 'read-only-storage';
}
