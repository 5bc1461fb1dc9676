import { type AbstractElem, childrenOf, type ExpressionElem, isUnknown, type WgslModule } from './wesl.ts';

/** What neither a module nor WGSL declares, by what it is used as, each name once and in order of first use. */
export interface UnknownNames {
  /** Used like constants: a host that puts their values in declares them so. */
  readonly values: readonly string[];
  /** Types, functions, and what has members or elements: parts of the program that a host adds. */
  readonly parts: readonly string[];
}

/** What declarations use and nothing declares. */
export function unknownNames(declarations: readonly AbstractElem[], module: WgslModule): UnknownNames {
  const values = new Set<string>();
  const parts = new Set<string>();
  const visit = (element: AbstractElem): void => {
    const root = rootOfParts(element);
    if (root?.kind === 'ref' && isUnknown(root.ident, module)) parts.add(root.ident.originalName);
    if (element.kind === 'ref' && isUnknown(element.ident, module)) values.add(element.ident.originalName);
    if (element.kind === 'type') {
      if (isUnknown(element.name, module)) parts.add(element.name.originalName);
      // Of an array the length may be a constant; all else between the brackets is a type.
      const types = element.templateParams?.slice(0, element.name.originalName === 'array' ? 1 : undefined);
      for (const type of types ?? []) {
        if (type.kind === 'ref' && isUnknown(type.ident, module)) parts.add(type.ident.originalName);
      }
    }
    if (element.kind === 'attribute') attributeParameters(element).forEach(visit);
    for (const child of childrenOf(element, module)) visit(child);
  };
  for (const declaration of declarations) {
    // Directives name extensions and rules, which are nothing that a program declares.
    if (declaration.kind === 'directive') continue;
    if ('attributes' in declaration) declaration.attributes?.forEach(visit);
    visit(declaration);
  }
  return { values: [...values].filter((name) => !parts.has(name)), parts: [...parts] };
}

/** What is called, assigned to, or taken apart, which no constant of a host is. */
function rootOfParts(element: AbstractElem): AbstractElem | null {
  switch (element.kind) {
    case 'call-expression':
      return element.function;
    case 'component-expression':
    case 'component-member-expression':
      return element.base;
    case 'unary-expression':
      return element.operator.value === '&' ? element.expression : null;
    case 'assign':
      return element.lhs.kind === 'phony' ? null : element.lhs;
    case 'increment':
    case 'decrement':
      return element.target;
    default:
      return null;
  }
}

function attributeParameters({
  attribute,
}: Extract<AbstractElem, { kind: 'attribute' }>): readonly ExpressionElem[] {
  return attribute.kind === '@attribute' ? (attribute.params ?? []).map(({ expression }) => expression) : [];
}
