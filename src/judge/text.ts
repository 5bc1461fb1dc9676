import type { BlockEstimate } from './pairs.ts';
import { toRatio } from './ratio.ts';

/** A relative change as people read it: `+3.1 %`, `-12 %`. */
export function formatChange(relative: number): string {
  const percent = relative * 100;
  const digits = Math.abs(percent) < 9.95 ? 1 : 0;
  const text = percent.toFixed(digits);
  // Rounding may leave "-0.0".
  return `${Number(text) > 0 ? '+' : ''}${Number(text) === 0 ? (0).toFixed(digits) : text} %`;
}

/** A margin as people read it: `3 %`, `2.5 %`. */
export function formatMargin(margin: number): string {
  return `${Number((margin * 100).toFixed(2))} %`;
}

/** `+3.1 % (95 % interval +2.0 % to +4.2 %)` */
export function describeEstimate(estimate: BlockEstimate): string {
  const { estimate: ratio, low, high } = toRatio(estimate);
  return `${formatChange(ratio - 1)} (95 % interval ${formatChange(low - 1)} to ${formatChange(high - 1)})`;
}

/** `1 block`, `3 blocks` */
export function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** The first reasons, and how many more there are. */
export function listReasons(reasons: readonly string[]): string {
  const shown = reasons.slice(0, 2).join('; ');
  return reasons.length > 2 ? `${shown}; and ${reasons.length - 2} more` : shown;
}
