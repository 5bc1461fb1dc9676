/** Edits (insert, delete, replace, swap of neighbours) that turn `a` into `b`: optimal string alignment distance. */
function editDistance(a: string, b: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let best = Math.min(
        (previous[j] as number) + 1,
        (current[j - 1] as number) + 1,
        (previous[j - 1] as number) + (same ? 0 : 1),
      );
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        best = Math.min(best, (beforePrevious[j - 2] as number) + 1);
      }
      current.push(best);
    }
    beforePrevious = previous;
    previous = current;
  }
  return previous[b.length] as number;
}

/** Names longer than this are never a slip of the finger worth quadratic time. */
const maxLength = 64;

/**
 * The known name that was probably meant: equal but for case, `-` and `_`, or within a third of its length in edits.
 * @returns null if nothing is near.
 */
export function nearestName(name: string, known: readonly string[]): string | null {
  if (name.length > maxLength) return null;
  const plain = (text: string) => text.toLowerCase().replace(/[-_ ]/g, '');
  let best: string | null = null;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const candidate of known) {
    if (candidate.length > maxLength) continue;
    const distance =
      plain(candidate) === plain(name) ? 0.5 : editDistance(name.toLowerCase(), candidate.toLowerCase());
    // A third of the length; of names of one or two characters every other one would be near.
    const tolerated = Math.max(0.5, Math.floor(Math.max(name.length, candidate.length) / 3));
    if (distance <= tolerated && distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}
