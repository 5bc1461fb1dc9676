import { type ForInit, type FunctionCallExpression, live, type Statement } from '../wesl.ts';
import { adding, perform, sequence, stepping } from './count-code.ts';
import { assignCode, calledFunction, callStatementCode, expressionCode, stepCode } from './expressions.ts';
import { arrivals, type CountCode, everyone, type Frame, type Run } from './run.ts';
import type { Scope } from './scope.ts';
import { counterIndex, Tally } from './tally.ts';
import { tripCode } from './trip-count.ts';

const iterations = counterIndex('iterations');
const divergentBranches = counterIndex('divergentBranches');

/**
 * Code that counts statements. Of alternatives (`if`, `switch`) the most expensive counts, counter by counter, unless it
 * is known for all invocations which is taken; bodies of loops count as often as they run.
 */
export function blockCode(statements: readonly Statement[], scope: Scope): CountCode | null {
  return sequence(live(statements, scope.program.module).map((statement) => statementCode(statement, scope)));
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
    case 'switch': {
      const { selector } = statement;
      const clauses = live(statement.clauses, scope.program.module);
      return sequence([
        scope.program.remember(statement, [selector], scope, () => expressionCode(selector, scope)),
        adding('branches'),
        largestCode(clauses.map((clause) => blockCode(clause.body.body, scope))),
      ]);
    }
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

function branchCode(statement: Extract<Statement, { kind: 'if' }>, scope: Scope): CountCode | null {
  const test = statement.condition;
  const { taken, condition } = scope.program.remember(statement, [test], scope, () => ({
    taken: scope.value(test),
    condition: expressionCode(test, scope),
  }));
  const then = blockCode(statement.body.body, scope);
  const otherwise = statement.else ? statementCode(statement.else, scope) : null;
  const either = sequence([adding('branches'), largestCode([then, otherwise])]);
  const choice = stepping((run, frame, tally, times) => {
    const value = taken(run, frame, everyone);
    const readsBefore = run.laneReads;
    if (typeof value !== 'boolean') {
      taken(run, frame, arrivals[0]);
      if (run.laneReads !== readsBefore) tally.add(divergentBranches, times);
    }
    const code = typeof value === 'boolean' ? (value ? then : otherwise) : either;
    if (code !== null) perform(code, run, frame, tally, times);
  });
  return sequence([condition, choice]);
}

/** The parts of a loop that are not its body. */
interface LoopHead {
  readonly init: CountCode | null;
  readonly condition: CountCode | null;
  readonly update: CountCode | null;
  readonly trips: (run: Run, frame: Frame) => number;
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
  { init, condition, update, trips: tripsOf }: LoopHead,
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
    if (body !== null) perform(body, run, frame, tally, times * trips);
    tally.loopDepth = Math.max(before, tally.loopDepth + 1);
  });
  return sequence([init, repeated]);
}
