const bars = '▁▂▃▄▅▆▇█';

/**
 * A curve in one line of block characters: `points` evenly spaced values, the lowest as `▁`, the highest as `█`, blank
 * where there is none yet. A flat curve is all `▁`.
 */
export function sparkline(values: readonly (number | null)[], points: number): string {
  if (values.length === 0) return '';
  const count = Math.min(points, values.length);
  const picked = Array.from({ length: count }, (_, i) => {
    const at = count === 1 ? values.length - 1 : Math.round((i * (values.length - 1)) / (count - 1));
    return values[at] ?? null;
  });
  const known = picked.filter((value) => value !== null);
  const low = Math.min(...known);
  const range = Math.max(...known) - low;
  return picked
    .map((value) => {
      if (value === null) return ' ';
      return bars.charAt(range > 0 ? Math.round(((value - low) / range) * (bars.length - 1)) : 0);
    })
    .join('');
}
