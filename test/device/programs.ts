import { type BufferBinding, singlePass, type Variant } from '../../src/kernel/index.ts';

const elements = 4096;
const workgroup = 64;

/** A buffer of 4,096 floats at group 0. */
export function floats(
  name: string,
  binding: number,
  options: Partial<Pick<BufferBinding, 'kind' | 'fill' | 'check' | 'readsInitial' | 'betweenLaunches'>> = {},
): BufferBinding {
  return {
    name,
    group: 0,
    binding,
    kind: 'read-only-storage',
    type: 'f32',
    length: elements,
    byteLength: 4 * elements,
    fill: 'index',
    seed: 1,
    values: null,
    check: null,
    ...options,
  };
}

const exact = { relative: 0, absolute: 0 };

/** What `body` reads (`a`) and writes (`o`). */
export const usualBuffers: readonly BufferBinding[] = [
  floats('a', 0),
  floats('o', 1, { kind: 'storage', fill: 'zeros', check: exact }),
];

const usualHeader = `@group(0) @binding(0) var<storage, read> a: array<f32>;
@group(0) @binding(1) var<storage, read_write> o: array<f32>;`;

/** A variant that runs `body` once per element, `i` being its index; the body is on line 5 of `kernel.wgsl`. */
export function variantOf(
  id: string,
  body: string,
  changes: Partial<Parameters<typeof singlePass>[0]> = {},
): Variant {
  const buffers = changes.buffers ?? usualBuffers;
  const wgsl = `${usualHeader}
@compute @workgroup_size(${workgroup}) fn main(@builtin(global_invocation_id) id: vec3u) {
let i = id.x;
${body}
}`;
  const program = singlePass({
    wgsl,
    entryPoint: 'main',
    dispatch: [elements / workgroup, 1, 1],
    workgroupSize: [workgroup, 1, 1],
    requiredFeatures: [],
    identity: id,
    lines: wgsl.split('\n').map((_, index) => ({ file: 'kernel.wgsl', line: index + 1, column: 1 })),
    ...changes,
    buffers,
  });
  return { kernel: 'kernel', workload: 'small', configuration: {}, id: `kernel/small/${id}`, program };
}

/** Copies its input. */
export const copy = variantOf('copy', 'o[i] = a[i];');

/** Copies its input after `loops` rounds of arithmetic, so that it lasts a while. */
export function laborious(loops: number): Variant {
  return variantOf(
    `laborious-${loops}`,
    `var s = a[i]; for (var k = 0u; k < ${loops}u; k++) { s = fma(s, 1.0001, 0.5); } o[i] = s;`,
  );
}

/** Never ends. */
export const endless = variantOf('endless', 'while (a[i] == a[i]) { o[i] += a[0]; }');
