import { canonicalTokens } from './tokens.ts';
import type { AbstractElem, WgslModule } from './wesl.ts';

/** A module-scope declaration that the entry point needs, in source order. */
export interface ReachableDeclaration {
  readonly declaration: AbstractElem;
  readonly tokens: readonly string[];
}

/**
 * What is left of a module when all is dropped that the entry point cannot reach. Directives and assertions stay.
 *
 * A word counts as a reference to the declaration of that name even where a local name hides it: too much may be
 * kept, too little never.
 */
export function reachableFrom(entryPoint: string, module: WgslModule): readonly ReachableDeclaration[] {
  const all = module.declarations.map((declaration) => ({
    declaration,
    tokens:
      'start' in declaration ? canonicalTokens(module.text.slice(declaration.start, declaration.end)) : [],
  }));
  const byName = new Map<string, ReachableDeclaration>();
  const reached = new Set<ReachableDeclaration>();
  const pending: ReachableDeclaration[] = [];
  for (const item of all) {
    const name = declaredName(item.declaration);
    if (name === null || name === entryPoint) pending.push(item);
    else byName.set(name, item);
  }
  for (let item = pending.pop(); item; item = pending.pop()) {
    if (reached.has(item)) continue;
    reached.add(item);
    for (const word of item.tokens) {
      const referenced = byName.get(word);
      if (referenced && !reached.has(referenced)) pending.push(referenced);
    }
  }
  return all.filter((item) => reached.has(item));
}

/** The name a module-scope declaration introduces; null if it introduces none. */
export function declaredName(declaration: AbstractElem): string | null {
  switch (declaration.kind) {
    case 'fn':
    case 'alias':
    case 'struct':
      return declaration.name.ident.originalName;
    case 'gvar':
    case 'const':
    case 'override':
      return declaration.name.decl.ident.originalName;
    default:
      return null;
  }
}
