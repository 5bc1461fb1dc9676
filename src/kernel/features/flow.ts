import type { Value } from './run.ts';
import { merged, type Stop } from './trail.ts';

/** Where a program goes on after a statement. */
export type Flow = 'next' | 'break' | 'continue' | 'return';

/** Goes through a statement. */
export type Step = (at: Stop) => Flow;

/** Goes through statements in order; null if there are none. What is not reached is gone through once if it has loops. */
export function inOrder(steps: readonly { readonly step: Step; readonly loops: boolean }[]): Step | null {
  if (steps.length === 0) return null;
  return (at) => {
    for (let i = 0; i < steps.length; i++) {
      const flow = steps[i]?.step(at) ?? 'next';
      if (flow === 'next') continue;
      const rest = steps.slice(i + 1);
      const left =
        rest.some(({ loops }) => loops) && at.trips.isNew(rest[0] as object) ? inOrder(rest) : null;
      if (left !== null) at.trail.aside(() => left({ ...at }));
      return flow;
    }
    return 'next';
  };
}

/** Leaving early is taken not to happen as long as another way does not. */
const preferred: readonly Flow[] = ['next', 'continue', 'break', 'return'];

/** Goes several ways of which nobody knows which is taken; a way without steps does nothing. */
export function fork(at: Stop, ways: readonly (Step | null)[]): Flow {
  const { held } = at.trail;
  const before = held.values;
  const ends = ways.map((way) => {
    held.values = new Map(before);
    const stop: Stop = { ...at };
    const flow = way?.(stop) ?? 'next';
    return { flow, values: held.values, returned: stop.returned };
  });
  const flow = preferred.find((one) => ends.some((end) => end.flow === one)) ?? 'next';
  const going = ends.filter((end) => end.flow === flow);
  held.values = merged(going.map(({ values }) => values));
  const [first, ...others] = going.map(({ returned }): Value | null | undefined => returned);
  at.returned = others.every((other) => other === first) ? first : null;
  return flow;
}
