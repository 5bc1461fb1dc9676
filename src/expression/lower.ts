import { outerName } from './cel.ts';
import type { CelNode } from './cel-node.ts';
import { EvaluationFault, findFunction } from './functions.ts';
import type { ExpressionType, ExpressionValue, ExpressionVariables } from './types.ts';

type Run<T extends ExpressionValue = ExpressionValue> = (variables: ExpressionVariables) => T;

/** Code for one node: a closure over plain numbers, which is far faster than CEL's BigInt interpreter. */
export interface Lowered {
  readonly type: ExpressionType;
  readonly run: Run;
}

type Types = Readonly<Record<string, ExpressionType>>;

const javascriptTypes = { int: 'number', double: 'number', bool: 'boolean', string: 'string' } as const;

function exact(value: number): number {
  if (!Number.isSafeInteger(value)) throw new EvaluationFault('the result is beyond 2^53');
  // Adding 0 turns -0 into 0.
  return value + 0;
}

function nonZero(value: number): number {
  if (value === 0) throw new EvaluationFault('division by zero');
  return value;
}

/** Arithmetic as CEL defines it: integer division truncates, remainders take the dividend's sign. */
const arithmetic: Readonly<Record<string, Readonly<Record<string, (a: number, b: number) => number>>>> = {
  int: {
    '+': (a, b) => exact(a + b),
    '-': (a, b) => exact(a - b),
    '*': (a, b) => exact(a * b),
    '/': (a, b) => (a - (a % nonZero(b))) / b + 0,
    '%': (a, b) => (a % nonZero(b)) + 0,
  },
  double: {
    '+': (a, b) => a + b,
    '-': (a, b) => a - b,
    '*': (a, b) => a * b,
    '/': (a, b) => a / b,
  },
};

const comparisons: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
};

function isNumeric(type: ExpressionType): boolean {
  return type === 'int' || type === 'double';
}

function variable(name: string, type: ExpressionType): Run {
  const wanted = javascriptTypes[type];
  return (variables) => {
    const value = variables[name];
    if (typeof value !== wanted) throw new EvaluationFault(`'${name}' has no value of type ${type}`);
    if (type === 'int' && !Number.isSafeInteger(value))
      throw new EvaluationFault(`'${name}' is ${value}, not a whole number below 2^53`);
    return value as ExpressionValue;
  };
}

function literal(value: unknown): Lowered | null {
  if (typeof value === 'boolean') return { type: 'bool', run: () => value };
  if (typeof value === 'string') return { type: 'string', run: () => value };
  if (typeof value === 'number') return { type: 'double', run: () => value };
  if (typeof value !== 'bigint' || !Number.isSafeInteger(Number(value))) return null;
  const number = Number(value);
  return { type: 'int', run: () => number };
}

function binary(op: string, left: Lowered, right: Lowered): Lowered | null {
  const a = left.run as Run<number>;
  const b = right.run as Run<number>;
  if (op === '==' || op === '!=') {
    if (left.type !== right.type) return null;
    const equal = op === '==';
    return { type: 'bool', run: (variables) => (a(variables) === b(variables)) === equal };
  }
  if (!isNumeric(left.type) || !isNumeric(right.type)) return null;
  const compare = comparisons[op];
  if (compare !== undefined) return { type: 'bool', run: (variables) => compare(a(variables), b(variables)) };
  if (left.type !== right.type) return null;
  const compute = arithmetic[left.type]?.[op];
  if (compute === undefined) return null;
  return { type: left.type, run: (variables) => compute(a(variables), b(variables)) };
}

/**
 * `&&` (deciding value false) and `||` (true). As CEL has it, a fault of one side does not matter if the other
 * side decides.
 */
function logical(deciding: boolean, left: Lowered, right: Lowered): Lowered {
  const run = (variables: ExpressionVariables) => {
    let first: ExpressionValue;
    try {
      first = left.run(variables);
    } catch (error) {
      if (error instanceof EvaluationFault && right.run(variables) === deciding) return deciding;
      throw error;
    }
    return first === deciding ? deciding : right.run(variables);
  };
  return { type: 'bool', run };
}

function conversion(name: string, value: Lowered): Lowered | null {
  const run = value.run as Run<number>;
  if (name === 'double' && isNumeric(value.type)) return { type: 'double', run };
  if (name === 'int' && value.type === 'int') return value;
  if (name === 'int' && value.type === 'double')
    return { type: 'int', run: (variables) => exact(Math.trunc(run(variables))) };
  return null;
}

function call(name: string, values: readonly Lowered[]): Lowered | null {
  const [first, second] = values;
  if (first === undefined) return null;
  const types = values.map((value) => value.type);
  const added = findFunction(name, types);
  if (added === null) return values.length === 1 ? conversion(name, first) : null;
  const a = first.run as Run<number>;
  if (second === undefined) return { type: added.result, run: (variables) => added.call(a(variables)) };
  const b = second.run as Run<number>;
  if (values.length === 2)
    return { type: added.result, run: (variables) => added.call(a(variables), b(variables)) };
  const runs = values.map((value) => value.run as Run<number>);
  return { type: added.result, run: (variables) => added.call(...runs.map((run) => run(variables))) };
}

function lowerAll(nodes: readonly CelNode[], types: Types): Lowered[] | null {
  const lowered = nodes.map((node) => lower(node, types));
  return lowered.includes(null) ? null : (lowered as Lowered[]);
}

function membership(value: Lowered, items: readonly Lowered[]): Lowered | null {
  if (items.some((item) => item.type !== value.type)) return null;
  const run = (variables: ExpressionVariables) => {
    const wanted = value.run(variables);
    return items.some((item) => item.run(variables) === wanted);
  };
  return { type: 'bool', run };
}

/** Compiles what constraints, sizes and dispatches are made of. null: leave this one to CEL's interpreter. */
export function lower(node: CelNode, types: Types): Lowered | null {
  switch (node.op) {
    case 'value':
      return literal(node.args);
    case 'id': {
      const name = outerName(node.args);
      const type = Object.hasOwn(types, name) ? types[name] : undefined;
      return type === undefined ? null : { type, run: variable(name, type) };
    }
    case '!_': {
      const operand = lower(node.args, types);
      return operand?.type === 'bool' ? { type: 'bool', run: (v) => !operand.run(v) } : null;
    }
    case '-_': {
      const operand = lower(node.args, types);
      if (operand === null || !isNumeric(operand.type)) return null;
      const run = operand.run as Run<number>;
      return operand.type === 'int'
        ? { type: 'int', run: (v) => 0 - run(v) }
        : { type: 'double', run: (v) => -run(v) };
    }
    case '&&':
    case '||': {
      const sides = lowerAll(node.args, types);
      if (sides === null || sides.some((side) => side.type !== 'bool')) return null;
      return logical(node.op === '||', sides[0] as Lowered, sides[1] as Lowered);
    }
    case '?:': {
      const parts = lowerAll(node.args, types);
      if (parts === null) return null;
      const [condition, yes, no] = parts as [Lowered, Lowered, Lowered];
      if (condition.type !== 'bool' || yes.type !== no.type) return null;
      return { type: yes.type, run: (v) => (condition.run(v) ? yes.run(v) : no.run(v)) };
    }
    case 'call': {
      const values = lowerAll(node.args[1], types);
      return values === null ? null : call(node.args[0], values);
    }
    case 'in': {
      const [needle, list] = node.args;
      if (list.op !== 'list') return null;
      const value = lower(needle, types);
      const items = lowerAll(list.args, types);
      return value === null || items === null ? null : membership(value, items);
    }
    case '==':
    case '!=':
    case '<':
    case '<=':
    case '>':
    case '>=':
    case '+':
    case '-':
    case '*':
    case '/':
    case '%': {
      const sides = lowerAll(node.args, types);
      return sides === null ? null : binary(node.op, sides[0] as Lowered, sides[1] as Lowered);
    }
    default:
      return null;
  }
}
