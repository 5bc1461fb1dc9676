import { join } from 'node:path';
import { expect, it } from 'vitest';
import { commitAll, joulegate, projectFolder, startScripted, writeFiles } from '../support/command-line.ts';
import { run } from '../support/run-here.ts';

const example = join(import.meta.dirname, '..', '..', 'examples', 'sources');

it('validates every kind of source, and says what it could not look at', async () => {
  const { exitCode, output } = await run(example, 'validate');
  expect(output).toContain(
    'joulegate.yaml:8: note: printed was not looked at: it is what `node tools/print-rowsum.mjs {TILE} {VEC} {UNROLL} {COLS}` prints; --allow-commands has it run',
  );
  expect(output).toContain('6 kernels, 6 workloads, no faults');
  expect(exitCode).toBe(0);
  const { unseen } = JSON.parse((await run(example, 'validate', '--json')).output);
  expect(unseen).toEqual([expect.objectContaining({ kernel: 'printed', line: 8 })]);
});

it('runs what prints a kernel where that is allowed', async () => {
  const { status, stdout } = await joulegate(example, 'validate', '--allow-commands');
  expect(stdout).toBe('joulegate.yaml: 6 kernels, 6 workloads, no faults\n');
  expect(status).toBe(0);
});

const wgsl = (tile: string) => `@group(0) @binding(0) var<storage, read_write> y: array<f32>;
@compute @workgroup_size(${tile})
fn main(@builtin(global_invocation_id) id: vec3u) { y[id.x] = 1.0; }
`;
const manifest = (program: string) => `version: 1
kernels:
  k:
    ${program}
    workloads: [{ N: 256 }]
    tunables: { TILE: [32, 64] }
    default: { TILE: 64 }
    buffers: { y: { binding: 0, type: f32, length: N, check: { relative: 0 } } }
    dispatch: [N / TILE]
`;
const generate = 'generate: { run: [node, gen.mjs, "{TILE}"], sources: [gen.mjs] }';
const generator = `console.log(\`${wgsl('$' + '{process.argv[2]}')}\`);`;

it('calls printed and written programs identical, and reads base out of its own files', async () => {
  const folder = await projectFolder({
    'joulegate.yaml': manifest('source: a.wgsl.tmpl'),
    'a.wgsl.tmpl': wgsl('{{ TILE }}'),
  });
  commitAll(folder);
  // Head prints what base fills in.
  await writeFiles(folder, { 'joulegate.yaml': manifest(generate), 'gen.mjs': generator });
  const guard = (...more: string[]) =>
    startScripted(folder, 'guard', '--base', 'HEAD', '--meter', 'none', ...more).finished;
  const refused = await guard();
  expect(refused.status).toBe(2);
  expect(refused.stderr).toContain('Kernel k runs a program, which is not allowed here.');
  const same = await guard('--allow-commands');
  expect(same.stdout).toMatch(/identical +k /);
  expect(same.status).toBe(0);

  // Base prints with the generator that it has in git.
  commitAll(folder);
  await writeFiles(folder, { 'gen.mjs': generator.replace('1.0', '2.0') });
  const broken = await guard('--allow-commands');
  expect(broken.stdout).not.toMatch(/identical +k /);
});
