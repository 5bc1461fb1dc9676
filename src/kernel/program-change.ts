import { countedPasses, parsedPasses } from './counted-passes.ts';
import { type Work, type WorkKind, workOf } from './features/index.ts';
import { bufferParts } from './identity.ts';
import { reachableFrom } from './reachable.ts';
import type { Program, Variant } from './types.ts';
import type { WgslModule } from './wesl.ts';

/** A kind of work of which head does more or less than base; null where one of them cannot be known without running it. */
export interface MovedWork extends WorkKind {
  readonly base: number | null;
  readonly head: number | null;
}

/** How one program differs from another, as facts: nothing here says what that costs. */
export interface ProgramChange {
  /** `code`: what its entry points reach. `launch`: passes and their workgroups. `data`: what its buffers hold, and how much. */
  readonly differs: readonly ('code' | 'launch' | 'data')[];
  /** By what tells most, what moved by next to nothing last. */
  readonly moved: readonly MovedWork[];
  /** Work of neither that can be known without running them. */
  readonly unknown: readonly string[];
}

/** Relative difference below which two counts are one: they are sums in another order. */
const rounding = 1e-9;

function isEqual(a: number, b: number): boolean {
  return a === b || Math.abs(a - b) <= rounding * Math.max(Math.abs(a), Math.abs(b));
}

/** Whether the same is done: in all, or by each of other invocations, whose number is told by itself. */
function isUnmoved(base: Work, head: Work): boolean {
  if (isEqual(base.amount, head.amount)) return true;
  return (
    base.perInvocation !== null &&
    head.perInvocation !== null &&
    isEqual(base.perInvocation, head.perInvocation)
  );
}

/** What moved by less is told after the rest. */
const worthTelling = Math.log(1.05);

function isSmall({ base, head }: MovedWork): boolean {
  return base !== null && head !== null && Math.abs(Math.log(head / base)) < worthTelling;
}

const known = (amount: number) => (Number.isNaN(amount) ? null : amount);

function codeOf(program: Program, modules: readonly WgslModule[]): string {
  return JSON.stringify(
    program.passes.map(({ entryPoint }, i) => [
      entryPoint,
      reachableFrom(entryPoint, modules[i] as WgslModule).map(({ tokens }) => tokens),
    ]),
  );
}

function launchOf({ passes, buffers }: Program): string {
  const places = buffers.map(({ group, binding }) => [group, binding]);
  return JSON.stringify(
    passes.map(({ dispatch, bindings }) => [
      dispatch,
      bindings.map(({ group, binding, buffer }) => [group, binding, places[buffer]]),
    ]),
  );
}

/** How head's program differs from base's; null where one of them is no WGSL, or none that can be read. */
export function programChange(
  { program: base }: Pick<Variant, 'program'>,
  { program: head }: Pick<Variant, 'program'>,
): ProgramChange | null {
  if (base === null || head === null) return null;
  const [before, after] = [parsedPasses(base), parsedPasses(head)];
  if (before === null || after === null) return null;
  const [from, to] = [countedPasses(base), countedPasses(head)];
  if (from === null || to === null) return null;
  const data = ({ buffers }: Program) => JSON.stringify(bufferParts(buffers));
  const differs = [
    ...(codeOf(base, before) === codeOf(head, after) ? [] : (['code'] as const)),
    ...(launchOf(base) === launchOf(head) ? [] : (['launch'] as const)),
    ...(data(base) === data(head) ? [] : (['data'] as const)),
  ];
  const works = workOf(to, head.buffers);
  const moved: MovedWork[] = [];
  const unknown: string[] = [];
  for (const [i, one] of workOf(from, base.buffers).entries()) {
    const other = works[i] as Work;
    const { what, per, unit, amount } = one;
    if (Number.isNaN(amount) && Number.isNaN(other.amount)) unknown.push(what);
    else if (!isUnmoved(one, other))
      moved.push({ what, per, unit, base: known(amount), head: known(other.amount) });
  }
  return { differs, moved: moved.sort((a, b) => Number(isSmall(a)) - Number(isSmall(b))), unknown };
}
