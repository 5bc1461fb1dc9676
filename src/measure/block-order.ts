import type { Arm } from './types.ts';

const allArms: readonly Arm[] = ['B', 'H', 'X', 'R'];

/**
 * The order of arms in a block: rotated by one from block to block, so that every arm comes first, and after every
 * other, equally often.
 */
export function armOrder(present: Iterable<Arm>, block: number): Arm[] {
  const wanted = new Set(present);
  const arms = allArms.filter((arm) => wanted.has(arm));
  const start = block % Math.max(1, arms.length);
  return [...arms.slice(start), ...arms.slice(0, start)];
}

/**
 * Turns there and back (A B B A), dealt out to processes that follow one another: every arm's turns have the same middle, so
 * linear drift takes no side. One process of each arm takes all of them; of an even number each takes one.
 */
export function turnOrder(order: readonly Arm[], processes = 1): readonly (readonly Arm[])[] {
  const back = [...order].reverse();
  if (processes === 1) return [[...order, ...back]];
  return Array.from({ length: processes }, (_, i) => (i % 2 === 0 ? order : back));
}
