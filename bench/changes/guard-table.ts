import type { CountedChange } from './counted.ts';
import type { Told } from './direction.ts';
import { openKernel } from './kernels.ts';
import { mutations } from './mutations.ts';
import { atDefaults, type ChangesRecording, type GuardedChange } from './recording.ts';

const margin = Math.log(1.1);
/** By how much less the guard calls improved. */
const improvedBy = Math.log(0.99);

/** `right`, `wrong`, or `no call`, by what was measured give or take twice its error. */
function rightness(
  { verdict }: GuardedChange,
  { logRatio, error, kernel, name, equal }: CountedChange,
): 'right' | 'wrong' | 'no call' {
  const kind = mutations.find((one) => one.kernel === kernel && one.name === name)?.kind;
  const [least, most] = [logRatio - 2 * error, logRatio + 2 * error];
  const holds: Readonly<Record<string, boolean>> = {
    regressed: most > margin,
    improved: least < improvedBy,
    unchanged: least <= margin && most >= improvedBy,
  };
  if (verdict === 'inconclusive' || verdict === 'environment') return 'no call';
  if (kind === 'other') return verdict === 'wrong-result' ? 'right' : 'wrong';
  if (equal) return verdict === 'identical' ? 'right' : 'wrong';
  return holds[verdict] === true ? 'right' : 'wrong';
}

const times = (logRatio: number) => `x ${Math.exp(logRatio).toFixed(2)}`;

/** Each change that the guard judged: what was measured, what the model calls, the guard's verdict, and whether that is right. */
export function guardTable(
  { guarded = [], limits }: ChangesRecording,
  changes: readonly CountedChange[],
  told: (change: CountedChange) => Told,
): string {
  const judged = guarded.flatMap((verdict) => {
    const { defaults } = openKernel(verdict.kernel, [], limits).kernel;
    const isOf = ({ kernel, name }: CountedChange) => kernel === verdict.kernel && name === verdict.name;
    const change = changes.find((one) => isOf(one) && atDefaults(one, defaults));
    return change === undefined ? [] : [{ verdict, change, is: rightness(verdict, change) }];
  });
  const rows = judged.map(({ verdict, change, is }) => {
    const { logRatio, doubt } = told(change);
    const model = change.equal ? 'equal' : Math.abs(logRatio) > doubt ? times(logRatio) : 'no call';
    const guard = `${verdict.verdict}${verdict.ratio === null ? '' : `, ${times(Math.log(verdict.ratio))}`}`;
    const measured = `${times(change.logRatio)} ± ${(200 * change.error).toFixed(0)} %`;
    return `| ${[change.kernel, change.name, measured, model, guard, is].join(' | ')} |`;
  });
  const count = (wanted: string) => judged.filter(({ is }) => is === wanted).length;
  return [
    '| kernel | change | measured | model, other kernels | guard | guard is |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rows,
    `\nGuard: ${count('right')} right, ${count('wrong')} wrong, ${count('no call')} without a call.\n`,
  ].join('\n');
}
