import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  guideAt,
  manifestGuide,
  maxFaults,
  nearestName,
  validateManifest,
  validateOperator,
} from '../../src/schema/index.ts';

const manifest = {
  version: 1,
  kernels: { k: { operator: 'matmul', workloads: [{ m: 1 }] } },
};

/** Faults as `pointer message`. */
function faults(data: unknown): string[] {
  const result = validateManifest(data);
  return result.ok ? [] : result.faults.map(({ pointer, message }) => `${pointer} ${message}`);
}

describe('validators', () => {
  it('hand the same data back, typed', () => {
    const result = validateManifest(manifest);
    expect(result).toEqual({ ok: true, value: manifest });
    expect(result.ok && result.value).toBe(manifest);
  });

  it('find all faults, each with its place and in words', () => {
    expect(
      faults({
        version: 2,
        budget: { guard: { trials: 0, 'search-seconds': 'long' } },
        gate: { 'fail-on': ['regressed', 'regressed', 'bad'] },
        kernels: { k: { operator: '', workloads: [], sentinel: 1 } },
        extra: true,
      }).sort(),
    ).toEqual([
      " has an unknown key 'extra'",
      '/budget/guard/search-seconds must be a number',
      '/budget/guard/trials must be at least 1',
      '/gate/fail-on has the same item twice (numbers 1 and 2)',
      '/gate/fail-on/2 must be regressed, wrong-result, missing-baseline, inconclusive or environment',
      '/kernels/k/operator must not be empty',
      '/kernels/k/sentinel must be true or false',
      '/kernels/k/workloads must not be empty',
      '/version must be 1',
    ]);
  });

  it.each([[null], [undefined], ['text'], [[]], [Number.NaN], [new Map()]])('refuse %s', (data) => {
    expect(validateManifest(data).ok).toBe(false);
  });

  it('look at own properties only', () => {
    expect(faults(Object.create(manifest))).toEqual([" misses 'version'", " misses 'kernels'"]);
    expect(faults(JSON.parse('{"version": 1, "kernels": {}, "__proto__": {}}'))).toContain(
      " has an unknown key '__proto__'",
    );
  });

  it('refuse numbers that are none', () => {
    const gate = (margin: number) => ({ ...manifest, gate: { energy: { margin } } });
    expect(validateManifest(gate(0.5)).ok).toBe(true);
    expect(validateManifest(gate(Number.POSITIVE_INFINITY)).ok).toBe(false);
    expect(validateManifest(gate(Number.NaN)).ok).toBe(false);
  });

  it('list a bounded number of faults', () => {
    const kernels = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`k${i}`, 1]));
    const result = validateManifest({ version: 1, kernels });
    expect(!result.ok && result.faults.length).toBe(maxFaults);
  });

  it('know what belongs to a kernel of one kind and not of the other', () => {
    const own = {
      source: 'a.wgsl',
      workloads: [{ n: 1 }],
      buffers: { b: { binding: 0, type: 'f32' } },
      dispatch: [1],
    };
    const kernels = (k: object) => faults({ version: 1, kernels: { k } });
    expect(kernels(own)).toEqual([]);
    expect(kernels({ ...own, operator: 'matmul' })).toContain('/kernels/k/source is not allowed here');
    expect(kernels({ workloads: [{ n: 1 }] })).toContain("/kernels/k misses 'source'");
  });

  it('keep an operator to what a manifest may say of a kernel, less the workloads', () => {
    const result = validateOperator({ description: 'x', workloads: [] });
    const found = result.ok ? [] : result.faults.map(({ message }) => message);
    expect(found).toContain("has an unknown key 'workloads'");
    expect(found).toContain("misses 'parameters'");
  });
});

interface SchemaNode {
  readonly [key: string]: unknown;
}

/** All schemas in a schema file that describe a value, with where they are. */
function nodesOf(node: unknown, path = ''): [string, SchemaNode][] {
  if (typeof node !== 'object' || node === null) return [];
  const below = Object.entries(node).flatMap(([key, value]) =>
    ['examples', 'default', 'enum', 'const'].includes(key) ? [] : nodesOf(value, `${path}/${key}`),
  );
  const isSchema = 'type' in node || '$ref' in node || 'enum' in node || 'const' in node;
  return isSchema ? [[path, node as SchemaNode], ...below] : below;
}

describe('schemas', () => {
  const files = readdirSync('schemas').filter((file) => file.endsWith('.schema.json'));
  const read = (file: string): SchemaNode => JSON.parse(readFileSync(`schemas/${file}`, 'utf8'));

  it.each(files)('%s: every property is described', (file) => {
    const bare: string[] = [];
    const schema = read(file);
    const described = (node: SchemaNode): boolean =>
      typeof node.description === 'string' || typeof node.$ref === 'string' || node === null;
    for (const [path, node] of nodesOf(schema)) {
      for (const [key, property] of Object.entries((node.properties ?? {}) as Record<string, SchemaNode>)) {
        if (typeof property === 'object' && !described(property)) bare.push(`${path}/${key}`);
      }
    }
    expect(bare).toEqual([]);
  });

  it.each(files)('%s: lists, mappings and texts are bounded, and keys are known', (file) => {
    const open: string[] = [];
    for (const [path, node] of nodesOf(read(file))) {
      const types = [node.type].flat();
      if (types.includes('array') && node.maxItems === undefined) open.push(`${path} maxItems`);
      if (types.includes('string') && node.maxLength === undefined && node.enum === undefined) {
        const isFixed = /^\^[^*+]*\$$/.test(String(node.pattern));
        if (node.const === undefined && node.format === undefined && !isFixed) open.push(`${path} maxLength`);
      }
      if (types.includes('object')) {
        const isMap = typeof node.additionalProperties === 'object';
        if (node.additionalProperties === undefined && node.oneOf === undefined)
          open.push(`${path} additionalProperties`);
        if (isMap && node.maxProperties === undefined) open.push(`${path} maxProperties`);
      }
    }
    expect(open).toEqual([]);
  });

  it('the example of the manifest schema is a manifest', () => {
    const { examples } = read('manifest.schema.json') as { examples: unknown[] };
    expect(examples.map(faults)).toEqual([[]]);
  });
});

describe('guideAt', () => {
  it('knows keys and an example for a place, whatever the kernel is called', () => {
    expect(guideAt(manifestGuide, '/budget/guard')?.keys).toEqual([
      'trials',
      'search-seconds',
      'judge-seconds',
    ]);
    expect(guideAt(manifestGuide, '/kernels/softmax/buffers/x')?.keys).toContain('binding');
    expect(guideAt(manifestGuide, '/kernels/softmax/workloads/0')?.example).toBe(
      '{ ROWS: 4096, COLS: 1024 }',
    );
    expect(guideAt(manifestGuide, '/nowhere')).toBeNull();
    expect(guideAt(manifestGuide, '/kernels/k/constructor')).toBeNull();
  });
});

describe('nearestName', () => {
  it.each<[string, readonly string[], string | null]>([
    ['workloads', ['workload', 'tunables'], 'workload'],
    ['trails', ['trials', 'entry'], 'trials'],
    ['latencySlack', ['latency-slack', 'minimize'], 'latency-slack'],
    ['WORKGROUP', ['workgroup'], 'workgroup'],
    ['objectiv', ['objective', 'object'], 'objective'],
    ['completely', ['different'], null],
    ['x', ['y', 'z'], null],
    ['q', ['Q'], 'Q'],
    ['anything', [], null],
    ['a'.repeat(10_000), ['a'.repeat(9_999)], null],
  ])('%s among %j is %s', (name, known, expected) => {
    expect(nearestName(name, known)).toBe(expected);
  });
});
