import type { ExpressionType } from './types.ts';

/** A fault at evaluation, without the expression around it; `evaluate` makes the user's error of it. */
export class EvaluationFault extends Error {}

/** floor(log2(x)) for safe integers x >= 1, exact where `Math.log2` rounds up. */
function floorLog2(x: number): number {
  return x < 4294967296 ? 31 - Math.clz32(x) : 63 - Math.clz32(Math.floor(x / 4294967296));
}

function ceilDiv(a: number, b: number): number {
  if (b === 0) throw new EvaluationFault('division by zero');
  const remainder = a % b;
  const quotient = (a - remainder) / b;
  return (remainder !== 0 && remainder > 0 === b > 0 ? quotient + 1 : quotient) + 0;
}

function log2(x: number): number {
  if (x < 1) throw new EvaluationFault(`log2(${x}) does not exist`);
  return floorLog2(x);
}

function sqrt(x: number): number {
  if (x < 0) throw new EvaluationFault(`sqrt(${x}) does not exist`);
  return Math.sqrt(x);
}

/** One overload of a function that Joulegate adds to CEL. Integers come and go as safe integers. */
export interface AddedFunction {
  readonly name: string;
  readonly parameters: readonly ExpressionType[];
  readonly result: ExpressionType;
  call(...values: number[]): number | boolean;
}

/** min and max take two to this many arguments. */
const maxArguments = 6;

function extrema(): AddedFunction[] {
  const overloads: AddedFunction[] = [];
  for (const type of ['int', 'double'] as const) {
    for (let count = 2; count <= maxArguments; count++) {
      const parameters = new Array<ExpressionType>(count).fill(type);
      overloads.push({ name: 'min', parameters, result: type, call: Math.min });
      overloads.push({ name: 'max', parameters, result: type, call: Math.max });
    }
  }
  return overloads;
}

/** What Joulegate adds to CEL: ceil_div, log2 (rounded down), is_pow2, sqrt, min and max. */
export const addedFunctions: readonly AddedFunction[] = [
  { name: 'ceil_div', parameters: ['int', 'int'], result: 'int', call: ceilDiv as AddedFunction['call'] },
  { name: 'log2', parameters: ['int'], result: 'int', call: log2 as AddedFunction['call'] },
  {
    name: 'is_pow2',
    parameters: ['int'],
    result: 'bool',
    call: ((x: number) => x >= 1 && 2 ** floorLog2(x) === x) as AddedFunction['call'],
  },
  { name: 'sqrt', parameters: ['int'], result: 'double', call: sqrt as AddedFunction['call'] },
  { name: 'sqrt', parameters: ['double'], result: 'double', call: sqrt as AddedFunction['call'] },
  ...extrema(),
];

/** The overload for these argument types, or null. */
export function findFunction(name: string, types: readonly ExpressionType[]): AddedFunction | null {
  const matches = (added: AddedFunction) =>
    added.name === name &&
    added.parameters.length === types.length &&
    added.parameters.every((type, i) => type === types[i]);
  return addedFunctions.find(matches) ?? null;
}

/** Names of the functions an expression may call, for suggestions. */
export const functionNames: readonly string[] = [
  ...new Set(addedFunctions.map((added) => added.name)),
  'int',
  'double',
  'string',
  'size',
];
