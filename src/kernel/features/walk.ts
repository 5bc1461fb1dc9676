import { type FnElem, live, type Statement } from '../wesl.ts';
import { valueCode } from './evaluate.ts';
import { assignCode, expressionCode, stepCode } from './expressions.ts';
import { everyone } from './run.ts';
import type { Scope } from './scope.ts';
import { adding, type CountCode, counterIndex, perform, sequence, stepping, Tally } from './tally.ts';
import { tripCode } from './trip-count.ts';

const iterations = counterIndex('iterations');

const bodies = new WeakMap<Scope, { code: CountCode | null | 'unfinished' }>();

/** Code that counts the body of a function once; unfinished while it is being made, as for a function that calls itself. */
export function functionCode(fn: FnElem, scope: Scope): () => CountCode | null | 'unfinished' {
  return () => {
    let body = bodies.get(scope);
    if (!body) {
      body = { code: 'unfinished' };
      bodies.set(scope, body);
      body.code = blockCode(fn.body.body, scope);
    }
    return body.code;
  };
}

/**
 * Code that counts statements. Of alternatives (`if`, `switch`) the most expensive counts, counter by counter, unless it
 * is known for all invocations which is taken; bodies of loops count as often as they run.
 */
function blockCode(statements: readonly Statement[], scope: Scope): CountCode | null {
  return sequence(
    live(statements, scope.program.module).map((statement) =>
      scope.program.statementCode(statement, scope, () => statementCode(statement, scope)),
    ),
  );
}

function statementCode(statement: Statement, scope: Scope): CountCode | null {
  switch (statement.kind) {
    case 'var':
    case 'let':
      return statement.init ? expressionCode(statement.init, scope) : null;
    case 'assign':
      return assignCode(statement, scope);
    case 'increment':
    case 'decrement':
      return stepCode(statement.target, scope);
    case 'call':
      return expressionCode(statement.call, scope);
    case 'return':
      return statement.value ? expressionCode(statement.value, scope) : null;
    case 'block':
      return blockCode(statement.body, scope);
    case 'if':
      return branchCode(statement, scope);
    case 'switch':
      return sequence([
        expressionCode(statement.selector, scope),
        adding('branches'),
        largestCode(
          live(statement.clauses, scope.program.module).map((clause) => blockCode(clause.body.body, scope)),
        ),
      ]);
    case 'for': {
      const { init, condition, update, body } = statement;
      const repeated = sequence([blockCode(body.body, scope), update ? statementCode(update, scope) : null]);
      return sequence([
        init ? statementCode(init, scope) : null,
        loopCode(statement, condition ? expressionCode(condition, scope) : null, repeated, scope),
      ]);
    }
    case 'while':
      return loopCode(
        statement,
        expressionCode(statement.condition, scope),
        blockCode(statement.body.body, scope),
        scope,
      );
    case 'loop':
      // The body's last statement is its `continuing`, whose last is its `break if`.
      return loopCode(statement, null, blockCode(statement.body.body, scope), scope);
    case 'continuing':
      return blockCode(statement.body.body, scope);
    case 'break':
      return statement.condition ? expressionCode(statement.condition, scope) : null;
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

function branchCode(statement: Extract<Statement, { kind: 'if' }>, scope: Scope): CountCode | null {
  const taken = valueCode(statement.condition, scope);
  const condition = expressionCode(statement.condition, scope);
  const then = blockCode(statement.body.body, scope);
  const otherwise = statement.else ? statementCode(statement.else, scope) : null;
  const either = sequence([adding('branches'), largestCode([then, otherwise])]);
  const choice = stepping((run, frame, tally, times) => {
    const value = taken(run, frame, everyone);
    const code = typeof value === 'boolean' ? (value ? then : otherwise) : either;
    if (code !== null) perform(code, run, frame, tally, times);
  });
  return sequence([condition, choice]);
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

/** @param condition is tested once more than the body runs. */
function loopCode(
  loop: Extract<Statement, { kind: 'for' | 'while' | 'loop' }>,
  condition: CountCode | null,
  body: CountCode | null,
  scope: Scope,
): CountCode {
  const tripsOf = tripCode(loop, scope);
  return stepping((run, frame, tally, times) => {
    const trips = tripsOf(run, frame);
    if (condition !== null) perform(condition, run, frame, tally, times * (trips + 1));
    if (trips === 0) return;
    tally.add(iterations, times * trips);
    const before = tally.loopDepth;
    tally.loopDepth = 0;
    if (body !== null) perform(body, run, frame, tally, times * trips);
    tally.loopDepth = Math.max(before, tally.loopDepth + 1);
  });
}
