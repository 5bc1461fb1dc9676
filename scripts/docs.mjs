// Writes the reference tables of docs/manifest.md from schemas/manifest.schema.json, between the two markers there.
// usage: node scripts/docs.mjs [--check]      --check fails if the page is not what the schema gives
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });

const page = 'docs/manifest.md';
const begin = '<!-- reference: written by scripts/docs.mjs -->';
const end = '<!-- end of reference -->';
const schema = JSON.parse(readFileSync('schemas/manifest.schema.json', 'utf8'));

/** Definitions that have a table of their own, with its title. */
const tables = { kernel: 'A kernel', buffer: 'A buffer' };

/** Definitions with keys that stand in the table of whatever has them. */
const inlined = new Set(['objective', 'budget', 'gate', 'reference', 'tolerance']);

/** What is written for values of a definition, where its type says too little. */
const words = {
  percentage: '`3%` or `0.03`',
  expression: 'expression, or a whole number',
  'number-expression': 'expression, or a number',
  condition: 'expression, or true or false',
  path: 'path',
  identifier: 'name',
  'entry-point': 'name',
  tunables: 'lists of values, by name',
  configuration: 'values, by name',
  constraints: 'list of expressions',
  dispatch: 'list of one to three expressions',
  reference: 'path, or the keys below',
  workload: 'values, by name',
  buffers: 'buffers, by name',
  objective: 'keys below',
  budget: 'keys below',
  gate: 'keys below',
  tolerance: 'keys below',
};

/** The same for the items of a list. */
const plurals = { workload: 'mappings of names to values', 'number-expression': 'expressions or numbers' };

function nameOf(node) {
  return node?.$ref?.split('/').at(-1) ?? null;
}

/** A node with what its definition says, its own words first. */
function resolved(node) {
  const name = nameOf(node);
  return name === null ? node : { ...resolved(schema.$defs[name]), ...node };
}

function range({ minimum, exclusiveMinimum, maximum }) {
  const high = maximum >= 1e12 ? maximum.toExponential().replace('+', '') : maximum;
  return exclusiveMinimum === undefined
    ? `, ${minimum} to ${high}`
    : `, above ${exclusiveMinimum}, up to ${high}`;
}

function valuesOf(node) {
  const known = words[nameOf(node)];
  if (known !== undefined) return known;
  const full = resolved(node);
  if (full.const !== undefined) return `\`${full.const}\``;
  if (full.enum !== undefined) return full.enum.map((value) => `\`${value}\``).join(', ');
  switch (full.type) {
    case 'integer':
      return `whole number${range(full)}`;
    case 'number':
      return `number${range(full)}`;
    case 'boolean':
      return '`true`, `false`';
    case 'string':
      return 'text';
    case 'array':
      return `list of ${plurals[nameOf(full.items)] ?? valuesOf(full.items)}`;
    default:
      return full.properties === undefined ? `${nameOf(full.additionalProperties)}s, by name` : 'keys below';
  }
}

function shown(value) {
  return typeof value === 'object'
    ? JSON.stringify(value)
        .replaceAll('"', '')
        .replaceAll(/([:,])/g, '$1 ')
    : value;
}

/** Rows of the keys of an object: path, values, default, meaning. */
function rowsOf(node, prefix, inherited) {
  const full = resolved(node);
  const needed = new Set([...(full.required ?? [])]);
  const unlessOperator = new Set(full.else?.required ?? []);
  return Object.entries(full.properties ?? {}).flatMap(([key, property]) => {
    const target = resolved(property);
    const isOpen =
      target.properties !== undefined && (nameOf(property) === null || inlined.has(nameOf(property)));
    const fallback = target.default ?? inherited?.[key];
    const standard = needed.has(key)
      ? 'required'
      : unlessOperator.has(key)
        ? 'required without `operator`'
        : fallback === undefined || isOpen
          ? ''
          : `\`${shown(fallback)}\``;
    const row = [`\`${prefix}${key}\``, valuesOf(property), standard, target.description];
    // A kernel's objective and gate have the keys that the manifest's have.
    const isRepeated = tables.kernel === full.tableTitle && ['objective', 'gate'].includes(key);
    const below = isOpen && !isRepeated ? rowsOf(property, `${prefix}${key}.`, fallback) : [];
    return [row, ...below];
  });
}

function tableOf(title, node) {
  const rows = rowsOf({ ...node, tableTitle: title }, '', undefined).map((row) => {
    const cells = row.map((cell) => String(cell).replaceAll('|', '\\|'));
    return `| ${cells.join(' | ')} |`;
  });
  return [
    `### ${title}`,
    '',
    '| key | values | default | meaning |',
    '| --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}

function reference() {
  const parts = [tableOf('The manifest', schema)];
  for (const [name, title] of Object.entries(tables)) parts.push(tableOf(title, schema.$defs[name]));
  return parts.join('\n\n');
}

const text = readFileSync(page, 'utf8');
const [before, after] = [text.split(begin)[0], text.split(end)[1]];
if (before === undefined || after === undefined || !text.includes(begin)) {
  throw new Error(`${page} needs the markers ${begin} and ${end}`);
}
const written = `${before}${begin}\n\n${reference()}\n\n${end}${after}`;
if (!values.check) writeFileSync(page, written);
else if (written !== text) {
  console.error(`${page} is not what schemas/manifest.schema.json gives: run node scripts/docs.mjs`);
  process.exitCode = 1;
}
