import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileExpression, type Expression, expressionFormula } from '../../src/expression/index.ts';
import { openKernels } from '../../src/runtime/index.ts';
import { deviceWith, largeLimits } from './support.ts';

const types = { A: 'int', B: 'int', X: 'double', Y: 'double', F: 'bool', type: 'string' } as const;

type Variables = Readonly<Record<keyof typeof types, number | boolean | string>>;

/** The value that the runtime gives a formula as the value of a uniform buffer; null if it has none. */
function runtimeValue(expression: Expression, variables: Variables): number | null {
  const formula = expressionFormula(expression);
  expect(formula, expression.source).not.toBeNull();
  const buffer = { name: 'values', kind: 'uniform', type: 'f32', length: 1 };
  const binding = { buffer: 0, group: 0, binding: 0, kind: 'uniform' };
  const kernel = {
    name: 'any',
    parameters: Object.entries(variables).map(([name, value]) => ({ name, kind: typeof value })),
    constraints: [],
    buffers: [{ ...buffer, values: [formula] }],
    texts: [['']],
    passes: [
      {
        ...{ name: 'main', entry: 'main', dispatch: [1, 1, 1], when: true, conditions: [] },
        templates: [{ conditions: [], fixed: {}, text: 0, requiredFeatures: [], bindings: [binding] }],
      },
    ],
    configurations: [{ values: {}, passes: [null] }],
    entries: [],
  };
  const kernels = openKernels({ schema: 'joulegate-runtime', version: 2, kernels: [kernel] });
  try {
    return kernels.variant('any', variables, deviceWith(largeLimits)).buffers[0]?.values?.[0] ?? null;
  } catch {
    return null;
  }
}

/** The value that CEL gives it; null if it has none. */
function celValue(expression: Expression, variables: Variables): number | null {
  try {
    return Number(expression.evaluate(variables));
  } catch {
    return null;
  }
}

function compiled(source: string): Expression {
  const result = compileExpression(source, { variables: types, expect: ['int', 'double', 'bool'] });
  if (!result.ok) throw new Error(`${source}: ${result.message}`);
  return result.expression;
}

const { int, double, bool } = fc.letrec<{ int: string; double: string; bool: string }>((tie) => {
  const [i, d, b] = [tie('int'), tie('double'), tie('bool')];
  const of = (...parts: fc.Arbitrary<string>[]) => fc.tuple(...parts).map((texts) => `(${texts.join(' ')})`);
  const one = (...texts: string[]) => fc.constantFrom(...texts);
  const call = (name: string, ...parts: fc.Arbitrary<string>[]) =>
    fc.tuple(...parts).map((texts) => `${name}(${texts.join(', ')})`);
  const compare = one('==', '!=', '<', '<=', '>', '>=');
  return {
    int: fc.oneof(
      { maxDepth: 4, depthSize: 'small' },
      one('A', 'B', '0', '1', '7', '64', '9007199254740991'),
      of(i, one('+', '-', '*', '/', '%'), i),
      of(b, one('?'), i, one(':'), i),
      of(one('-'), i),
      call('ceil_div', i, i),
      call('log2', i),
      call('min', i, i, i),
      call('max', i, i),
      call('int', d),
    ),
    double: fc.oneof(
      { maxDepth: 3, depthSize: 'small' },
      one('X', 'Y', '0.5', '1e-7'),
      of(d, one('+', '-', '*', '/'), d),
      of(one('-'), d),
      call('double', i),
      call('max', d, d),
    ),
    bool: fc.oneof(
      { maxDepth: 4, depthSize: 'small' },
      one('F', 'true', "(type == 'f16')", "(type in ['f16', 'f32'])"),
      of(b, one('&&', '||', '=='), b),
      of(one('!'), b),
      of(i, compare, i),
      of(d, compare, d),
      of(
        i,
        one('in'),
        call('', i, i).map((text) => `[${text.slice(1, -1)}]`),
      ),
      call('is_pow2', i),
    ),
  };
});

const variables = fc.record({
  A: fc.oneof(fc.integer({ min: -9, max: 9 }), fc.maxSafeInteger()),
  B: fc.integer({ min: -5000, max: 5000 }),
  X: fc.constantFrom(0, -1.5, 0.25, 1e9),
  Y: fc.double({ min: -100, max: 100, noNaN: true }),
  F: fc.boolean(),
  type: fc.constantFrom('f16', 'f32', 'i32'),
});

describe('a formula has in the runtime the value that CEL gives the expression', () => {
  it.each([
    ['ceil_div(A, 64) * 2', 6],
    ['-7 / 2', -3],
    ['-7 % 4', -3],
    ['ceil_div(-7, 2)', -3],
    ['log2(A)', 7],
    ['log2(9007199254740991)', 52],
    ["type == 'f16' ? 2 : 4", 2],
    ['X / 4.0', 0.375],
    ['int(X) + 1', 2],
    ['F || 1 / B == 1', 1],
    ['1 / B == 1 || F', 1],
    ['1 / B == 1 && F', null],
    ['9007199254740991 + 1', null],
    ['A % B', null],
  ])('%s', (source, expected) => {
    const values = { A: 130, B: 0, X: 1.5, Y: 0, F: true, type: 'f16' };
    expect(runtimeValue(compiled(source), values)).toBe(expected);
    expect(celValue(compiled(source), values)).toBe(expected);
  });

  it('whatever the expression', () => {
    fc.assert(
      fc.property(fc.oneof(int, double, bool), variables, (source, values) => {
        const expression = compiled(source);
        expect(runtimeValue(expression, values)).toBe(celValue(expression, values));
      }),
      { numRuns: 1500, seed: 7 },
    );
  });
});
