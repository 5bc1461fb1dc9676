import type { ExpressionElem } from '../wesl.ts';
import { pointedAtCode } from './address.ts';
import { stepping } from './count-code.ts';
import { arrivals, type CountCode } from './run.ts';
import type { Scope } from './scope.ts';
import { counterIndex } from './tally.ts';

const contended = counterIndex('contendedAtomics');

/** Code for an atomic that waits for its neighbours': both change one place. Unknown where data decides the place. */
export function contentionCode(pointer: ExpressionElem, scope: Scope): CountCode {
  const address = pointedAtCode(pointer, scope);
  const [one, other] = arrivals;
  return stepping((run, frame, tally, times) => {
    const readsBefore = run.laneReads;
    const first = address(run, frame, one);
    const differs = run.laneReads !== readsBefore;
    if (Number.isNaN(first)) tally.add(contended, Number.NaN);
    else if (!differs || address(run, frame, other) === first) tally.add(contended, times);
  });
}
