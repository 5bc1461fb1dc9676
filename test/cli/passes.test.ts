import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { ReportGuard, ReportRetune } from '../../src/schema/index.ts';
import { describeOnAdapter } from '../support/adapter.ts';
import { commitAll, joulegate, projectFolder, writeFiles } from '../support/command-line.ts';
import { isFull } from '../support/full.ts';
import { passesProject, plantedFaults } from '../support/passes-example.ts';

/** Several times the inner work of one pass of each kernel, same results: file, text, its replacement. */
const slower = [
  [
    'attention.wesl',
    '{ total += exp(scores[i] - highest); }',
    '{ for (var k = 0u; k < 32u; k++) { total += exp(scores[(i + k) % PART] - highest) / 32.0; } }',
  ],
  [
    'life.wgsl',
    'let neighbours = ',
    'var more = 0u;\n  for (var k = 1u; k < 40u; k++) { more += alive(x + k * 7u, y + k * 3u); }\n  let neighbours = select(0u, 1u, more > 100u) + ',
  ],
  [
    'digit-sort.wgsl',
    'sorted[at] = keys[i];',
    'var last = keys[i];\n    for (var k = 0u; k < 64u; k++) { last = max(last, keys[(i * 31u + k) % N] & 15u); }\n    sorted[at] = select(0u, keys[i], last >= digit);',
  ],
  [
    'worklist.wgsl',
    'if (items[i] <= 0.0) { continue; }',
    'var most = items[i];\n    for (var k = 0u; k < 64u; k++) { most = max(most, items[(i * 31u + k) % N]); }\n    if (items[i] <= min(0.0, most)) { continue; }',
  ],
] as const;

/** The kernels with changes to some of their files. */
function changed(changes: readonly (readonly [string, string, string])[]): Record<string, string> {
  const files = passesProject();
  for (const [name, from, to] of changes) {
    const path = `kernels/${name}`;
    if (!files[path]?.includes(from)) throw new Error(`${name} has no '${from}'`);
    files[path] = files[path].replace(from, to);
  }
  return files;
}

const files = {
  'decode-attention': 'attention.wesl',
  life: 'life.wgsl',
  'digit-sort': 'digit-sort.wgsl',
  worklist: 'worklist.wgsl',
} as const;

const reportIn = (folder: string) => JSON.parse(readFileSync(join(folder, 'out', 'report.json'), 'utf8'));

describeOnAdapter('the kernels of examples/passes', (adapter) => {
  const args = ['--base', 'HEAD', '--meter', 'none', '--report', 'out'];

  it.skipIf(!isFull)('are retuned', async () => {
    const folder = await projectFolder(passesProject());
    const { status, stderr } = await joulegate(folder, 'retune', '--meter', 'none', '--report', 'out');
    expect([status, stderr.includes('fail')]).toEqual([0, false]);
    const { kernels } = reportIn(folder) as ReportRetune;
    expect(kernels.map(({ kernel, configuration }) => [kernel, configuration !== null])).toEqual(
      Object.keys(files).map((name) => [name, true]),
    );
    const tables = kernels.map(({ passes }) => (passes?.length ?? 0) > 0);
    expect(tables).toEqual(tables.map(() => adapter.info.timestamps));
  });

  it.skipIf(!isFull)('regress where one of their passes does more work for the same result', async () => {
    const folder = await projectFolder(passesProject());
    commitAll(folder);
    await writeFiles(folder, changed(slower));
    expect((await joulegate(folder, 'guard', ...args)).status).toBe(1);
    const { kernels } = reportIn(folder) as ReportGuard;
    expect(kernels.map(({ kernel, verdict }) => [kernel, verdict])).toEqual(
      Object.keys(files).map((name) => [name, 'regressed']),
    );
  });

  it.skipIf(!isFull)('are wrong where one of their passes computes something else', async () => {
    const folder = await projectFolder(passesProject());
    commitAll(folder);
    await writeFiles(
      folder,
      changed(
        plantedFaults.flatMap(([name, what, from, to]) =>
          what === 'a part that is not written' ? [] : [[files[name], from, to] as const],
        ),
      ),
    );
    expect((await joulegate(folder, 'guard', ...args)).status).toBe(1);
    const { kernels } = reportIn(folder) as ReportGuard;
    expect(kernels.map(({ kernel, verdict }) => [kernel, verdict])).toEqual(
      Object.keys(files).map((name) => [name, 'wrong-result']),
    );
  });
});
