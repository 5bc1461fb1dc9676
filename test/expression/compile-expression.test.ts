import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JoulegateError } from '../../src/errors/index.ts';
import {
  compileExpression,
  type Expression,
  type ExpressionType,
  type ExpressionValue,
  isReservedName,
} from '../../src/expression/index.ts';

const variables = {
  A: 'int',
  B: 'int',
  COLS: 'int',
  SCALE: 'double',
  FAST: 'bool',
  type: 'string',
} as const satisfies Record<string, ExpressionType>;

const anyType: readonly ExpressionType[] = ['int', 'double', 'bool', 'string'];

function compiled(source: string): Expression {
  const result = compileExpression(source, { variables, expect: anyType });
  if (!result.ok) throw new Error(`${source}: ${result.message}`);
  return result.expression;
}

function evaluate(source: string, values: Record<string, ExpressionValue> = {}): ExpressionValue {
  const defaults = { A: 7, B: 2, COLS: 1024, SCALE: 0.5, FAST: true, type: 'f16' };
  return compiled(source).evaluate({ ...defaults, ...values });
}

function fault(source: string, expected: ExpressionType | readonly ExpressionType[] = anyType) {
  const result = compileExpression(source, { variables, expect: expected });
  if (result.ok) throw new Error(`${source} is fine`);
  return result;
}

describe('values', () => {
  it.each<[string, ExpressionValue]>([
    ['A * B + 1', 15],
    ['A / B', 3],
    ['-A / B', -3],
    ['A % B', 1],
    ['-A % B', -1],
    ['A - B - 1', 4],
    ['2 + 3 * 4', 14],
    ['SCALE * 4.0', 2],
    ['1.0 / 0.0', Number.POSITIVE_INFINITY],
    ['double(A) * SCALE', 3.5],
    ['int(SCALE * 5.0)', 2],
    ['A > B && FAST', true],
    ['!(A > B)', false],
    ['A < SCALE', false],
    ['FAST ? A : B', 7],
    ['A in [1, 7, 9]', true],
    ['type == "f16" ? 2 : 4', 2],
    ['type != "f16"', false],
    ['"f" + string(16)', 'f16'],
    ['[A, B].exists(x, x == 2)', true],
    ['size(type)', 3],
    ['type.startsWith("f")', true],
  ])('%s is %s', (source, value) => {
    expect(evaluate(source)).toBe(value);
  });

  it.each<[string, ExpressionValue]>([
    ['ceil_div(7, 2)', 4],
    ['ceil_div(8, 2)', 4],
    ['ceil_div(-7, 2)', -3],
    ['ceil_div(7, -2)', -3],
    ['ceil_div(-7, -2)', 4],
    ['ceil_div(0, 5)', 0],
    ['min(A, B)', 2],
    ['max(A, B, 9)', 9],
    ['min(SCALE, 0.25)', 0.25],
    ['log2(1)', 0],
    ['log2(1023)', 9],
    ['log2(1024)', 10],
    ['log2(9007199254740991)', 52],
    ['is_pow2(1)', true],
    ['is_pow2(64)', true],
    ['is_pow2(96)', false],
    ['is_pow2(0)', false],
    ['is_pow2(-4)', false],
  ])('%s is %s', (source, value) => {
    expect(evaluate(source)).toBe(value);
  });

  it('never gives minus zero, which prints and compares differently', () => {
    for (const source of ['0 * -A', '-0', '0 / -A', '-A % A', 'ceil_div(-1, 2)'])
      expect(Object.is(evaluate(source), 0), source).toBe(true);
  });

  it('lets a side that decides outweigh a fault of the other side', () => {
    expect(evaluate('A / 0 == 1 && A < 0')).toBe(false);
    expect(evaluate('A < 0 && A / 0 == 1')).toBe(false);
    expect(evaluate('A / 0 == 1 || A > 0')).toBe(true);
    expect(() => evaluate('A / 0 == 1 || A < 0')).toThrow(JoulegateError);
  });

  it('computes integers as exact arithmetic does', () => {
    const small = fc.integer({ min: -100_000, max: 100_000 });
    const sum = compiled('A * B + COLS * (A - B)');
    const quotient = compiled('A / B * COLS + A % B');
    fc.assert(
      fc.property(small, small, small, (a, b, c) => {
        const [x, y, z] = [BigInt(a), BigInt(b), BigInt(c)];
        expect(sum.evaluate({ A: a, B: b, COLS: c })).toBe(Number(x * y + z * (x - y)));
        if (b !== 0) expect(quotient.evaluate({ A: a, B: b, COLS: c })).toBe(Number((x / y) * z + (x % y)));
      }),
    );
  });
});

describe('faults at evaluation', () => {
  it.each([
    ['A / (B - 2)', 'division by zero'],
    ['A % (B - 2)', 'division by zero'],
    ['ceil_div(A, B - 2)', 'division by zero'],
    ['A * 4503599627370496', 'the result is beyond 2^53'],
    ['log2(B - 2)', 'log2(0) does not exist'],
    ['size(type) / (B - 2)', 'division by zero'],
  ])('%s: %s', (source, message) => {
    expect(() => evaluate(source)).toThrow(`\`${source}\`: ${message}`);
    try {
      evaluate(source);
    } catch (error) {
      expect(error).toMatchObject({ kind: 'bad-input', code: 'expression-failed' });
    }
  });

  it('names the variable that has no value, or a value that is no whole number', () => {
    expect(() => compiled('A + B').evaluate({ A: 1 })).toThrow("'B' has no value of type int");
    expect(() => compiled('A + B').evaluate({ A: 1, B: 0.5 })).toThrow("'B' is 0.5");
    expect(() => compiled('size(type)').evaluate({})).toThrow("'type' has no value");
  });
});

describe('what an expression says about itself', () => {
  it('lists the variables it reads, without those that macros bind', () => {
    expect(compiled('FAST ? A * B : max(COLS, A)').names).toEqual(['FAST', 'A', 'B', 'COLS']);
    expect(compiled('[1, 2].exists(x, x == A)').names).toEqual(['A']);
    expect(compiled('1 + 1').names).toEqual([]);
  });

  it('gives its type and its source', () => {
    expect(compiled('A + 1')).toMatchObject({ type: 'int', source: 'A + 1' });
    expect(compiled('SCALE')).toMatchObject({ type: 'double' });
    expect(compiled('A == 1')).toMatchObject({ type: 'bool' });
    expect(compiled('type')).toMatchObject({ type: 'string' });
  });
});

describe('faults in the text', () => {
  it.each<[string, string, string | null, number, number]>([
    ['A * COL', "unknown name 'COL'", "did you mean 'COLS'?", 4, 3],
    ['A +', 'the expression ends too early', 'complete it', 3, 1],
    ['', 'the expression ends too early', 'complete it', 0, 1],
    ['A * (B', 'the expression ends too early', "')' is missing", 6, 1],
    ['A = B', "unexpected '='", "compare with '=='", 2, 1],
    ['A and B', "unexpected 'and'", "write '&&'", 2, 3],
    ['A ** B', "unexpected '*'", 'there is no power operator; multiply', 3, 1],
    ['A << 2', "unexpected '<'", 'there is no shift operator; multiply or divide', 3, 1],
    ['A * 0.5', 'int * double is not defined', 'convert one side with double(x) or int(x)', 0, 7],
    ['1 + ceil_dif(A, B)', "there is no function 'ceil_dif'", "did you mean 'ceil_div'?", 4, 14],
    [
      'max(A, SCALE)',
      'max does not take (int, double)',
      'write max(int, int); int(x) and double(x) convert',
      0,
      13,
    ],
    ['for + 1', "'for' is a reserved word", 'use another name', 0, 3],
  ])('%s: %s', (source, message, nextStep, offset, length) => {
    expect(fault(source)).toEqual({ ok: false, message, nextStep, offset, length });
  });

  it('says what type is needed instead', () => {
    expect(fault('A + 1', 'bool').message).toBe('gives a whole number, but true or false is needed here');
    expect(fault('A == 1', ['int', 'double']).message).toBe(
      'gives true or false, but a whole number or a number with a fraction is needed here',
    );
    expect(fault('SCALE', 'int').nextStep).toBe('convert it with int(x)');
    expect(fault('[1, 2]', 'int').message).toContain('list<int>');
  });

  it('refuses what could take for ever', () => {
    expect(compileExpression('('.repeat(1000), { variables, expect: 'int' }).ok).toBe(false);
    expect(compileExpression('1+'.repeat(5000) + 1, { variables, expect: 'int' }).ok).toBe(false);
  });

  it('has a place inside the text for every fault, and throws for none', () => {
    const pieces = fc.constantFrom(
      'A',
      'B',
      'x',
      '1',
      '0.5',
      '(',
      ')',
      '+',
      '*',
      '&&',
      '?',
      ':',
      ',',
      '"a',
      'in',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 12 }), (words) => {
        const source = words.join(' ');
        const result = compileExpression(source, { variables, expect: 'int' });
        if (result.ok) return;
        expect(result.offset).toBeGreaterThanOrEqual(0);
        expect(result.offset).toBeLessThanOrEqual(source.length);
        expect(result.length).toBeGreaterThanOrEqual(1);
        expect(result.message).not.toContain('\n');
      }),
      { numRuns: 500 },
    );
  });
});

describe('names', () => {
  it('keeps for itself only what the grammar needs', () => {
    const words = ['in', 'true', 'null', 'for', 'package', 'type', 'int', 'min', 'constructor', 'TILE'];
    expect(words.filter(isReservedName)).toEqual(['in', 'true', 'null', 'for', 'package']);
  });

  it('can be names of JavaScript and CEL without meaning those', () => {
    const types = { constructor: 'int', int: 'int', type: 'string' } as const;
    const result = compileExpression('type == "x" ? constructor + int : int(0.5)', {
      variables: types,
      expect: 'int',
    });
    if (!result.ok) throw new Error(result.message);
    expect(result.expression.evaluate({ constructor: 2, int: 3, type: 'x' })).toBe(5);
    expect(fault('toString + 1').message).toBe("unknown name 'toString'");
  });
});

describe('what could take for ever', () => {
  it('is refused before it is evaluated: regular expressions, and walks inside walks', () => {
    const pattern = "type.matches('(a+)+$')";
    expect(fault(pattern)).toMatchObject({
      message: 'there are no regular expressions',
      offset: 0,
      length: pattern.length,
    });
    const inner = '[1, 2].exists(y, y == x)';
    const nested = `[1, 2].exists(x, ${inner})`;
    expect(fault(nested)).toMatchObject({ offset: nested.indexOf(inner), length: inner.length });
    expect(fault("cel.bind(x, type + type, cel.bind(y, x + x, y + y)) == ''").message).toContain("'bind'");
    expect(fault("['a'].map(x, x + x).map(x, x + x) == []").message).toContain("'map'");
  });

  it('is not one walk, nor one beside another', () => {
    expect(evaluate('[1, 7].exists(x, x == A) && [1, 2].all(x, x <= B)')).toBe(true);
  });
});
