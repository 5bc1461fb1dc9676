import type { ReachableDeclaration } from '../reachable.ts';
import { type AbstractElem, childrenOf, isUnknown, type WgslModule } from '../wesl.ts';

/** Names that the declarations use and that neither the module nor WGSL declares, in order of first use. */
export function unknownNames(reachable: readonly ReachableDeclaration[], module: WgslModule): string[] {
  const names = new Set<string>();
  const visit = (element: AbstractElem): void => {
    if (element.kind === 'ref' && isUnknown(element.ident, module)) names.add(element.ident.originalName);
    if (element.kind === 'type' && isUnknown(element.name, module)) names.add(element.name.originalName);
    for (const child of childrenOf(element, module)) visit(child);
  };
  for (const { declaration } of reachable) {
    // Directives name extensions and rules, which are nothing that a program declares.
    if (declaration.kind !== 'directive') visit(declaration);
  }
  return [...names];
}
