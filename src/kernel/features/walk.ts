import { type ForInit, type FunctionCallExpression, live, type Statement } from '../wesl.ts';
import { adding, perform, sequence, stepping } from './count-code.ts';
import { assignCode, calledFunction, callStatementCode, expressionCode, stepCode } from './expressions.ts';
import { arrivals, type CountCode, everyone, type Frame, type Run } from './run.ts';
import type { Scope } from './scope.ts';
import { type Share, shareCode } from './share.ts';
import { counterIndex, Tally } from './tally.ts';
import { tripCode, turnCode } from './trip-count.ts';

const iterations = counterIndex('iterations');
const branches = counterIndex('branches');
const divergentBranches = counterIndex('divergentBranches');

/**
 * Code that counts statements. Of alternatives (`if`, `switch`) each counts for the share of subgroups that take it, where places and
 * turns of loops decide; where data does, the most expensive counts, counter by counter. What comes after a way that returns, or goes
 * on with the next turn, counts for those who do not take it. Bodies of loops count as often as they run.
 */
export function blockCode(statements: readonly Statement[], scope: Scope): CountCode | null {
  return liveCode(live(statements, scope.program.module), scope);
}

/** The same of statements whose conditions hold. */
function liveCode(all: readonly Statement[], scope: Scope): CountCode | null {
  const index = all.findIndex((statement) => statement.kind === 'if' && guardedBy(statement, scope) !== null);
  const guard = all[index];
  if (guard?.kind !== 'if') return sequence(all.map((statement) => statementCode(statement, scope)));
  // Whoever goes on with the next turn comes by this.
  const last = all.at(-1)?.kind === 'continuing' ? all.length - 1 : all.length;
  const rest = { code: liveCode(all.slice(index + 1, last), scope), by: guardedBy(guard, scope) ?? 'met' };
  return sequence([
    ...all.slice(0, index).map((statement) => statementCode(statement, scope)),
    branchCode(guard, scope, rest),
    ...all.slice(last).map((statement) => statementCode(statement, scope)),
  ]);
}

/** Which of the two lets what follows an `if` run, where the other leaves; null if both do. */
function guardedBy(statement: Extract<Statement, { kind: 'if' }>, scope: Scope): keyof Share | null {
  const isLeaving = (way: Statement | undefined): boolean => {
    if (way?.kind === 'return' || way?.kind === 'continue') return true;
    return way?.kind === 'block' && isLeaving(live(way.body, scope.program.module).at(-1));
  };
  const met = isLeaving({ ...statement.body, kind: 'block' } as Statement);
  const unmet = isLeaving(statement.else);
  return met === unmet ? null : met ? 'unmet' : 'met';
}

function statementCode(statement: Statement, scope: Scope): CountCode | null {
  const whole = (make: () => CountCode | null) => scope.program.remember(statement, [statement], scope, make);
  const gathered = (make: () => CountCode | null) => scope.program.gather(statement, statement, make);
  switch (statement.kind) {
    case 'var':
    case 'let': {
      const { init } = statement;
      return whole(() => (init ? expressionCode(init, scope) : null));
    }
    case 'assign':
      return whole(() => assignCode(statement, scope));
    case 'increment':
    case 'decrement':
      return whole(() => stepCode(statement.target, scope));
    case 'call':
      return callCode(statement.call, statement, scope);
    case 'return': {
      const { value } = statement;
      return whole(() => (value ? expressionCode(value, scope) : null));
    }
    case 'block':
      return gathered(() => blockCode(statement.body, scope));
    case 'if':
      return gathered(() => branchCode(statement, scope));
    case 'switch':
      return switchCode(statement, scope);
    case 'for':
      return gathered(() => forCode(statement, scope));
    case 'while':
    case 'loop': {
      const parts = statement.kind === 'while' ? [statement.condition] : [];
      const looked = { kind: 'mention', element: statement } as const;
      const head = scope.program.remember(statement, [looked, ...parts], scope, () => ({
        init: null,
        condition: statement.kind === 'while' ? expressionCode(statement.condition, scope) : null,
        update: null,
        trips: tripCode(statement, scope),
        turns: turnCode(statement, scope),
      }));
      // The last statement of a `loop` is its `continuing`, whose last is its `break if`.
      return loopCode(head, blockCode(statement.body.body, scope));
    }
    case 'continuing':
      return blockCode(statement.body.body, scope);
    case 'break': {
      const { condition } = statement;
      return whole(() => (condition ? expressionCode(condition, scope) : null));
    }
    case 'const':
    case 'assert':
    case 'continue':
    case 'discard':
    case 'empty':
      return null;
    default:
      // A kind of statement this version does not know may do anything.
      return stepping((_run, _frame, tally) => tally.forget());
  }
}

function callCode(call: FunctionCallExpression, statement: Statement, scope: Scope): CountCode | null {
  const { program } = scope;
  const callee = call.function.kind === 'ref' ? call.function.ident : call.function.name;
  const head = { kind: 'head', name: callee.originalName } as const;
  const fn = program.remember(call.function, [head], scope, () => calledFunction(call, scope));
  if (fn === null) {
    return program.remember(statement, [statement], scope, () => expressionCode(call, scope));
  }
  program.body(fn);
  return program.remember(call, [head, ...call.arguments], scope, () => callStatementCode(fn, call, scope));
}

/** @param rest what runs after those ways that do not leave */
function branchCode(
  statement: Extract<Statement, { kind: 'if' }>,
  scope: Scope,
  rest: { readonly code: CountCode | null; readonly by: keyof Share } | null = null,
): CountCode | null {
  const test = statement.condition;
  const { taken, condition } = scope.program.remember(statement, [test], scope, () => ({
    taken: scope.value(test),
    condition: expressionCode(test, scope),
  }));
  const share = shareCode(taken);
  const then = blockCode(statement.body.body, scope);
  const otherwise = statement.else ? statementCode(statement.else, scope) : null;
  const dearest = largestCode([then, otherwise]);
  const choice = stepping((run, frame, tally, times) => {
    const go = (code: CountCode | null | undefined, part: number) => {
      if (code) performPart(code, part, run, frame, tally, times);
    };
    const value = taken(run, frame, everyone);
    if (typeof value === 'boolean') {
      go(value ? then : otherwise, 1);
      go(rest?.code, rest?.by === (value ? 'met' : 'unmet') ? 1 : 0);
      return;
    }
    const readsBefore = run.laneReads;
    taken(run, frame, arrivals[0]);
    if (run.laneReads !== readsBefore) tally.add(divergentBranches, times);
    tally.add(branches, times);
    const shares = share(run, frame);
    if (shares === null) go(dearest, 1);
    else {
      go(then, shares.met);
      go(otherwise, shares.unmet);
    }
    if (rest !== null) go(rest.code, shares === null ? 1 : shares[rest.by]);
  });
  return sequence([condition, choice]);
}

function switchCode(statement: Extract<Statement, { kind: 'switch' }>, scope: Scope): CountCode | null {
  const { selector } = statement;
  const clauses = live(statement.clauses, scope.program.module);
  const looked = { kind: 'mention', element: statement } as const;
  const { head, cases } = scope.program.remember(statement, [looked, selector], scope, () => ({
    head: expressionCode(selector, scope),
    cases: casesOf(statement, scope),
  }));
  const ways = clauses.map((clause) => blockCode(clause.body.body, scope));
  const dearest = largestCode(ways);
  if (dearest === null) return sequence([head, adding('branches')]);
  const choice = stepping((run, frame, tally, times) => {
    const shares = cases.map(({ share }) => share(run, frame)?.met ?? Number.NaN);
    if (shares.some(Number.isNaN)) perform(dearest, run, frame, tally, times);
    else {
      for (const [i, way] of ways.entries()) {
        if (way) performPart(way, shares[i] ?? 0, run, frame, tally, times);
      }
    }
  });
  return sequence([head, adding('branches'), choice]);
}

/** Of each clause of a `switch` the share that takes it. */
function casesOf(
  { selector, clauses }: Extract<Statement, { kind: 'switch' }>,
  scope: Scope,
): readonly { readonly share: ReturnType<typeof shareCode> }[] {
  const value = scope.value(selector);
  const listed = live(clauses, scope.program.module).map((clause) => ({
    isDefault: clause.selectors.includes('default'),
    values: clause.selectors.filter((one) => one !== 'default').map((one) => scope.value(one)),
  }));
  const all = listed.flatMap(({ values }) => values);
  return listed.map(({ isDefault, values }) => ({
    share: shareCode((run, frame, view) => {
      const selected = value(run, frame, view);
      if (typeof selected !== 'number') return null;
      const among = (some: typeof all) => some.some((one) => one(run, frame, view) === selected);
      return among(values) || (isDefault && !among(all));
    }),
  }));
}

/** Counts code that a share of those who come by it take. */
function performPart(
  code: CountCode,
  part: number,
  ...[run, frame, tally, times]: [run: Run, frame: Frame, tally: Tally, times: number]
): void {
  if (!(part > 0)) return;
  const { share } = run;
  run.share *= part;
  perform(code, run, frame, tally, times * part);
  run.share = share;
}

/** The parts of a loop that are not its body. */
interface LoopHead {
  readonly init: CountCode | null;
  readonly condition: CountCode | null;
  readonly update: CountCode | null;
  readonly trips: (run: Run, frame: Frame) => number;
  readonly turns: ReturnType<typeof turnCode>;
}

function forCode(loop: Extract<Statement, { kind: 'for' }>, scope: Scope): CountCode | null {
  const { init, condition, update } = loop;
  const parts = [init, condition, update].filter((part) => part !== undefined);
  const head = scope.program.remember(
    loop,
    parts,
    scope,
    (): LoopHead => ({
      init: init ? partCode(init, scope) : null,
      condition: condition ? expressionCode(condition, scope) : null,
      update: update ? partCode(update, scope) : null,
      trips: tripCode(loop, scope),
      turns: turnCode(loop, scope),
    }),
  );
  return loopCode(head, blockCode(loop.body.body, scope));
}

/** What stands in the head of a loop, as a part of it. */
function partCode(statement: ForInit, scope: Scope): CountCode | null {
  switch (statement.kind) {
    case 'assign':
      return assignCode(statement, scope);
    case 'increment':
    case 'decrement':
      return stepCode(statement.target, scope);
    case 'call':
      return expressionCode(statement.call, scope);
    case 'const':
      return null;
    default:
      return statement.init ? expressionCode(statement.init, scope) : null;
  }
}

function largestCode(alternatives: readonly (CountCode | null)[]): CountCode | null {
  const codes = alternatives.filter((code) => code !== null);
  // Nothing costs less than anything else.
  if (codes.length <= 1) return codes[0] ?? null;
  return stepping((run, frame, tally, times) => {
    const tallies = codes.map((code) => {
      const one = new Tally();
      one.loopDepth = tally.loopDepth;
      perform(code, run, frame, one, times);
      return one;
    });
    tally.addLargest(tallies);
  });
}

function loopCode(
  { init, condition, update, trips: tripsOf, turns }: LoopHead,
  block: CountCode | null,
): CountCode | null {
  const body = sequence([block, update]);
  const repeated = stepping((run, frame, tally, times) => {
    const trips = tripsOf(run, frame);
    // The condition is tested once more than the body runs.
    if (condition !== null) perform(condition, run, frame, tally, times * (trips + 1));
    if (trips === 0) return;
    tally.add(iterations, times * trips);
    const before = tally.loopDepth;
    tally.loopDepth = 0;
    const { loops } = run.sample;
    if (turns !== null) loops.push({ ...turns, frame, trips });
    const { share } = run;
    run.share = 1;
    if (body !== null) perform(body, run, frame, tally, times * trips);
    run.share = share;
    if (turns !== null) loops.pop();
    tally.loopDepth = Math.max(before, tally.loopDepth + 1);
  });
  return sequence([init, repeated]);
}
