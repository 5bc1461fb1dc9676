import { reachableFrom } from './reachable.ts';
import { lineStarts, positionAt } from './text-position.ts';
import type { Pass } from './types.ts';
import {
  type AbstractElem,
  childrenOf,
  type DeclIdent,
  declarationOf,
  type ExpressionElem,
  parseWgsl,
  type WgslModule,
} from './wesl.ts';

/** What comes first of a variable; `other` where that depends, or is done through an address or to a part. */
type Use = 'read' | 'write' | 'other';

/**
 * Variables in loops that are declared without a value and read first, one sentence each. WGSL has them start from zero in every
 * turn; compilers for Vulkan that set them once leave what the turn before left.
 */
export function staleVariables({
  wgsl,
  entryPoint,
  lines,
}: Pick<Pass, 'wgsl' | 'entryPoint' | 'lines'>): readonly string[] {
  if (!/\bvar\s+\w+[^=;]*;/.test(wgsl)) return [];
  const parsed = parseWgsl('', wgsl);
  if (!parsed.ok) return [];
  const module = parsed.value;
  const starts = lineStarts(wgsl);
  const found = new Set<string>();
  const visit = (element: AbstractElem, inLoop: boolean): void => {
    const children = childrenOf(element, module);
    for (const [i, child] of children.entries()) {
      if (child.kind === 'var' && inLoop && child.init === undefined) {
        const { ident } = child.name.decl;
        const use = firstOf(children.slice(i + 1), (one) => useOf(one, ident, module));
        const at = lines[positionAt(starts, child.start).line - 1];
        const name = `\`${ident.originalName}\`${at ? ` (${at.file}:${at.line})` : ''}`;
        if (use === 'read') {
          found.add(
            `${name} is declared in a loop without a value and then read: on some drivers it holds what the turn before left; give it its zero`,
          );
        }
      }
      visit(child, inLoop || ['for', 'while', 'loop'].includes(child.kind));
    }
  };
  for (const { declaration } of reachableFrom(entryPoint, module)) {
    if (declaration.kind === 'fn') visit(declaration, false);
  }
  return [...found];
}

function firstOf<T>(items: readonly T[], use: (item: T) => Use | null): Use | null {
  for (const item of items) {
    const found = use(item);
    if (found !== null) return found;
  }
  return null;
}

function useOf(element: AbstractElem, variable: DeclIdent, module: WgslModule): Use | null {
  const inOrder = (parts: readonly AbstractElem[]) => firstOf(parts, (part) => useOf(part, variable, module));
  switch (element.kind) {
    case 'ref':
      return declarationOf(element.ident, module) === variable ? 'read' : null;
    case 'unary-expression': {
      const use = inOrder(childrenOf(element, module));
      return use !== null && element.operator.value === '&' ? 'other' : use;
    }
    case 'assign': {
      if (element.lhs.kind === 'phony') return inOrder([element.rhs]);
      const before = inOrder([element.rhs]);
      if (before !== null) return before;
      if (element.op.value !== '=') return inOrder([element.lhs]);
      return isWhole(element.lhs) && inOrder([element.lhs]) !== null
        ? 'write'
        : inOrder([element.lhs]) && 'other';
    }
    case 'if':
    case 'switch':
    case 'for':
    case 'while':
    case 'loop': {
      // What is read in there before anything is written is read; what is written may not be.
      const uses = childrenOf(element, module).map((child) => inOrder([child]));
      if (element.kind === 'if' || element.kind === 'switch') {
        if (uses.includes('read')) return 'read';
        return uses.some((use) => use !== null) ? 'other' : null;
      }
      const first = uses.find((use) => use !== null) ?? null;
      return first === 'write' ? 'other' : first;
    }
    default:
      return inOrder(childrenOf(element, module));
  }
}

function isWhole(target: ExpressionElem): boolean {
  return target.kind === 'ref' || (target.kind === 'parenthesized-expression' && isWhole(target.expression));
}
