import { expect, it } from 'vitest';
import { describeOnAdapter } from '../support/adapter.ts';
import { joulegate, projectFolder } from '../support/command-line.ts';

const manifest = (values: string) => `version: 1
objective: { minimize: latency }
budget: { retune: { trials: 1, search-seconds: 3, judge-seconds: 3 } }
kernels:
  scale:
    source: scale.wgsl
    workloads: [{ ROWS: 64, COLS: 64 }]
    buffers:
      shape: { binding: 0, values: ${values} }
      input: { binding: 1, type: f32, length: ROWS * COLS, fill: normal }
      output: { binding: 2, type: f32, length: ROWS * COLS, check: { relative: 1.0e-6 } }
    dispatch: [ROWS]
    reference: plain.wgsl
`;

const program = (declarations: string, result: string) => `${declarations}
@group(0) @binding(1) var<storage, read> input: array<f32>;
@group(0) @binding(2) var<storage, read_write> output: array<f32>;
@compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) { output[id.x] = ${result}; }
`;

const project = (values: string) => ({
  'joulegate.yaml': manifest(values),
  'scale.wgsl': program(
    `struct Shape { rows: u32, shift: i32, at: vec3f, scale: f32, _pad: vec2u, list: array<vec4u, 2> }
@group(0) @binding(0) var<uniform> shape: Shape;`,
    'select(0.0, input[id.x] * shape.scale + f32(shape.shift) * shape.at.z + f32(shape.list[1].w), id.x < shape.rows * 64u)',
  ),
  'plain.wgsl': program('', 'input[id.x] * 0.125 - 3.0 * 0.5 + 9.0'),
});

describeOnAdapter('values of a uniform', () => {
  it('reach the program as members of their types', async () => {
    const right = await projectFolder(
      project('[ROWS, -3, 0, 0, 0.5, 1.0 / sqrt(COLS), 1, 2, 3, 4, 5, 6, 7, 9]'),
    );
    expect((await joulegate(right, 'retune')).status).toBe(0);
    const wrong = await projectFolder(project('[ROWS, -3, 0, 0, 0.5, 0.25, 1, 2, 3, 4, 5, 6, 7, 9]'));
    const ended = await joulegate(wrong, 'retune', '--json');
    expect(JSON.parse(ended.stdout).kernels[0].failures).toEqual({ 'wrong-result': 1 });
  });

  it('are a fault at their place in the manifest where they do not fit', async () => {
    const folder = await projectFolder(project('[0.5, -3, 0, 0, 0.5, 1, 1, 2, 3, 4, 5, 6, 7, 9]'));
    const ended = await joulegate(folder, 'validate');
    expect(ended.status).toBe(2);
    expect(ended.stdout).toContain(
      'joulegate.yaml:9:37: error: scale ROWS=64,COLS=64: `rows` (u32) of buffer `shape` is 0.5, which is no whole number',
    );
  });

  it('that are taken for bits are said so by validate', async () => {
    const words = '[64, -3, 0, 0, 0, 0, 1056964608, 1040187392, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 9]';
    const folder = await projectFolder({
      ...project(words),
      'joulegate.yaml': manifest(words).replace('binding: 0,', 'binding: 0, kind: uniform, type: i32,'),
    });
    const ended = await joulegate(folder, 'validate');
    expect(ended.status).toBe(0);
    expect(ended.stdout).toContain(
      'joulegate.yaml:5: warning: scale: `at.z` of buffer `shape` is f32, and 1056964608 is taken for the bits of 0.5',
    );
    expect((await joulegate(folder, 'retune')).status).toBe(0);
  });
});
