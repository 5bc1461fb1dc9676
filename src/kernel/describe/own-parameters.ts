import type { ScalarType } from '../../manifest/index.ts';
import { declaredName, type ReachableDeclaration } from '../reachable.ts';
import {
  constantNumber,
  constantValue,
  type ExpressionElem,
  type OverrideElem,
  typeOfDeclaration,
  type WgslModule,
} from '../wesl.ts';
import type { DescribedParameter } from './described-parameter.ts';

/** What WGSL itself can be given: overrides, constants that are sizes of workgroups, and those that its host declares. */
export function ownParameters(program: {
  readonly reachable: readonly ReachableDeclaration[];
  readonly size: readonly { readonly expression: ExpressionElem }[];
  readonly module: WgslModule;
  /** Parameters of other kinds. */
  readonly known: readonly DescribedParameter[];
  /** Names that are used like constants and that nothing declares. */
  readonly unknown: readonly string[];
}): readonly DescribedParameter[] {
  const { reachable, size, module, known, unknown } = program;
  return [
    ...reachableOverrides(reachable, module),
    ...sizeConstants(size, module, known),
    ...unknown.map((name) => hostConstant(name)),
  ];
}

/** Module-scope constants that say how large workgroups are. */
function sizeConstants(
  size: readonly { readonly expression: ExpressionElem }[],
  module: WgslModule,
  known: readonly DescribedParameter[],
): DescribedParameter[] {
  return size
    .flatMap(({ expression }) => {
      if (expression.kind !== 'ref') return [];
      const name = expression.ident.originalName;
      const constant = module.declarations.find(
        (item) => item.kind === 'const' && declaredName(item) === name,
      );
      const value = constant === undefined ? null : constantNumber(expression, module);
      if (value === null || known.some((parameter) => parameter.name === name)) return [];
      return [{ ...hostConstant(name), value, hasDefault: true }];
    })
    .filter(({ name }, i, all) => all.findIndex((other) => other.name === name) === i);
}

function hostConstant(name: string): DescribedParameter {
  return { name, kind: 'constant', scalar: null, value: null, hasDefault: false, values: null };
}

function reachableOverrides(
  reachable: readonly ReachableDeclaration[],
  module: WgslModule,
): DescribedParameter[] {
  return reachable.flatMap(({ declaration }) => {
    if (declaration.kind !== 'override') return [];
    const { name, init } = declaration as OverrideElem;
    const type = typeOfDeclaration(name.decl.ident, module);
    const value = init === undefined ? null : constantValue(init, module);
    return [
      {
        name: declaredName(declaration) ?? '',
        kind: 'override' as const,
        scalar: type.kind === 'scalar' ? concrete(type.scalar) : null,
        value: typeof value === 'object' ? null : value,
        hasDefault: init !== undefined,
        values: null,
      },
    ];
  });
}

function concrete(scalar: string): ScalarType | 'bool' | null {
  switch (scalar) {
    case 'abstract-int':
      return 'i32';
    case 'abstract-float':
      return 'f32';
    case 'f32':
    case 'f16':
    case 'i32':
    case 'u32':
    case 'bool':
      return scalar;
    default:
      return null;
  }
}
