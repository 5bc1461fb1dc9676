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

/** Turns there and back (A B B A): every arm's turns have the same middle, so linear drift takes no side. */
export function turnOrder(order: readonly Arm[]): Arm[] {
  return [...order, ...[...order].reverse()];
}
