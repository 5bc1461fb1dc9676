import { describe, expect, it } from 'vitest';
import { changedBuffers, launchedAlike, type Variant } from '../../src/kernel/index.ts';
import type { BetweenLaunches } from '../../src/manifest/index.ts';
import { buffer, build, expression, programOf } from './support.ts';

const declarations = `
  struct Queue { count: atomic<u32>, items: array<u32> }
  @group(0) @binding(0) var<storage, read_write> a: array<u32>;
  @group(0) @binding(1) var<storage, read_write> b: array<u32>;
  @group(0) @binding(2) var<storage, read_write> n: atomic<u32>;
  @group(0) @binding(3) var<storage, read_write> queue: Queue;
  @group(0) @binding(4) var<storage, read_write> sum: u32;
  fn store(to: ptr<storage, u32, read_write>, value: u32) { *to = value; }
  fn twice(to: ptr<storage, u32, read_write>) { store(to, 2u * *to); }
  fn first(list: ptr<storage, array<u32>, read_write>) -> u32 { return list[0]; }
  fn fill(list: ptr<storage, array<u32>, read_write>, i: u32) { let place = &(*list)[i]; store(place, i); }
  fn same(i: u32) -> u32 { return i; }
  fn take(counter: ptr<storage, atomic<u32>, read_write>) -> u32 { return atomicAdd(counter, 1u); }`;

const buffers = ['a', 'b', 'n', 'queue', 'sum'].map((name, i) => buffer(name, i, { type: 'u32' }));

async function variantOf(body: string, betweenLaunches?: BetweenLaunches): Promise<Variant> {
  const wgsl = `requires unrestricted_pointer_parameters;${declarations}
    @compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) { let i = id.x; ${body} }`;
  const built = await build({ files: { 'k.wgsl': wgsl }, buffers, betweenLaunches });
  if (!built.ok) throw new Error(built.failure.message);
  return built.value;
}

describe('launches change what they read', () => {
  it('not by loading matrices from what they can only read, nor by storing one', async () => {
    const wgsl = `enable chromium_experimental_subgroup_matrix;
      @group(0) @binding(0) var<storage, read> a: array<f32>;
      @group(0) @binding(1) var<storage, read_write> b: array<f32>;
      @compute @workgroup_size(32) fn main() {
        let m = subgroupMatrixLoad<subgroup_matrix_left<f32, 8, 8>>(&a, 0u, false, 8u);
        subgroupMatrixStore(&b, 0u, m, false, 8u);
      }`;
    const built = await build({ files: { 'k.wgsl': wgsl }, buffers: [buffer('a', 0), buffer('b', 1)] });
    if (!built.ok) throw new Error(built.failure.message);
    expect(changedBuffers(built.value)).toBeNull();
  });

  it.each([
    ['not by storing', 'a[i] = i;', []],
    ['not by reading', 'b[i] = a[i];', []],
    ['not by asking for a length', 'if (i < arrayLength(&a)) { a[i] = i; }', []],
    ['not by reading for the place in another one', 'b[a[i]] = 1u;', []],
    ['in place', 'a[i] = a[i] + 1u;', ['a']],
    ['by a compound assignment', 'a[i] += 1u;', ['a']],
    ['by counting up', 'sum++;', ['sum']],
    ['in part', 'if (a[0] > 3u) { a[i] = 0u; }', ['a']],
    ['by reading the place that is stored to from it', 'a[a[i]] = 1u;', ['a']],
    ['as a whole', 'let before = sum; sum = before + i;', ['sum']],
    ['as a whole, in brackets', 'let before = (sum); sum = before + i;', ['sum']],
    ['not by naming what was read', 'let v = b[i]; let w = v; a[i] = same(w);', []],
    ['by an atomic counter', 'b[atomicAdd(&n, 1u)] = i;', ['n']],
    ['not by an atomic load', 'b[i] = atomicLoad(&n);', []],
    ['not by an atomic store', 'atomicStore(&n, 0u);', []],
    ['by a flag that others wait for', 'atomicStore(&n, 1u); b[i] = atomicLoad(&n);', ['n']],
    ['by a counter inside a list', 'queue.items[atomicAdd(&queue.count, 1u)] = i;', ['queue']],
    ['by a counter that a function takes', 'b[i] = take(&n);', ['n']],
    ['not by storing through a pointer', 'let p = &a[i]; *p = 1u;', []],
    ['through a pointer', 'let p = &a[i]; let q = p; *q = *p + 1u;', ['a']],
    ['through one that a function takes', 'twice(&a[i]);', ['a']],
    ['not through one that a function stores to', 'fill(&a, i);', []],
    ['through one that is read elsewhere', 'let v = first(&a); fill(&a, v);', ['a']],
    ['of two that one function may take', 'let x = first(&a); fill(&b, x); store(&a[i], x);', ['a']],
  ])('%s', async (_, body, expected) => {
    const changed = changedBuffers(await variantOf(body));
    expect(changed?.buffers ?? []).toEqual(expected);
  });
});

describe('launches of several passes change what they read', () => {
  const wgsl = `
    @group(0) @binding(0) var<storage, read_write> a: array<u32>;
    @group(0) @binding(0) var<storage, read> given: array<u32>;
    @group(0) @binding(1) var<storage, read_write> b: array<u32>;
    @compute @workgroup_size(64) fn store(@builtin(global_invocation_id) id: vec3u) { a[id.x] = id.x; }
    @compute @workgroup_size(64) fn read(@builtin(global_invocation_id) id: vec3u) { b[id.x] = given[id.x]; }
    @compute @workgroup_size(64) fn add(@builtin(global_invocation_id) id: vec3u) { b[id.x] += given[id.x]; }
    @compute @workgroup_size(64) fn launched(@builtin(global_invocation_id) id: vec3u) { b[id.x] = id.x; }`;
  const dispatch = { indirect: 'a', offset: expression(0) };
  const fill = 'ones' as const;

  it.each([
    ['where one stores what another reads', ['read', 'store'], {}, ['a']],
    ['and so does what another adds to', ['store', 'add'], {}, ['a', 'b']],
    ['not where only they share it', ['store', 'read'], { scratch: true }, []],
    ['not where it is zeroed before each', ['read', 'store'], { clear: 'launch' }, []],
    ['nor before each pass', ['read', 'store'], { clear: 'pass' }, []],
    ['where it says how large a launch is', ['launched', 'store'], { fill }, ['a']],
    ['not where none reads it', ['store', 'launched'], {}, []],
  ] as const)('%s', async (_, entries, how, expected) => {
    const isSized = 'fill' in how;
    const built = await build({
      files: { 'k.wgsl': wgsl },
      buffers: [buffer('a', 0, { type: 'u32', ...how }), buffer('b', 1, { type: 'u32' })],
      passes: entries.map((entry) => ({ entry, ...(isSized && entry === 'launched' ? { dispatch } : {}) })),
    });
    if (!built.ok) throw new Error(built.failure.message);
    expect(changedBuffers(built.value)?.buffers ?? []).toEqual(expected);
  });
});

describe('what becomes of it', () => {
  it('is put back unless the manifest says otherwise', async () => {
    const inPlace = 'a[i] += 1u; b[i] = 0u;';
    expect(changedBuffers(await variantOf(inPlace))).toEqual({ buffers: ['a'], betweenLaunches: 'reset' });
    expect(changedBuffers(await variantOf(inPlace, 'keep'))).toEqual({
      buffers: ['a'],
      betweenLaunches: 'keep',
    });
    expect(changedBuffers(await variantOf(inPlace, 'reset'))).toEqual({
      buffers: ['a', 'b'],
      betweenLaunches: 'reset',
    });
    expect(changedBuffers(await variantOf('b[i] = a[i];', 'keep'))).toBeNull();
  });

  it('is part of what a program does, where there is anything', async () => {
    const identity = async (body: string, mode?: BetweenLaunches) =>
      (await variantOf(body, mode)).program?.identity;
    expect(await identity('a[i] += 1u;')).not.toBe(await identity('a[i] += 1u;', 'keep'));
    expect(await identity('a[i] = b[i];')).toBe(await identity('a[i] = b[i];', 'keep'));
  });

  it('is the same for all that are compared', async () => {
    const [stores, adds, reads] = [
      await variantOf('a[i] = i;'),
      await variantOf('a[i] += i;'),
      await variantOf('b[i] = 2u;'),
    ];
    const alike = launchedAlike([stores, adds, reads]);
    expect(alike.map((variant) => changedBuffers(variant)?.buffers)).toEqual([['a'], ['a'], ['a']]);
    expect(alike[1]).toBe(adds);
    expect(programOf({ ok: true, value: alike[0] as Variant }).identity).not.toBe(stores.program?.identity);
    expect(launchedAlike([stores, reads])).toEqual([stores, reads]);
  });

  it('is the same for one that can only read what another changes, and no matter of uniforms', async () => {
    const one = async (kind: string, body: string) => {
      const values = kind === 'uniform' ? [expression(3)] : null;
      const built = await build({
        files: {
          'k.wgsl': `@group(0) @binding(0) var<${kind}> a: ${values ? 'u32' : 'array<u32>'};
            @group(0) @binding(1) var<storage, read_write> b: array<u32>;
            @compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) { ${body} }`,
        },
        buffers: [
          buffer('a', 0, { type: 'u32', ...(values ? { kind: 'uniform', values } : {}) }),
          buffer('b', 1, { type: 'u32' }),
        ],
      });
      if (!built.ok) throw new Error(built.failure.message);
      return built.value;
    };
    const adds = await one('storage, read_write', 'a[id.x] += 1u; b[id.x] = 1u;');
    const reads = await one('storage, read', 'b[id.x] = a[id.x];');
    const given = await one('uniform', 'b[id.x] = a;');
    const alike = launchedAlike([adds, reads, given]);
    expect(alike.map((variant) => changedBuffers(variant)?.buffers ?? [])).toEqual([['a'], ['a'], []]);
    expect(alike[2]).toBe(given);
  });
});
