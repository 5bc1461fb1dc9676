import { type DeclIdent, live, type Statement } from '../wesl.ts';
import { countAssignments } from './assignments.ts';
import type { Step } from './flow.ts';
import { guardsAhead, inductionOf, type Loop, leavesEarly, loopTest } from './induction.ts';
import type { Relevance } from './relevance.ts';
import type { Frame, Run } from './run.ts';
import type { Scope } from './scope.ts';
import type { Stop } from './trail.ts';
import { countedCode, goesOnCode } from './trip-count.ts';

/** Turns of one loop that are gone through at most. */
const maxTurns = 1 << 14;

/** Whether a loop goes on; null if that is unknown. */
type Test = (run: Run, frame: Frame) => boolean | null;

/** What goes through the statements in a loop. */
interface Steps {
  block(statements: readonly Statement[], scope: Scope): Step | null;
  readonly relevance: Relevance;
}

/** The parts of a loop, as steps. */
interface LoopSteps {
  readonly init: Step | null;
  /** What comes before the test. */
  readonly head: Step | null;
  readonly test: Test | null;
  /** What may end the loop before a turn has done anything. */
  readonly guards: Step | null;
  readonly body: Step | null;
  /** After the body. */
  readonly update: Step | null;
  /** At the end of a turn; null if there is none. */
  readonly lastTest: Test | null;
  /** Whether the turn in which the test ends the loop counts. */
  readonly lastTurn: 0 | 1;
  /** Whether the test is all that ends the loop. */
  readonly needsTest: boolean;
  /** Variables that the loop may change. */
  readonly changed: readonly DeclIdent[];
}

/** Goes through a loop turn by turn, or past it if its turns change nothing that matters. */
export function loopStep(loop: Loop, scope: Scope, code: Steps): Step {
  const steps = stepsOf(loop, scope, code);
  const induction = inductionOf(loop, scope);
  const counted = induction && countedCode(induction, scope);
  const isPassable =
    loop.kind === 'for' &&
    loop.init?.kind === 'var' &&
    [steps.head, steps.guards, steps.body].every((step) => step === null);
  const tripsKnown = (at: Stop): number | null => {
    const start = induction && at.trail.held.values.get(induction.variable);
    if (!counted || typeof start?.value !== 'number') return null;
    const { value, differs } = start;
    return counted(at.trail.run, at.frame, { value, shared: () => differs });
  };
  return (at) => {
    const { trail, trips: seen } = at;
    steps.init?.(at);
    const known = tripsKnown(at);
    if (known !== null && isPassable) {
      seen.add(loop, known, trail);
      return 'next';
    }
    const around = trail.turns;
    const isHopeless = seen.isEndless(loop);
    trail.turns = seen.turns(loop, trail);
    const gone = isHopeless ? null : takeTurns(at, steps);
    if (gone === null) giveUp(at, steps);
    trail.turns = around;
    // Where invocations share the turns, the form of the loop says how many each has.
    const trips = steps.needsTest || gone === null ? (known ?? gone?.turns) : gone.turns;
    seen.add(loop, trips ?? Number.NaN, trail);
    return gone?.end === 'return' ? 'return' : 'next';
  };
}

function stepsOf(loop: Loop, scope: Scope, code: Steps): LoopSteps {
  const { module } = scope.program;
  const heads = loop.kind === 'for' ? [loop.init, loop.update] : [];
  const [init, update] = heads.map((head) => (head ? code.block([head as Statement], scope) : null));
  const own = live(loop.body.body, module);
  const last = own.at(-1);
  const continuing = last?.kind === 'continuing' ? last : null;
  const exit = loopTest(loop, scope);
  const ends = continuing?.breakIf;
  // A test within the body comes after what is before it.
  const at = exit !== null && Number.isFinite(exit.index) ? exit.index + 1 : 0;
  const rest = continuing ? own.slice(at, -1) : own.slice(at);
  const guards = exit?.isLate ? 0 : guardsAhead(rest, scope);
  const written = [...own, ...heads.filter((head) => head !== undefined)];
  return {
    init: init ?? null,
    head: code.block(own.slice(0, Math.max(0, at - 1)), scope),
    test: exit && Number.isFinite(exit.index) ? goesOnCode(exit, scope) : null,
    guards: code.block(rest.slice(0, guards), scope),
    body: code.block(rest.slice(guards), scope),
    update: continuing ? code.block(continuing.body.body, scope) : (update ?? null),
    lastTest: ends ? goesOnCode({ condition: ends, stops: true }, scope) : null,
    lastTurn: exit?.isLate ? 1 : 0,
    needsTest: !leavesEarly(loop, scope),
    changed: [...countAssignments(written, module).keys()].filter((one) => code.relevance.decides(one)),
  };
}

interface TurnsTaken {
  readonly turns: number;
  /** What ended it. */
  readonly end: 'test' | 'break' | 'return';
}

/** How many turns a loop takes; null if it does not end, or nobody knows when. */
function takeTurns(at: Stop, steps: LoopSteps): TurnsTaken | null {
  const { trail, frame } = at;
  for (let turn = 0; turn <= maxTurns && trail.iterate(); turn++) {
    const changesBefore = trail.changes;
    trail.turns.count++;
    const before = steps.head?.(at) ?? 'next';
    if (before === 'return' || before === 'break') return { turns: turn + 1, end: before };
    const goesOn = before === 'continue' ? true : steps.test?.(trail.run, frame);
    if (goesOn === null && steps.needsTest) return null;
    const isStopped = goesOn !== false && before === 'next' && steps.guards?.(at) === 'break';
    if (goesOn === false || isStopped) {
      // Of a loop that ends in its first turn, the rest may be reached by others.
      if (turn === 0 && steps.body !== null && at.trips.isNew(steps))
        trail.aside(() => steps.body?.({ ...at }));
      if (steps.lastTurn === 0) trail.turns.count--;
      return { turns: turn + steps.lastTurn, end: isStopped ? 'break' : 'test' };
    }
    const flow = before === 'continue' ? before : (steps.body?.(at) ?? 'next');
    if (flow === 'return' || flow === 'break') return { turns: turn + 1, end: flow };
    steps.update?.(at);
    if (steps.lastTest?.(trail.run, frame) === false) return { turns: turn + 1, end: 'test' };
    // A turn that changes nothing is followed by another of the same kind.
    if (trail.changes === changesBefore) return null;
  }
  return null;
}

/** Goes once through a loop whose turns are unknown: whatever it changes is unknown, then and afterwards. */
function giveUp(at: Stop, { changed, head, guards, body, update }: LoopSteps): void {
  const forget = () => {
    for (const declaration of changed) {
      if (at.trail.held.values.has(declaration))
        at.trail.held.values.set(declaration, { value: null, differs: true });
    }
  };
  forget();
  at.trail.turns.count++;
  head?.({ ...at });
  guards?.({ ...at });
  body?.({ ...at });
  update?.({ ...at });
  forget();
}
