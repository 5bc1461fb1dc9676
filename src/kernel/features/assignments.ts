import {
  type AbstractElem,
  childrenOf,
  type DeclIdent,
  declarationOf,
  type ExpressionElem,
  type WgslModule,
} from '../wesl.ts';

/** An address that is taken may be written through any number of times. */
const byAddress = 1000;

/** How often each variable is assigned in the text of the elements; initial values do not count. */
export function countAssignments(
  elements: readonly AbstractElem[],
  module: WgslModule,
): Map<DeclIdent, number> {
  const counts = new Map<DeclIdent, number>();
  const assign = (target: ExpressionElem, times: number) => {
    const declaration = rootDeclaration(target, module);
    if (declaration) counts.set(declaration, (counts.get(declaration) ?? 0) + times);
  };
  const visit = (element: AbstractElem): void => {
    if (element.kind === 'assign' && element.lhs.kind !== 'phony') assign(element.lhs, 1);
    else if (element.kind === 'increment' || element.kind === 'decrement') assign(element.target, 1);
    else if (element.kind === 'unary-expression' && element.operator.value === '&') {
      assign(element.expression, byAddress);
    }
    for (const child of childrenOf(element, module)) visit(child);
  };
  for (const element of elements) visit(element);
  return counts;
}

/** The declaration at the bottom of `a[i].x`; undefined if that is no name. */
export function rootDeclaration(expression: ExpressionElem, module: WgslModule): DeclIdent | undefined {
  switch (expression.kind) {
    case 'ref':
      return declarationOf(expression.ident, module);
    case 'parenthesized-expression':
      return rootDeclaration(expression.expression, module);
    case 'component-expression':
    case 'component-member-expression':
      return rootDeclaration(expression.base, module);
    default:
      return undefined;
  }
}

/** The name at the bottom of `a[i].x`; null if there is none. */
export function rootName(expression: ExpressionElem): string | null {
  switch (expression.kind) {
    case 'ref':
      return expression.ident.originalName;
    case 'parenthesized-expression':
      return rootName(expression.expression);
    case 'component-expression':
    case 'component-member-expression':
      return rootName(expression.base);
    default:
      return null;
  }
}

/** Everything that elements name which is declared. */
export function referencedIn(element: AbstractElem, module: WgslModule): Set<DeclIdent> {
  const found = new Set<DeclIdent>();
  const visit = (one: AbstractElem): void => {
    if (one.kind === 'ref') {
      const declaration = declarationOf(one.ident, module);
      if (declaration) found.add(declaration);
    }
    for (const child of childrenOf(one, module)) visit(child);
  };
  visit(element);
  return found;
}
