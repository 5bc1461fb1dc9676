import { type FnElem, live, type Statement } from '../wesl.ts';
import { valueCode } from './evaluate.ts';
import { assignCode, expressionCode, stepCode } from './expressions.ts';
import { everyone } from './run.ts';
import type { Scope } from './scope.ts';
import { adding, type CountCode, counterIndex, sequence, Tally } from './tally.ts';
import { tripCode } from './trip-count.ts';

const iterations = counterIndex('iterations');

const bodies = new WeakMap<Scope, { readonly code: CountCode | null }>();

/** Code that counts the body of a function once, made when it is first asked. */
export function functionCode(fn: FnElem, scope: Scope): () => CountCode | null {
  return () => {
    let body = bodies.get(scope);
    if (!body) {
      body = { code: blockCode(fn.body.body, scope) };
      bodies.set(scope, body);
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
      return (_run, _frame, tally) => tally.forget();
  }
}

function branchCode(statement: Extract<Statement, { kind: 'if' }>, scope: Scope): CountCode {
  const taken = valueCode(statement.condition, scope);
  const condition = expressionCode(statement.condition, scope);
  const then = blockCode(statement.body.body, scope);
  const otherwise = statement.else ? statementCode(statement.else, scope) : null;
  const branches = adding('branches');
  const either = largestCode([then, otherwise]);
  return (run, frame, tally, times) => {
    const value = taken(run, frame, everyone);
    condition?.(run, frame, tally, times);
    if (typeof value === 'boolean') {
      (value ? then : otherwise)?.(run, frame, tally, times);
      return;
    }
    branches(run, frame, tally, times);
    either?.(run, frame, tally, times);
  };
}

function largestCode(alternatives: readonly (CountCode | null)[]): CountCode | null {
  const codes = alternatives.filter((code) => code !== null);
  if (codes.length === 0) return null;
  return (run, frame, tally, times) => {
    const tallies = codes.map((code) => {
      const one = new Tally();
      one.loopDepth = tally.loopDepth;
      code(run, frame, one, times);
      return one;
    });
    tally.addLargest(tallies);
  };
}

/** @param condition is tested once more than the body runs. */
function loopCode(
  loop: Extract<Statement, { kind: 'for' | 'while' | 'loop' }>,
  condition: CountCode | null,
  body: CountCode | null,
  scope: Scope,
): CountCode {
  const tripsOf = tripCode(loop, scope);
  return (run, frame, tally, times) => {
    const trips = tripsOf(run, frame);
    condition?.(run, frame, tally, times * (trips + 1));
    if (trips === 0) return;
    tally.add(iterations, times * trips);
    const inner = new Tally();
    body?.(run, frame, inner, times * trips);
    inner.loopDepth += 1;
    tally.addLargest([inner]);
  };
}
