/** A kernel whose cost is set by `rounds` turns of a loop that no compiler can fold away, and whose results are not. */
export function powerKernel(rounds: number): string {
  return `// Repeats a chaotic map on every element.
override WORKGROUP: u32 = 64u;
override PER_THREAD: u32 = 1u;

@group(0) @binding(0) var<storage, read> values: array<f32>;
@group(0) @binding(1) var<storage, read_write> results: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u) {
  for (var k = 0u; k < PER_THREAD; k++) {
    let at = id.x * PER_THREAD + k;
    if (at >= arrayLength(&values)) { return; }
    var x = values[at];
    for (var round = 0u; round < ${rounds}u; round++) { x = fract(x * 1.5 + 0.25); }
    results[at] = values[at] + max(x - 2.0, 0.0);
  }
}
`;
}

/** A manifest with one kernel of 12 configurations, and budgets that end in seconds. */
export const smallManifest = `version: 1
objective: { minimize: energy, latency-slack: 5% }
budget:
  guard: { trials: 4, search-seconds: 5, judge-seconds: 60 }
  retune: { trials: 12, search-seconds: 30, judge-seconds: 20 }
gate:
  energy: { margin: 20%, allow-estimated: true }
  latency: { margin: 20% }
kernels:
  power:
    source: kernels/power.wgsl
    entry: main
    workloads: [{ COUNT: 65536 }]
    tunables:
      WORKGROUP: [32, 64, 128, 256]
      PER_THREAD: [1, 2, 4]
    default: { WORKGROUP: 64, PER_THREAD: 1 }
    buffers:
      values: { binding: 0, type: f32, length: COUNT, fill: uniform }
      results: { binding: 1, type: f32, length: COUNT, check: { relative: 1.0e-2, absolute: 1.0e-2 } }
    dispatch: ["ceil_div(COUNT, WORKGROUP * PER_THREAD)", 1, 1]
`;

/** The project's files; more rounds cost more. */
export function smallProject(rounds: number): Record<string, string> {
  return { 'joulegate.yaml': smallManifest, 'kernels/power.wgsl': powerKernel(rounds) };
}
