import type { FnElem, Statement } from '../wesl.ts';
import { evaluate } from './evaluate.ts';
import { countAssign, countExpression, countStep } from './expressions.ts';
import { everyone, type Frame } from './frame.ts';
import { Tally } from './tally.ts';
import { tripCount } from './trip-count.ts';

/** Where counts go, and how often what is being counted runs. */
export interface Count {
  readonly tally: Tally;
  readonly frame: Frame;
  /** NaN if unknown. */
  readonly times: number;
  /** Calls left to be followed; shared, so that a program of calls within calls cannot take forever. */
  readonly calls: { left: number };
}

/** Counts the body of a function once. */
export function countFunction(fn: FnElem, count: Count): void {
  countStatements(fn.body.body, count);
}

/**
 * Counts statements. Of alternatives (`if`, `switch`) the most expensive counts, counter by counter, unless it is known
 * for all invocations which is taken; bodies of loops count as often as they run.
 */
function countStatements(statements: readonly Statement[], count: Count): void {
  for (const statement of statements) countStatement(statement, count);
}

function countStatement(statement: Statement, count: Count): void {
  switch (statement.kind) {
    case 'var':
    case 'let':
      if (statement.init) countExpression(statement.init, count);
      return;
    case 'assign':
      countAssign(statement, count);
      return;
    case 'increment':
    case 'decrement':
      countStep(statement.target, count);
      return;
    case 'call':
      countExpression(statement.call, count);
      return;
    case 'return':
      if (statement.value) countExpression(statement.value, count);
      return;
    case 'block':
      countStatements(statement.body, count);
      return;
    case 'if': {
      const taken = evaluate(statement.condition, everyone, count.frame);
      countExpression(statement.condition, count);
      if (typeof taken === 'boolean') {
        const branch = taken ? statement.body : statement.else;
        if (branch) countStatement(branch, count);
        return;
      }
      count.tally.add('branches', count.times);
      countLargest([[statement.body], statement.else ? [statement.else] : []], count);
      return;
    }
    case 'switch':
      countExpression(statement.selector, count);
      count.tally.add('branches', count.times);
      countLargest(
        statement.clauses.map((clause) => clause.body.body),
        count,
      );
      return;
    case 'for': {
      const trips = tripCount(statement, count.frame);
      if (statement.init) countStatement(statement.init, count);
      // The condition is tested once more than the body runs.
      if (statement.condition) countExpression(statement.condition, repeated(count, trips + 1));
      countLoopBody([...statement.body.body, ...(statement.update ? [statement.update] : [])], trips, count);
      return;
    }
    case 'while': {
      const trips = tripCount(statement, count.frame);
      countExpression(statement.condition, repeated(count, trips + 1));
      countLoopBody(statement.body.body, trips, count);
      return;
    }
    case 'loop':
      // The body's last statement is its `continuing`, whose last is its `break if`.
      countLoopBody(statement.body.body, tripCount(statement, count.frame), count);
      return;
    case 'continuing':
      countStatements(statement.body.body, count);
      return;
    case 'break':
      if (statement.condition) countExpression(statement.condition, count);
      return;
    case 'const':
    case 'assert':
    case 'continue':
    case 'discard':
    case 'empty':
      return;
    default:
      // A kind of statement this version does not know may do anything.
      count.tally.forget();
  }
}

function countLargest(alternatives: readonly (readonly Statement[])[], count: Count): void {
  const tallies = alternatives.map((statements) => {
    const tally = new Tally();
    tally.loopDepth = count.tally.loopDepth;
    countStatements(statements, { ...count, tally });
    return tally;
  });
  count.tally.addLargest(tallies);
}

function repeated(count: Count, trips: number): Count {
  return { ...count, times: count.times * trips };
}

function countLoopBody(statements: readonly Statement[], trips: number, count: Count): void {
  if (trips === 0) return;
  count.tally.add('iterations', count.times * trips);
  const inner = new Tally();
  countStatements(statements, { ...repeated(count, trips), tally: inner });
  inner.loopDepth += 1;
  count.tally.addLargest([inner]);
}
