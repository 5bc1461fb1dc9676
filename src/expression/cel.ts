/** The only file that runs the CEL library: parsing, type checking and, for rare constructs, evaluation. */
import { Environment, EvaluationError, ParseError, TypeError as TypeFault } from '@marcbachmann/cel-js';
import type { CelFault, CelNode } from './cel-node.ts';
import { findCostlyCall } from './costly-calls.ts';
import { addedFunctions, EvaluationFault } from './functions.ts';
import type { ExpressionType, ExpressionValue, ExpressionVariables } from './types.ts';

/** A parsed and checked expression. `type` may be one that Joulegate has no use for, e.g. `list<int>`. */
export interface CelProgram {
  readonly root: CelNode;
  /** Declared variables that occur in it. */
  readonly names: readonly string[];
  readonly type: string;
  /** Evaluates with CEL's own machinery: slower than compiled code, but knows every construct. */
  run(variables: ExpressionVariables): ExpressionValue;
}

const limits = { maxAstNodes: 2000, maxDepth: 64, maxListElements: 256, maxMapEntries: 64 };

function toCel(value: unknown): unknown {
  return Number.isSafeInteger(value) ? BigInt(value as number) : value;
}

/** CEL with our functions: the library hands integers over as BigInt and wants them back so. */
function createBase(): Environment {
  const environment = new Environment({ limits });
  for (const { name, parameters, result, call } of addedFunctions) {
    const integers = result === 'int';
    environment.registerFunction(`${name}(${parameters.join(', ')}): ${result}`, (...values: unknown[]) => {
      const value = call(...values.map((value) => Number(value)));
      return integers ? toCel(value) : value;
    });
  }
  return environment;
}

const base = createBase();

/** Names that cannot be variables because CEL's grammar keeps them for itself: `in`, `for`, `true`, ... */
export function isReservedName(name: string): boolean {
  try {
    return base.parse(name).ast.op !== 'id';
  } catch (error) {
    if (error instanceof ParseError) return true;
    throw error;
  }
}

type Types = Readonly<Record<string, ExpressionType>>;

const innerPrefix = '__';

/**
 * CEL's own constants (`type`, `int`, `string`, ...) are good names for workload parameters too. A variable that
 * has such a name goes under another one inside the library; nothing else can start with two underscores.
 */
function innerName(name: string): string {
  return base.hasVariable(name) ? `${innerPrefix}${name}` : name;
}

/** The variable that an identifier of a parsed expression means. */
export function outerName(name: string): string {
  return name.startsWith(innerPrefix) ? name.slice(innerPrefix.length) : name;
}

/** Declared variables that occur below a node. */
function namesIn(node: CelNode, declared: Types): string[] {
  const names = new Set<string>();
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) for (const item of value) visit(item);
    if (typeof value !== 'object' || value === null || !('op' in value) || !('args' in value)) return;
    if (value.op === 'id' && typeof value.args === 'string') names.add(value.args);
    else visit(value.args);
  };
  visit(node);
  return [...names].filter((name) => Object.hasOwn(declared, name));
}

/** Lets identifiers of declared variables mean those, whatever else CEL may mean by them. */
function renameVariables(value: unknown, types: Types): void {
  if (Array.isArray(value)) for (const item of value) renameVariables(item, types);
  if (typeof value !== 'object' || value === null || !('op' in value) || !('args' in value)) return;
  if (value.op !== 'id') renameVariables(value.args, types);
  else if (typeof value.args === 'string' && Object.hasOwn(types, value.args))
    value.args = innerName(value.args);
}

/** One environment for all the expressions of a kernel: they share the object that declares their variables. */
const environments = new WeakMap<Types, Environment>();

function environmentOf(types: Types): Environment {
  let environment = environments.get(types);
  if (environment === undefined) {
    environment = base.clone();
    for (const [name, type] of Object.entries(types)) {
      if (!isReservedName(name)) environment.registerVariable(innerName(name), type);
    }
    environments.set(types, environment);
  }
  return environment;
}

function faultOf(error: unknown, source: string): CelFault {
  // The library recurses before it counts the depth.
  if (error instanceof RangeError) {
    return { code: 'depth', summary: 'it is nested too deep', start: 0, end: source.length };
  }
  if (!(error instanceof ParseError || error instanceof TypeFault || error instanceof EvaluationError))
    throw error;
  const start = Math.min(error.range?.start ?? 0, source.length);
  return { code: error.code, summary: error.summary, start, end: error.range?.end ?? start };
}

function fromCel(value: unknown): ExpressionValue {
  if (typeof value === 'bigint') {
    const number = Number(value);
    if (!Number.isSafeInteger(number)) throw new EvaluationFault(`${value} is beyond 2^53`);
    return number;
  }
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'string') return value;
  throw new EvaluationFault('gives neither a number nor a text nor true or false');
}

/**
 * Parses and type-checks.
 * @param types every variable's type; one whose name is reserved cannot be read
 */
export function parseCel(
  source: string,
  types: Types,
): { readonly program: CelProgram } | { readonly fault: CelFault } {
  try {
    const parsed = environmentOf(types).parse(source);
    const costly = findCostlyCall(parsed.ast);
    if (costly !== null) return { fault: costly };
    const names = namesIn(parsed.ast, types);
    renameVariables(parsed.ast, types);
    const checked = parsed.check();
    if (!checked.valid) return { fault: faultOf(checked.error, source) };
    const run = (variables: ExpressionVariables) => {
      const context: Record<string, unknown> = Object.create(null);
      for (const name of names) {
        const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
        if (value === undefined) throw new EvaluationFault(`'${name}' has no value`);
        context[innerName(name)] = types[name] === 'int' ? toCel(value) : value;
      }
      try {
        return fromCel(parsed(context));
      } catch (error) {
        if (error instanceof EvaluationError) throw new EvaluationFault(error.summary);
        throw error;
      }
    };
    return { program: { root: parsed.ast, names, type: checked.type ?? 'dyn', run } };
  } catch (error) {
    return { fault: faultOf(error, source) };
  }
}
