import {
  type AbstractElem,
  childrenOf,
  declarationOf,
  type ExpressionElem,
  type WgslModule,
} from './wesl.ts';

/**
 * Names of the module-scope variables whose value the given declarations may read.
 *
 * Only the targets of plain assignments and of `atomicStore`, and the argument of `arrayLength`, are taken for no
 * reading; whatever else touches a variable counts, pointers included.
 */
export function readVariables(declarations: readonly AbstractElem[], module: WgslModule): Set<string> {
  const names = new Set<string>();

  const visit = (element: AbstractElem): void => {
    if (element.kind === 'ref') {
      const declaration = declarationOf(element.ident, module);
      if (declaration?.declElem?.kind === 'gvar') names.add(declaration.originalName);
      return;
    }
    if (element.kind === 'assign' && element.op.value === '=' && element.lhs.kind !== 'phony') {
      visitTarget(element.lhs);
      visit(element.rhs);
      return;
    }
    if (element.kind === 'call-expression' && element.function.kind === 'ref') {
      const callee = element.function.ident.originalName;
      const [pointer, ...others] = element.arguments;
      if (
        (callee === 'atomicStore' || callee === 'arrayLength') &&
        pointer?.kind === 'unary-expression' &&
        pointer.operator.value === '&'
      ) {
        visitTarget(pointer.expression);
        for (const argument of others) visit(argument);
        return;
      }
    }
    for (const child of childrenOf(element, module)) visit(child);
  };

  const visitTarget = (target: ExpressionElem): void => {
    if (target.kind === 'ref') return;
    if (target.kind === 'parenthesized-expression') visitTarget(target.expression);
    else if (target.kind === 'component-member-expression') visitTarget(target.base);
    else if (target.kind === 'component-expression') {
      visitTarget(target.base);
      visit(target.access);
    } else visit(target);
  };

  for (const declaration of declarations) {
    // A variable's own declaration mentions it without touching it.
    if (declaration.kind === 'fn') visit(declaration.body);
  }
  return names;
}
