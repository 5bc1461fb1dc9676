import { declarationOf, type ExpressionElem, isConstant } from '../wesl.ts';
import { entryFrame, everyone, type NumberCode, type Run } from './run.ts';
import type { Scope } from './scope.ts';

const nowhere = entryFrame();

/** Code for the number that a constant expression stands for; NaN if it is none. */
export function constantCode(expression: ExpressionElem, scope: Scope): NumberCode {
  const value = scope.value(expression);
  return (run) => {
    const number = value(run, nowhere, everyone);
    return typeof number === 'number' ? number : Number.NaN;
  };
}

/** Whether an expression costs nothing because a compiler knows its value; code where that depends on numbers. */
export type Constancy = boolean | ((run: Run) => boolean);

/** Decides whether a compiler knows the value of an expression. */
export function constancy(expression: ExpressionElem, scope: Scope): Constancy {
  const { module } = scope.program;
  switch (expression.kind) {
    case 'literal':
      return true;
    case 'ref': {
      const element = declarationOf(expression.ident, module)?.declElem;
      return element?.kind === 'const' && element.init ? constancy(element.init, scope) : false;
    }
    case 'parenthesized-expression':
      return constancy(expression.expression, scope);
    case 'unary-expression': {
      const { value } = expression.operator;
      return value === '&' || value === '*' ? false : constancy(expression.expression, scope);
    }
    case 'component-expression':
      return both(constancy(expression.base, scope), constancy(expression.access, scope));
    case 'component-member-expression':
      return constancy(expression.base, scope);
    case 'call-expression': {
      const inner = expression.arguments.map((argument) => constancy(argument, scope));
      return inner.every((part) => part === true) && isConstant(expression, module);
    }
    case 'binary-expression': {
      const left = constancy(expression.left, scope);
      const right = constancy(expression.right, scope);
      const operator = expression.operator.value;
      if (left === false || right === true || (operator !== '&&' && operator !== '||'))
        return both(left, right);
      // `false && x` and `true || x` are decided by what is constant.
      const decided = operator === '||';
      const value = scope.value(expression.left);
      return (run) => holds(left, run) && (value(run, nowhere, everyone) === decided || holds(right, run));
    }
    default:
      return false;
  }
}

function both(left: Constancy, right: Constancy): Constancy {
  if (left === false || right === false) return false;
  if (left === true) return right;
  if (right === true) return left;
  return (run) => left(run) && right(run);
}

function holds(constant: Constancy, run: Run): boolean {
  return typeof constant === 'boolean' ? constant : constant(run);
}
