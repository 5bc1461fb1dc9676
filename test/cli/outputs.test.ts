import { expect, it } from 'vitest';
import { describeOnAdapter } from '../support/adapter.ts';
import { commitAll, joulegate, projectFolder, writeFiles } from '../support/command-line.ts';
import { itInFull } from '../support/full.ts';

/** One value per element out of those of `values`, `id.x` being its index. */
const program = (value: string) => `@group(0) @binding(0) var<storage, read> values: array<f32>;
@group(0) @binding(1) var<storage, read_write> results: array<f32>;
@compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x < arrayLength(&values)) { results[id.x] = ${value}; }
}
`;

const manifest = (check: string, more = '') => `version: 1
objective: { minimize: latency }
budget:
  guard: { trials: 2, search-seconds: 3, judge-seconds: 3 }
  retune: { trials: 2, search-seconds: 3, judge-seconds: 3 }
kernels:
  k:
    source: k.wgsl
    workloads: [{ N: 4096 }]
    buffers:
      values: { binding: 0, type: f32, length: N, fill: index }
      results: { binding: 1, type: f32, length: N, check: ${check} }
    dispatch: ["ceil_div(N, 64)"]
${more}`;

const unlike = '(values[id.x] - 5.0) / max(values[id.x] - 5.0, 0.0)';

describeOnAdapter('outputs that are no finite numbers', () => {
  it('are said by a retune, in the reference and in what is right', async () => {
    const folder = await projectFolder({
      'joulegate.yaml': manifest('{ relative: 1.0e-3, nan: equal }'),
      'k.wgsl': program(unlike),
    });
    const ended = await joulegate(folder, 'retune', '--json');
    expect(ended.status).toBe(0);
    const warnings = JSON.parse(ended.stdout).warnings.join('\n');
    expect(warnings).toContain(
      'k N=4096: `results`: NaN in 1 of 4096 elements, first at index 5, as in the reference.',
    );
    expect(warnings).toContain('infinity in 5 of 4096 elements, first at index 0, as in the reference.');
  });

  itInFull('are no reference unless the manifest says so', async () => {
    const folder = await projectFolder({
      'joulegate.yaml': manifest('{ relative: 1.0e-3 }'),
      'k.wgsl': program(unlike),
    });
    const ended = await joulegate(folder, 'retune', '--json');
    expect(ended.status).toBe(2);
    const { failures, failureExamples } = JSON.parse(ended.stdout).kernels[0];
    expect(failures).toEqual({ 'not-a-number': 1 });
    expect(failureExamples[0].message).toContain(
      'the reference itself yields NaN in 1 of 4096 elements, first at index 5',
    );
    expect(failureExamples[0].message).toContain('infinity in 5 of 4096 elements, first at index 0');
  });

  itInFull('of a kernel without a reference are judged by itself, which is told once', async () => {
    const files = { 'k.wgsl': program('values[id.x]'), 'r.wgsl': program('values[id.x] * 1.0') };
    const alone = await projectFolder({ ...files, 'joulegate.yaml': manifest('{ relative: 1.0e-3 }') });
    const validated = (await joulegate(alone, 'validate')).stdout;
    expect(validated).toContain(
      "joulegate.yaml: note: k: no 'reference' says what is right, so the default configuration is judged by itself",
    );
    const report = JSON.parse((await joulegate(alone, 'retune', '--json')).stdout);
    expect(report.kernels[0].selfJudged).toBe(true);
    const judged = await projectFolder({
      ...files,
      'joulegate.yaml': manifest('{ relative: 1.0e-3 }', '    reference: r.wgsl\n'),
    });
    expect((await joulegate(judged, 'validate')).stdout).not.toContain('judged by itself');
    expect(JSON.parse((await joulegate(judged, 'retune', '--json')).stdout).kernels[0]).not.toHaveProperty(
      'selfJudged',
    );
  });

  it('are compared in any order where the manifest says so', async () => {
    const files = {
      'k.wgsl': program('values[4095u - id.x]'),
      'r.wgsl': program('values[id.x]'),
    };
    const run = async (check: string) => {
      const text = manifest(check, '    reference: r.wgsl\n');
      const folder = await projectFolder({ ...files, 'joulegate.yaml': text });
      return JSON.parse((await joulegate(folder, 'retune', '--json')).stdout).kernels[0].failures;
    };
    expect(await run('{ absolute: 0 }')).toEqual({ 'wrong-result': 1 });
    expect(await run('{ as: multiset }')).toEqual({});
    expect(await run('{ as: sum, relative: 1.0e-6 }')).toEqual({});
  });

  itInFull('are said of head by the guard, as is a check that head loosens', async () => {
    const folder = await projectFolder({
      'joulegate.yaml': manifest('{ relative: 1.0e-3 }'),
      'k.wgsl': program('values[id.x]'),
    });
    commitAll(folder);
    await writeFiles(folder, {
      'joulegate.yaml': manifest('{ relative: 1.0e-3, nan: equal }'),
      'k.wgsl': program('values[id.x] + 1.0 / max(values[id.x] - 5.0, 0.0)'),
    });
    const ended = await joulegate(folder, 'guard', '--base', 'HEAD', '--json');
    const warnings = JSON.parse(ended.stdout).warnings.join('\n');
    expect(warnings).toContain('k N=4096: `results`: infinity in 6 of 4096 elements, first at index 0');
    expect(warnings).toContain(
      'k: the check of results is looser than in base (relative 0.001, absolute 0 became relative 0.001, absolute 0, NaN equal)',
    );
  });
});
