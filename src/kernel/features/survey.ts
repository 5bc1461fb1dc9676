import { type AbstractElem, childrenOf, type DeclIdent, declarationOf, type FnElem, type GlobalVarElem, type Type, typeOfDeclaration, type WgslModule } from '../wesl.ts';
import { countAssignments } from './assignments.ts';

/** What an entry point reaches, and what is declared and assigned there. */
export interface Survey {
  readonly variables: ReadonlySet<GlobalVarElem>;
  /** How often each variable is assigned in the text; taking its address counts as many times. */
  readonly assignments: ReadonlyMap<DeclIdent, number>;
  /** Types of the variables that functions declare. */
  readonly locals: readonly Type[];
}

/** Walks through the functions that an entry point calls. */
export function surveyFrom(entry: FnElem, module: WgslModule): Survey {
  const functions = new Set<FnElem>([entry]);
  const variables = new Set<GlobalVarElem>();
  const locals: Type[] = [];
  const visit = (element: AbstractElem): void => {
    if (element.kind === 'ref') {
      const target = declarationOf(element.ident, module)?.declElem;
      if (target?.kind === 'fn') functions.add(target);
      else if (target?.kind === 'gvar') variables.add(target);
      return;
    }
    if (element.kind === 'var') locals.push(typeOfDeclaration(element.name.decl.ident, module));
    for (const child of childrenOf(element, module)) visit(child);
  };
  // A set that grows while it is walked through comes to its new elements, too.
  for (const fn of functions) visit(fn);
  return { variables, locals, assignments: countAssignments([...functions], module) };
}
