import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { ReportGuard, ReportRetune } from '../../src/schema/index.ts';
import { commitAll, projectFolder, scripted, writeFiles } from '../support/command-line.ts';
import { itInFull } from '../support/full.ts';
import { passesProject } from '../support/passes-example.ts';

/** Two launches whose costs, on the scripted adapter, are the rounds of their loops. */
const project = (rounds: { readonly first: number; readonly second: number }) => ({
  'joulegate.yaml': `version: 1
objective: { minimize: latency }
budget:
  guard: { trials: 4, search-seconds: 5, judge-seconds: 60 }
  retune: { trials: 8, search-seconds: 20, judge-seconds: 20 }
gate: { latency: { margin: 20% } }
kernels:
  two:
    source: kernels/two.wgsl
    passes:
      - { entry: first, dispatch: ["ceil_div(COUNT, WORKGROUP)"] }
      - { entry: second, dispatch: ["ceil_div(COUNT, WORKGROUP)"] }
    workloads: [{ COUNT: 4096 }]
    tunables: { WORKGROUP: [32, 64, 128, 256] }
    default: { WORKGROUP: 64 }
    buffers:
      values: { binding: 0, type: f32, length: COUNT, fill: uniform }
      between: { binding: 1, type: f32, length: COUNT, scratch: true }
      results: { binding: 2, type: f32, length: COUNT, check: { relative: 1.0e-2 } }
`,
  'kernels/two.wgsl': `override WORKGROUP: u32 = 64u;
@group(0) @binding(0) var<storage, read> values: array<f32>;
@group(0) @binding(1) var<storage, read_write> between: array<f32>;
@group(0) @binding(2) var<storage, read_write> results: array<f32>;
@compute @workgroup_size(WORKGROUP)
fn first(@builtin(global_invocation_id) id: vec3u) {
  var x = values[id.x];
  for (var round = 0u; round < ${rounds.first}u; round++) { x = fract(x * 1.5 + 0.25); }
  between[id.x] = values[id.x] + max(x - 2.0, 0.0);
}
@compute @workgroup_size(WORKGROUP)
fn second(@builtin(global_invocation_id) id: vec3u) {
  var x = between[id.x];
  for (var round = 0u; round < ${rounds.second}u; round++) { x = fract(x * 1.5 + 0.25); }
  results[id.x] = between[id.x] + max(x - 2.0, 0.0);
}
`,
});

function reportIn(folder: string): unknown {
  return JSON.parse(readFileSync(join(folder, 'out', 'report.json'), 'utf8'));
}

it('a kernel of several launches is validated, retuned and guarded, and a report says which of them moved', async () => {
  const folder = await projectFolder(project({ first: 100, second: 20 }));
  expect((await scripted(folder, 'validate')).status).toBe(0);
  const retuned = await scripted(folder, 'retune', '--meter', 'none', '--report', 'out');
  expect([retuned.status, retuned.stdout]).toEqual([
    0,
    expect.stringContaining('passes, each by itself: first'),
  ]);
  const [found] = (reportIn(folder) as ReportRetune).kernels;
  expect(found?.configuration).toEqual({ WORKGROUP: 128 });
  expect(found?.passes?.map(({ name, changed }) => [name, changed])).toEqual([
    ['first', true],
    ['second', true],
  ]);

  commitAll(folder);
  await writeFiles(folder, project({ first: 100, second: 100 }));
  const guarded = await scripted(folder, 'guard', '--base', 'HEAD', '--meter', 'none', '--report', 'out');
  expect(guarded.status).toBe(1);
  const [kernel] = (reportIn(folder) as ReportGuard).kernels;
  expect(kernel).toMatchObject({
    verdict: 'regressed',
    file: 'kernels/two.wgsl',
    line: 12,
  });
  const ratios = kernel?.passes?.map(({ name, beforeMs, afterMs, changed }) => [
    name,
    Math.round((afterMs ?? 0) / (beforeMs ?? 1)),
    changed,
  ]);
  expect(ratios).toEqual([
    ['first', 1, false],
    ['second', 5, true],
  ]);
  const markdown = readFileSync(join(folder, 'out', 'report.md'), 'utf8');
  expect(markdown).toContain('<details><summary>Passes</summary>');
  expect(markdown).toMatch(/\*\*`second`\*\* \|.*\+\d{3} %/);
});

itInFull(
  'what is the same in all passes is identical, and one pass instead of two is compared with both',
  async () => {
    const before = project({ first: 100, second: 20 });
    const folder = await projectFolder(before);
    commitAll(folder);
    await writeFiles(folder, {
      'kernels/two.wgsl': `// A comment.\n${before['kernels/two.wgsl']}`,
    });
    const args = ['guard', '--base', 'HEAD', '--meter', 'none', '--report', 'out'];
    expect((await scripted(folder, ...args)).status).toBe(0);
    expect((reportIn(folder) as ReportGuard).kernels).toMatchObject([{ verdict: 'identical' }]);

    // Head has no scratch, and that is no other input.
    const one = before['kernels/two.wgsl']
      .replace(/.*> between.*\n/, '')
      .replace(
        / {2}between\[id.x\] = (.*)\n\}[\s\S]*fn second.*\n.*\n/,
        '  let between = $1\n  x = between;\n',
      )
      .replaceAll('between[id.x]', 'between');
    const manifest = before['joulegate.yaml']
      .replace(/ +- { entry: second.*\n/, '')
      .replace(/ +between:.*\n/, '');
    await writeFiles(folder, { 'kernels/two.wgsl': one, 'joulegate.yaml': manifest });
    expect((await scripted(folder, ...args)).status).toBe(0);
    const [kernel] = (reportIn(folder) as ReportGuard).kernels;
    expect(kernel?.passes?.map(({ name, afterMs }) => [name, afterMs === null])).toEqual([
      ['first', false],
      ['second', true],
    ]);
    expect((reportIn(folder) as ReportGuard).warnings).toEqual([]);
  },
);

itInFull('the example is valid, planned, and exported with all of its passes', async () => {
  const folder = await projectFolder(passesProject());
  const validated = await scripted(folder, 'validate');
  expect([validated.status, validated.stderr]).toEqual([0, '']);
  const planned = await scripted(folder, 'plan', '--json');
  expect(JSON.parse(planned.stdout).workloads).toHaveLength(4);
  expect((await scripted(folder, 'export', 'runtime', '--out', 'kernels.json')).status).toBe(0);
  const { kernels } = JSON.parse(readFileSync(join(folder, 'kernels.json'), 'utf8'));
  expect(
    kernels.map(({ name, passes, texts }: { name: string; passes: { name: string }[]; texts: unknown[] }) => [
      name,
      passes.map((pass) => pass.name),
      texts.length,
    ]),
  ).toEqual([
    ['decode-attention', ['split', 'combine'], 1],
    ['life', ['there', 'back'], 1],
    ['digit-sort', ['count', 'prefix', 'scatter'], 1],
    ['worklist', ['collect', 'work'], 1],
  ]);
});
