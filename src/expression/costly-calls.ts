import type { CelFault, CelNode } from './cel-node.ts';

/** Calls that walk a list or name a value. One inside another costs the product, or doubles a text again and again. */
const walks: readonly string[] = ['all', 'exists', 'exists_one', 'map', 'filter', 'bind'];

function isNode(value: unknown): value is CelNode {
  return typeof value === 'object' && value !== null && 'op' in value && 'args' in value;
}

function faultAt({ start, end }: CelNode, summary: string): CelFault {
  return { code: 'costly_call', summary, start, end };
}

/**
 * The first call that could take longer than anybody would wait, whatever the values: a regular expression, or a walk
 * inside a walk. Expressions come from whoever may change a manifest. null if there is none.
 */
export function findCostlyCall(value: unknown, isInWalk = false): CelFault | null {
  if (Array.isArray(value)) {
    for (const item of value) {
      const fault = findCostlyCall(item, isInWalk);
      if (fault !== null) return fault;
    }
    return null;
  }
  if (!isNode(value)) return null;
  const name = value.op === 'rcall' ? value.args[0] : null;
  if (name === 'matches') return faultAt(value, 'There are no regular expressions');
  const isWalk = name !== null && walks.includes(name);
  if (isWalk && isInWalk) return faultAt(value, `'${name}' stands inside another call that walks a list`);
  return findCostlyCall(value.args, isInWalk || isWalk);
}
