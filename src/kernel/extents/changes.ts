import {
  type AbstractElem,
  childrenOf,
  type DeclIdent,
  declarationOf,
  type ExpressionElem,
  type Statement,
  type WgslModule,
} from '../wesl.ts';

/** Variables that statements change, and by which operators. */
export function changedIn(
  parts: readonly AbstractElem[],
  module: WgslModule,
): ReadonlyMap<DeclIdent, ReadonlySet<string>> {
  const found = new Map<DeclIdent, Set<string>>();
  const note = (target: ExpressionElem, operator: string) => {
    const root = rootOf(target, module);
    if (root !== undefined) found.set(root, (found.get(root) ?? new Set()).add(operator));
  };
  const visit = (element: AbstractElem): void => {
    if (element.kind === 'assign' && element.lhs.kind !== 'phony') {
      note(element.lhs, element.lhs.kind === 'ref' ? changeOf(element, module) : '=');
    }
    if (element.kind === 'increment') note(element.target, '+');
    if (element.kind === 'decrement') note(element.target, '-');
    if (element.kind === 'unary-expression' && element.operator.value === '&') note(element.expression, '=');
    for (const child of childrenOf(element, module)) visit(child);
  };
  parts.forEach(visit);
  return found;
}

/** The operator of `x += 1` and of `x = x + 1`; `=` for all else. */
function changeOf(statement: Extract<Statement, { kind: 'assign' }>, module: WgslModule): string {
  const { op, lhs, rhs } = statement;
  if (op.value !== '=') return op.value.slice(0, -1);
  if (rhs.kind !== 'binary-expression' || rhs.left.kind !== 'ref' || lhs.kind !== 'ref') return '=';
  const isSame = declarationOf(rhs.left.ident, module) === declarationOf(lhs.ident, module);
  return isSame ? rhs.operator.value : '=';
}

function rootOf(expression: ExpressionElem, module: WgslModule): DeclIdent | undefined {
  switch (expression.kind) {
    case 'ref':
      return declarationOf(expression.ident, module);
    case 'component-expression':
    case 'component-member-expression':
      return rootOf(expression.base, module);
    case 'parenthesized-expression':
    case 'unary-expression':
      return rootOf(expression.expression, module);
    default:
      return undefined;
  }
}
