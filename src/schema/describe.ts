/** Words for JSON Schema's type names as people who write YAML and JSON know them. */
const typeWords: Readonly<Record<string, string>> = {
  object: 'a mapping',
  array: 'a list',
  string: 'a text',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  null: 'null',
};

function list(values: readonly string[]): string {
  const last = values.at(-1) ?? '';
  return values.length < 2 ? last : `${values.slice(0, -1).join(', ')} or ${last}`;
}

function typeList(type: unknown): string {
  const types = Array.isArray(type) ? type : [type];
  return list(types.map((one) => typeWords[String(one)] ?? String(one)));
}

function values(allowed: unknown): string {
  return list((Array.isArray(allowed) ? allowed : [allowed]).map((value) => String(value)));
}

function atLeast(count: unknown, noun: string): string {
  return `must have at least ${count} ${noun}${count === 1 ? '' : 's'}`;
}

function atMost(count: unknown, noun: string): string {
  return `must have at most ${count} ${noun}${count === 1 ? '' : 's'}`;
}

type Describe = (params: Readonly<Record<string, unknown>>) => string;

/** By schema keyword. Comparisons (`minimum` and its kin) come with their sign and limit. */
const descriptions: Readonly<Record<string, Describe>> = {
  type: ({ type }) => `must be ${typeList(type)}`,
  enum: ({ allowedValues }) => `must be ${values(allowedValues)}`,
  const: ({ allowedValue }) => `must be ${values(allowedValue)}`,
  required: ({ missingProperty }) => `misses '${missingProperty}'`,
  additionalProperties: ({ additionalProperty }) => `has an unknown key '${additionalProperty}'`,
  propertyNames: ({ propertyName }) => `has an impossible key '${propertyName}'`,
  minimum: ({ limit }) => `must be at least ${limit}`,
  maximum: ({ limit }) => `must be at most ${limit}`,
  exclusiveMinimum: ({ limit }) => `must be more than ${limit}`,
  exclusiveMaximum: ({ limit }) => `must be less than ${limit}`,
  multipleOf: ({ multipleOf }) => `must be a multiple of ${multipleOf}`,
  minLength: ({ limit }) => (limit === 1 ? 'must not be empty' : atLeast(limit, 'character')),
  maxLength: ({ limit }) => atMost(limit, 'character'),
  minItems: ({ limit }) => (limit === 1 ? 'must not be empty' : atLeast(limit, 'item')),
  maxItems: ({ limit }) => atMost(limit, 'item'),
  minProperties: ({ limit }) => (limit === 1 ? 'must not be empty' : `must have at least ${limit} keys`),
  maxProperties: ({ limit }) => `must have at most ${limit} keys`,
  uniqueItems: ({ i, j }) => `has the same item twice (numbers ${Number(j) + 1} and ${Number(i) + 1})`,
  pattern: ({ pattern }) => `must match ${pattern}`,
  format: ({ format }) => `must be a ${format}`,
  'false schema': () => 'is not allowed here',
};

/** One fault in words, without the place: `must be at least 1`. */
export function describeFault(keyword: string, params: Readonly<Record<string, unknown>>): string {
  return descriptions[keyword]?.(params) ?? `is not valid (${keyword})`;
}
