import { type BufferBinding, singlePass, type Variant } from '../../kernel/index.ts';

const workgroups = 4096;
const workgroup = 64;

const output: BufferBinding = {
  name: 'output',
  group: 0,
  binding: 0,
  kind: 'storage',
  type: 'f32',
  length: workgroups * workgroup,
  byteLength: 4 * workgroups * workgroup,
  fill: 'zeros',
  seed: 1,
  values: null,
  check: null,
};

const wgsl = `@group(0) @binding(0) var<storage, read_write> output: array<f32>;
@compute @workgroup_size(${workgroup})
fn main(@builtin(global_invocation_id) id: vec3u) {
  var value = vec4f(f32(id.x)) * vec4f(0.1, 0.2, 0.3, 0.4);
  for (var i = 0u; i < 256u; i++) { value = fma(value, vec4f(0.9999), vec4f(0.5)); }
  output[id.x] = value.x + value.y + value.z + value.w;
}`;

/** Arithmetic on all of a GPU: it shows in the power of any. */
export const burst: Variant = {
  kernel: 'joulegate',
  workload: 'burst',
  configuration: {},
  id: 'joulegate/burst',
  program: singlePass({
    wgsl,
    entryPoint: 'main',
    dispatch: [workgroups, 1, 1],
    workgroupSize: [workgroup, 1, 1],
    buffers: [output],
    requiredFeatures: [],
    identity: 'joulegate-burst-2',
    lines: wgsl.split('\n').map(() => null),
  }),
};
