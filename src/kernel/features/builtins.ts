import type { Counter } from './tally.ts';

/** What a builtin function costs per lane of its result. */
export type BuiltinCost = Partial<Record<Counter, number>>;

const one = (counter: Counter): BuiltinCost => ({ [counter]: 1 });

const compare = one('compare');
const convert = one('convert');

/** Functions that cost the same on floats and integers, or exist for one of them only. */
const costs: Readonly<Record<string, BuiltinCost>> = {
  ...byName('exp exp2', one('exp')),
  ...byName('log log2', one('log')),
  ...byName('pow', one('pow')),
  ...byName('sin cos tan', one('sin')),
  ...byName('sinh cosh tanh', one('tanh')),
  ...byName('sqrt inverseSqrt', one('sqrt')),
  ...byName('asin acos atan atan2 asinh acosh atanh ldexp frexp modf', one('special')),
  ...byName('min max abs sign floor ceil round trunc fract saturate step select all any', compare),
  ...byName(
    'countLeadingZeros countOneBits countTrailingZeros firstLeadingBit firstTrailingBit',
    one('intAdd'),
  ),
  ...byName('reverseBits extractBits insertBits', one('intAdd')),
  ...byName('quantizeToF16 pack2x16float pack2x16snorm pack2x16unorm pack4x8snorm pack4x8unorm', convert),
  ...byName('unpack2x16float unpack2x16snorm unpack2x16unorm unpack4x8snorm unpack4x8unorm', convert),
  ...byName('pack4xI8 pack4xU8 pack4xI8Clamp pack4xU8Clamp unpack4xI8 unpack4xU8', convert),
  ...byName('dot4I8Packed dot4U8Packed', { intMul: 4, intAdd: 3 }),
  ...byName('workgroupBarrier storageBarrier textureBarrier', one('barriers')),
  clamp: { compare: 2 },
  degrees: { floatMul: 1 },
  radians: { floatMul: 1 },
  mix: { floatAdd: 2, floatMul: 2 },
  smoothstep: { floatAdd: 3, floatMul: 3, floatDiv: 1, compare: 2 },
  cross: { floatAdd: 1, floatMul: 2 },
  // The value itself is loaded where the call is counted.
  workgroupUniformLoad: { barriers: 2 },
  // Moves data only.
  bitcast: {},
  transpose: {},
  arrayLength: {},
};

function byName(names: string, cost: BuiltinCost): Record<string, BuiltinCost> {
  return Object.fromEntries(names.split(' ').map((name) => [name, cost]));
}

/**
 * The cost of a builtin function per lane of its result, or in all for a reduction over `lanes` arguments lanes;
 * null for a function that is not known.
 *
 * @param lanes of the result, or of the first argument where that is a vector to be reduced.
 */
export function builtinCost(name: string, lanes: number, isFloat: boolean): BuiltinCost | null {
  const scaled = (cost: BuiltinCost): BuiltinCost =>
    Object.fromEntries(Object.entries(cost).map(([counter, amount]) => [counter, amount * lanes]));
  const multiply: Counter = isFloat ? 'floatMul' : 'intMul';
  const sum: Counter = isFloat ? 'floatAdd' : 'intAdd';
  switch (name) {
    case 'fma':
      return { floatFma: lanes };
    case 'dot':
      return { [multiply]: lanes, [sum]: lanes - 1 };
    case 'length':
      return { floatMul: lanes, floatAdd: lanes - 1, sqrt: 1 };
    case 'distance':
      return { floatMul: lanes, floatAdd: 2 * lanes - 1, sqrt: 1 };
    case 'normalize':
      return { floatMul: 2 * lanes, floatAdd: lanes - 1, sqrt: 1 };
    case 'reflect':
    case 'faceForward':
      return { floatMul: 2 * lanes, floatAdd: 2 * lanes };
    // Barriers do not come in lanes; their result has none.
    case 'workgroupBarrier':
    case 'storageBarrier':
    case 'textureBarrier':
    case 'workgroupUniformLoad':
      return costs[name] ?? null;
  }
  if (/^(subgroup|quad)[A-Z]/.test(name)) return { subgroupOps: lanes };
  if (name.startsWith('texture')) return { textureOps: 1 };
  const cost = Object.hasOwn(costs, name) ? costs[name] : undefined;
  return cost ? scaled(cost) : null;
}

/** Builtins whose work goes with the lanes of the first argument rather than of the result. */
export const reductions: ReadonlySet<string> = new Set(['dot', 'length', 'distance', 'all', 'any']);
