/** What a kernel does over and over: `times` turns that no compiler folds, whose results are not to be seen. */
function labour(times: number): string {
  return `fn labour(seed: f32) -> f32 {
  var x = seed;
  for (var turn = 0u; turn < ${times}u; turn++) { x = fract(x * 1.37 + 0.61); }
  return max(x - 2.0, 0.0);
}`;
}

/** A kernel whose launches change what they read. */
export interface ChangingKernel {
  readonly name: string;
  /** Its program; one with more turns costs more. */
  readonly program: (turns: number) => string;
  /** The program that says what is right; null: its own. */
  readonly reference: string | null;
  /** Its entry in a manifest, without the source. */
  readonly entry: string;
  /** What its launches change of what they read. */
  readonly changes: readonly string[];
}

/** Particles that are moved for as long as they have to, and are at rest afterwards. */
const settle: ChangingKernel = {
  name: 'settle',
  program: (turns) => `${labour(turns)}
@group(0) @binding(0) var<storage, read_write> unrest: array<u32>;
@group(0) @binding(1) var<storage, read_write> places: array<f32>;
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let me = &unrest[id.x];
  for (; *me > 0u; *me -= 1u) { places[id.x] += 1.0 + labour(places[id.x]); }
}
`,
  reference: null,
  entry: `workloads: [{ N: 4096 }]
    buffers:
      unrest: { binding: 0, type: u32, length: N, fill: ones, check: { absolute: 0 } }
      places: { binding: 1, type: f32, length: N, fill: index, check: { absolute: 0 } }
    dispatch: [N / 64]`,
  changes: ['unrest', 'places'],
};

/** A list of what is heavy, in the order in which invocations come; a full list takes nothing more. */
const collect: ChangingKernel = {
  name: 'collect',
  program: (turns) => `${labour(turns)}
struct Found { length: atomic<u32>, items: array<u32> }
@group(0) @binding(0) var<storage, read> weights: array<f32>;
@group(0) @binding(1) var<storage, read_write> found: Found;
fn take(counter: ptr<storage, atomic<u32>, read_write>) -> u32 { return atomicAdd(counter, 1u); }
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (weights[id.x] < 0.5) { return; }
  let at = take(&found.length);
  if (at < arrayLength(&found.items)) { found.items[at] = id.x + u32(labour(weights[id.x])); }
}
`,
  reference: null,
  entry: `workloads: [{ N: 8192 }]
    buffers:
      weights: { binding: 0, type: f32, length: N, fill: uniform }
      found: { binding: 1, type: u32, length: N, check: { as: multiset } }
    dispatch: [N / 64]`,
  changes: ['found'],
};

/** A step of AdamW: parameters and both moments in place. */
const adamw: ChangingKernel = {
  name: 'adamw',
  program: (turns) => `${labour(turns)}
struct Step { rate: f32, decay: f32, beta: vec2f }
@group(0) @binding(0) var<uniform> step: Step;
@group(0) @binding(1) var<storage, read> gradients: array<f32>;
@group(0) @binding(2) var<storage, read_write> parameters: array<f32>;
@group(0) @binding(3) var<storage, read_write> moments: array<vec2f>;
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let g = gradients[id.x];
  let m = mix(vec2f(g, g * g), moments[id.x], step.beta);
  let hat = m / (1.0 - step.beta);
  let p = parameters[id.x] * (1.0 - step.rate * step.decay);
  parameters[id.x] = p - step.rate * hat.x / (sqrt(hat.y) + 1e-8) + labour(g);
  moments[id.x] = m;
}
`,
  reference: `struct Step { rate: f32, decay: f32, first: f32, second: f32 }
@group(0) @binding(0) var<uniform> step: Step;
@group(0) @binding(1) var<storage, read> gradients: array<f32>;
@group(0) @binding(2) var<storage, read_write> parameters: array<f32>;
@group(0) @binding(3) var<storage, read_write> moments: array<f32>;
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  let g = gradients[i];
  moments[2u * i] = step.first * moments[2u * i] + (1.0 - step.first) * g;
  moments[2u * i + 1u] = step.second * moments[2u * i + 1u] + (1.0 - step.second) * g * g;
  let first = moments[2u * i] / (1.0 - step.first);
  let second = moments[2u * i + 1u] / (1.0 - step.second);
  parameters[i] -= step.rate * step.decay * parameters[i];
  parameters[i] -= step.rate * first / (sqrt(second) + 1e-8);
}
`,
  entry: `workloads: [{ N: 16384 }]
    buffers:
      step: { binding: 0, values: [0.01, 0.1, 0.9, 0.999] }
      gradients: { binding: 1, type: f32, length: N, fill: normal }
      parameters: { binding: 2, type: f32, length: N, fill: normal, check: { relative: 1.0e-4, absolute: 1.0e-5 } }
      moments: { binding: 3, type: f32, length: 2 * N, fill: uniform, check: { relative: 1.0e-4, absolute: 1.0e-5 } }
    dispatch: [N / 64]`,
  changes: ['parameters', 'moments'],
};

/** Sums of all elements up to each, in one pass: workgroups say how far they are, and look back at those before them. */
const scan: ChangingKernel = {
  name: 'scan',
  program: (turns) => `${labour(turns)}
const own = 1u << 30u;
const whole = 2u << 30u;
const sumBits = own - 1u;
@group(0) @binding(0) var<storage, read> values: array<u32>;
@group(0) @binding(1) var<storage, read_write> sums: array<u32>;
@group(0) @binding(2) var<storage, read_write> parts: array<atomic<u32>>;
var<workgroup> part: u32;
var<workgroup> before: u32;
var<workgroup> tile: array<u32, 64>;
@compute @workgroup_size(64)
fn main(@builtin(local_invocation_index) lane: u32) {
  if (lane == 0u) { part = atomicAdd(&parts[0], 1u); }
  let mine = workgroupUniformLoad(&part);
  let i = mine * 64u + lane;
  tile[lane] = values[i] + u32(labour(f32(values[i])));
  for (var d = 1u; d < 64u; d *= 2u) {
    workgroupBarrier();
    let left = select(0u, tile[max(lane, d) - d], lane >= d);
    workgroupBarrier();
    tile[lane] += left;
  }
  workgroupBarrier();
  if (lane == 0u) {
    let total = tile[63];
    atomicStore(&parts[1u + mine], own | total);
    var sum = 0u;
    for (var back = mine; back > 0u;) {
      let state = atomicLoad(&parts[back]);
      if (state >= own) {
        sum += state & sumBits;
        back = select(back - 1u, 0u, state >= whole);
      }
    }
    atomicStore(&parts[1u + mine], whole | (sum + total));
    before = sum;
  }
  sums[i] = workgroupUniformLoad(&before) + tile[lane];
}
`,
  reference: `@group(0) @binding(0) var<storage, read> values: array<u32>;
@group(0) @binding(1) var<storage, read_write> sums: array<u32>;
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  var sum = 0u;
  for (var i = 0u; i <= id.x; i++) { sum += values[i]; }
  sums[id.x] = sum;
}
`,
  entry: `workloads: [{ N: 4096 }]
    buffers:
      values: { binding: 0, type: u32, length: N, fill: index }
      sums: { binding: 1, type: u32, length: N, check: { absolute: 0 } }
      parts: { binding: 2, type: u32, length: N / 64 + 1 }
    dispatch: [N / 64]`,
  changes: ['parts'],
};

/** The scattering of one digit of a radix sort: cursors say where the next key of each digit goes. */
const scatter: ChangingKernel = {
  name: 'scatter',
  program: (turns) => `${labour(turns)}
@group(0) @binding(0) var<storage, read> keys: array<u32>;
@group(0) @binding(1) var<storage, read_write> cursors: array<atomic<u32>, 4>;
@group(0) @binding(2) var<storage, read_write> sorted: array<u32>;
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let key = keys[id.x] + u32(labour(f32(id.x)));
  sorted[atomicAdd(&cursors[key & 3u], 1u)] = key & 3u;
}
`,
  reference: null,
  entry: `workloads: [{ N: 8192 }]
    buffers:
      keys: { binding: 0, type: u32, length: N, fill: index }
      cursors: { binding: 1, values: [0, N / 4, N / 2, 3 * N / 4], check: { absolute: 0 } }
      sorted: { binding: 2, type: u32, length: N, check: { absolute: 0 } }
    dispatch: [N / 64]`,
  changes: ['cursors'],
};

/** One of each kind. */
export const changingKernels: readonly ChangingKernel[] = [settle, collect, adamw, scan, scatter];

/** A project of some kernels, with so many turns of inner work each. */
export function changingProject(
  kernels: readonly ChangingKernel[],
  turnsOf: (kernel: ChangingKernel) => number,
): Record<string, string> {
  const entries = kernels.map(({ name, reference, entry }) => {
    const judge = reference === null ? '' : `\n    reference: ${name}-reference.wgsl`;
    return `  ${name}:\n    source: ${name}.wgsl${judge}\n    ${entry}\n`;
  });
  const programs = kernels.flatMap((kernel) => [
    [`${kernel.name}.wgsl`, kernel.program(turnsOf(kernel))],
    ...(kernel.reference === null ? [] : [[`${kernel.name}-reference.wgsl`, kernel.reference]]),
  ]);
  return {
    'joulegate.yaml': `version: 1
objective: { minimize: latency }
budget:
  guard: { trials: 2, search-seconds: 3, judge-seconds: 60 }
  retune: { trials: 2, search-seconds: 5, judge-seconds: 10 }
gate:
  energy: { margin: 50%, allow-estimated: true }
  latency: { margin: 50% }
kernels:
${entries.join('')}`,
    ...Object.fromEntries(programs),
  };
}
