import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Sizes } from './sizes.ts';

/** The loop's body of each kind of work, on a number `x`; one turn of it is the unit of cost. */
const bodies = {
  multiply: 'x = fma(x, 1.0000001, 0.25);',
  chaos: 'x = fract(x * 1.5 + 0.25);',
  sine: 'x = sin(x) + 0.5;',
  root: 'x = sqrt(abs(x) + 1.0);',
  integer: 'x = f32((bitcast<u32>(x) * 1664525u + 1013904223u) >> 8u) * 1e-7;',
} as const;

type Body = keyof typeof bodies;

/** Cost per turn differs: launches of all kinds take about as long. */
const turns: Readonly<Record<Body, number>> = { multiply: 2, chaos: 1, sine: 1, root: 1, integer: 1 };

/** With another name for its variable a program is another text that does the same work. The result is that of any number of rounds. */
function program(body: Body, rounds: number, variable: string): string {
  return `@group(0) @binding(0) var<storage, read> values: array<f32>;
@group(0) @binding(1) var<storage, read_write> results: array<f32>;

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let at = id.x;
  if (at >= arrayLength(&values)) { return; }
  var ${variable} = values[at];
  for (var round = 0u; round < ${rounds}u; round++) { ${bodies[body].replace(/\bx\b/g, variable)} }
  results[at] = values[at] + max(${variable} - 1.0e30, 0.0);
}
`;
}

/** A kernel of a guard run, and how much more work its head does. */
export interface PlantedKernel {
  readonly name: string;
  readonly body: Body;
  /** Part of additional turns: 0.05 is +5 %. */
  readonly planted: number;
  /** Of the default size, so that short and long launches are among them. */
  readonly scale: number;
}

/** Ten kernels that are not changed but for their text. */
export function unchangedKernels(count: number): readonly PlantedKernel[] {
  return (Object.keys(bodies) as Body[])
    .flatMap((body) => [
      { name: `${body}-long`, body, planted: 0, scale: 1 },
      { name: `${body}-short`, body, planted: 0, scale: 0.1 },
    ])
    .slice(0, count);
}

/** Kernels whose head does 3, 5 and 10 % more work. */
export function plantedKernels(): readonly PlantedKernel[] {
  return ([0.03, 0.05, 0.1] as const).flatMap((planted) =>
    (['multiply', 'chaos'] as const).map((body) => ({
      name: `${body}-plus-${Math.round(planted * 100)}`,
      body,
      planted,
      scale: 1,
    })),
  );
}

/** Writes base and head of a guard run below `folder`. */
export function writeGuardProject(
  folder: string,
  kernels: readonly PlantedKernel[],
  { guardRounds, guardElements, guardSeconds }: Sizes,
): void {
  for (const revision of ['base', 'head'] as const) {
    const root = join(folder, revision);
    mkdirSync(join(root, 'kernels'), { recursive: true });
    for (const { name, body, planted, scale } of kernels) {
      const base = Math.max(20, Math.round(guardRounds * turns[body] * scale));
      const rounds = revision === 'base' ? base : Math.round(base * (1 + planted));
      writeFileSync(
        join(root, 'kernels', `${name}.wgsl`),
        program(body, rounds, revision === 'base' ? 'x' : 'value'),
      );
    }
    const entries = kernels.map(
      ({ name }) => `  ${name}:
    source: kernels/${name}.wgsl
    entry: main
    workloads: [{ SIZE: ${guardElements} }]
    buffers:
      values: { binding: 0, type: f32, length: SIZE, fill: uniform }
      results: { binding: 1, type: f32, length: SIZE, check: { relative: 1.0e-3, absolute: 1.0e-3 } }
    # More turns give another result: each revision is compared with itself.
    reference: kernels/${name}.wgsl
    dispatch: ["ceil_div(SIZE, 256)", 1, 1]
`,
    );
    writeFileSync(
      join(root, 'joulegate.yaml'),
      `version: 1
budget:
  guard: { trials: 1, search-seconds: 1, judge-seconds: ${guardSeconds} }
gate:
  energy: { margin: 3% }
  latency: { margin: 3% }
kernels:
${entries.join('')}`,
    );
  }
}
