// Writes reference tables between the two markers of a page: docs/manifest.md from schemas/manifest.schema.json,
// docs/operators.md and the pages below docs/operators from the operators' fragments and the comments in them.
// usage: node scripts/docs.mjs [--check]      --check fails if a page is not what its sources give
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { isMap, parseDocument } from 'yaml';

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });

const begin = '<!-- reference: written by scripts/docs.mjs -->';
const end = '<!-- end of reference -->';
const schema = JSON.parse(readFileSync('schemas/manifest.schema.json', 'utf8'));

/** Definitions that have a table of their own, with its title. */
const tables = {
  kernel: 'A kernel',
  pass: 'A pass',
  buffer: 'A buffer',
  fill: 'A fill',
  command: 'A command',
  output: 'An output of a command',
  network: 'A network',
};

/** Definitions with keys that stand in the table of whatever has them. */
const inlined = new Set([
  'objective',
  'budget',
  'gate',
  'reference',
  'tolerance',
  'clocks',
  'dispatch',
  'generator',
  'program-source',
]);

/** What is written for values of a definition, where its type says too little. */
const words = {
  percentage: '`3%` or `0.03`',
  expression: 'expression, or a whole number',
  'number-expression': 'expression, or a number',
  condition: 'expression, or true or false',
  path: 'path',
  'program-source': 'path, or `file` and `export`',
  identifier: 'name',
  'entry-point': 'name',
  tunables: 'lists of values, by name',
  configuration: 'values, by name',
  constraints: 'list of expressions',
  dispatch: 'list of one to three expressions, or `indirect` and `offset`',
  passes: 'list of passes',
  reference: 'path, or the keys below',
  workload: 'values, by name',
  buffers: 'buffers, by name',
  objective: 'keys below',
  budget: 'keys below',
  gate: 'keys below',
  tolerance: 'keys below',
  clocks: 'keys below',
  command: 'keys of a command',
  'program-arguments': 'program and arguments',
  fill: '`zeros`, `ones`, `normal`, `uniform`, `index`, or one key of a fill',
  'block-format':
    '`q4_0`, `q4_k`, `q8_0`, `ort-q4-32`, `ort-q8-32`, `mlc-q4f16`, or the parameter that names one',
  generator: 'keys below',
};

/** The same for the items of a list. */
const plurals = {
  workload: 'mappings of names to values',
  'number-expression': 'expressions or numbers',
  expression: 'expressions',
};

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
      if (full.properties !== undefined) return 'keys below';
      return `${nameOf(full.additionalProperties) ?? 'value'}s, by name`;
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
  const [own, several] = [full.else?.else?.else, full.else?.else?.then].map(
    (node) => new Set(node?.required ?? []),
  );
  return Object.entries(full.properties ?? {}).flatMap(([key, property]) => {
    const target = resolved(property);
    const isOpen =
      target.properties !== undefined && (nameOf(property) === null || inlined.has(nameOf(property)));
    const fallback = target.default ?? inherited?.[key];
    const standard = needed.has(key)
      ? 'required'
      : own.has(key)
        ? `required without \`operator\`${several.has(key) ? ' or' : ','} \`command\`${several.has(key) ? '' : ' or `passes`'}`
        : fallback === undefined || isOpen
          ? ''
          : `\`${shown(fallback)}\``;
    const row = [`\`${prefix}${key}\``, valuesOf(property), standard, target.description];
    // A kernel's objective and gate have the keys that the manifest's have.
    const isRepeated =
      (tables.kernel === full.tableTitle && ['objective', 'gate', 'clocks'].includes(key)) ||
      (tables.network === full.tableTitle && key === 'gate') ||
      (tables.pass !== full.tableTitle && key === 'dispatch');
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

/** The comment beside a value, as a flow collection has it, or above the next key. */
function commentOf({ key, value }) {
  return (value.comment ?? key.commentBefore ?? '').trim();
}

function listed(values) {
  return values.map((value) => `\`${value}\``).join(', ');
}

function parameterRow([name, parameter]) {
  const values =
    parameter.type === 'bool'
      ? '`false`, `true`'
      : parameter.values !== undefined
        ? listed(parameter.values)
        : `${parameter.type === 'int' ? 'whole number' : 'number'}${parameter.minimum === undefined ? '' : `, at least ${parameter.minimum}`}`;
  const standard = parameter.default === undefined ? 'required' : `\`${parameter.default}\``;
  return [`\`${name}\``, values, standard, parameter.description];
}

function table(titles, rows) {
  const line = (cells) => `| ${cells.map((cell) => String(cell).replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(titles), line(titles.map(() => '---')), ...rows.map(line)].join('\n');
}

function operatorSection({ name, document, fragment }) {
  const tunables = document.get('tunables');
  if (!isMap(tunables)) throw new Error(`${name} has no tunables`);
  const tunableRows = tunables.items.map((item) => {
    const key = String(item.key);
    return [`\`${key}\``, listed(fragment.tunables[key]), `\`${fragment.default[key]}\``, commentOf(item)];
  });
  const roleOf = ({ check, scratch }) =>
    check !== undefined ? ', result' : scratch ? ', between passes' : '';
  const buffers = Object.entries(fragment.buffers).map(
    ([buffer, written]) => `\`${buffer}\` (binding ${written.binding}${roleOf(written)})`,
  );
  return [
    `## ${name}`,
    fragment.description,
    table(
      ['parameter', 'values', 'default', 'meaning'],
      Object.entries(fragment.parameters).map(parameterRow),
    ),
    table(['tunable', 'values', 'default', 'what it does'], tunableRows),
    `Buffers: ${buffers.join(', ')}.`,
  ].join('\n\n');
}

/** The operators by name, with what their fragments say. */
function readOperators() {
  const folders = readdirSync('src/operators', { withFileTypes: true }).filter(
    (entry) => entry.isDirectory() && entry.name !== 'shared',
  );
  const names = folders.map(({ name }) => name).sort();
  return names.map((name) => {
    const document = parseDocument(readFileSync(`src/operators/${name}/operator.yaml`, 'utf8'));
    return { name, document, fragment: document.toJS() };
  });
}

/** Operators, where their tables are, and what they compute. */
function operatorList(operators) {
  const rows = operators.map(({ name, fragment: { group, description } }) => {
    const link = `[\`${name}\`](operators/${group}.md#${name})`;
    return [link, description.split(/(?<=[.;:]) /)[0].replace(/[;:]$/, '.')];
  });
  return table(['operator', 'computes'], rows);
}

function write(page, content) {
  const text = readFileSync(page, 'utf8');
  const [before, after] = [text.split(begin)[0], text.split(end)[1]];
  if (before === undefined || after === undefined || !text.includes(begin)) {
    throw new Error(`${page} needs the markers ${begin} and ${end}`);
  }
  const written = `${before}${begin}\n\n${content}\n\n${end}${after}`;
  if (!values.check) writeFileSync(page, written);
  else if (written !== text) {
    console.error(`${page} is not what its sources give: run node scripts/docs.mjs`);
    process.exitCode = 1;
  }
}

write('docs/manifest.md', reference());
const operators = readOperators();
write('docs/operators.md', operatorList(operators));
for (const group of new Set(operators.map(({ fragment }) => fragment.group))) {
  const members = operators.filter(({ fragment }) => fragment.group === group);
  write(`docs/operators/${group}.md`, members.map(operatorSection).join('\n\n'));
}
