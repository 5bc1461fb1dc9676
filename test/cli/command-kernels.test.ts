import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { commitAll, joulegate, projectFolder, startJoulegate, writeFiles } from '../support/command-line.ts';
import { commandProgram } from '../support/command-program.ts';
import { itInFull, sampled } from '../support/full.ts';
import { becomesTrue, isRunning, runningWith } from '../support/processes.ts';

const manifest = `version: 1
objective: { minimize: latency }
budget:
  guard: { trials: 4, search-seconds: 5, judge-seconds: 60 }
  retune: { trials: 4, search-seconds: 60, judge-seconds: 60 }
gate: { latency: { margin: 30% } }
kernels:
  scale:
    command:
      run: [node, main.mjs, "{N}", "1", "{FAULT}", "{SPIN}"]
      sources: [main.mjs]
      outputs: { y: { type: f32, length: N, check: { relative: 1.0e-6 } } }
    workloads: [{ N: 64 }]
    tunables: { SPIN: [0.4, 0.1], FAULT: [none, dies] }
    default: { SPIN: 0.4, FAULT: none }
`;

const files = { 'joulegate.yaml': manifest, 'main.mjs': commandProgram };

/** Where the run keeps its copies; empty after the test. */
function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'joulegate-runner-temp-'));
  process.env.RUNNER_TEMP = folder;
  onTestFinished(() => {
    delete process.env.RUNNER_TEMP;
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

it('runs no program of a manifest unless it is allowed to', async () => {
  const folder = await projectFolder({
    ...files,
    'main.mjs': `import { writeFileSync } from 'node:fs'; writeFileSync('${join(tmpdir(), 'joulegate-ran')}', '');`,
  });
  commitAll(folder);
  await writeFiles(folder, { 'joulegate.yaml': manifest.replace('SPIN: 0.4', 'SPIN: 0.1') });
  for (const args of [
    ['retune'],
    ['guard', '--base', 'HEAD'],
    ['record', '--kernel', 'scale', '--out', 'r.json'],
  ]) {
    const ended = await joulegate(folder, ...args);
    expect(ended).toMatchObject({ status: 2, stdout: '' });
    expect(ended.stderr).toContain('Kernel scale runs a program, which is not allowed here.');
    expect(ended.stderr).toContain('--allow-commands');
  }
  expect(readdirSync(tmpdir())).not.toContain('joulegate-ran');
  expect((await joulegate(folder, 'validate')).status).toBe(0);
});

it('runs no program that prints what a buffer holds unless it is allowed to', async () => {
  const fill = 'fill: { generate: { run: [node, ids.mjs, "{N}"], sources: [ids.mjs] } }';
  const folder = await projectFolder({
    'ids.mjs': '',
    'k.wgsl': `@group(0) @binding(0) var<storage, read> ids: array<u32>;
@group(0) @binding(1) var<storage, read_write> y: array<u32>;
@compute @workgroup_size(1) fn main(@builtin(global_invocation_id) id: vec3u) { y[id.x] = ids[id.x]; }`,
    'joulegate.yaml': `version: 1
objective: { minimize: latency }
kernels:
  scale:
    source: k.wgsl
    workloads: [{ N: 4 }]
    buffers:
      ids: { binding: 0, type: u32, length: N, ${fill} }
      y: { binding: 1, type: u32, length: N, check: { absolute: 0 } }
    dispatch: [N]
`,
  });
  const ended = await joulegate(folder, 'retune');
  expect(ended).toMatchObject({ status: 2, stdout: '' });
  expect(ended.stderr).toContain('Kernel scale runs a program, which is not allowed here.');
  const validated = await joulegate(folder, 'validate');
  expect(validated.stdout).toMatch(
    /note: scale N=4 holds ids \{ generate: sha256 [0-9a-f]{12} \}, y zeros\n/,
  );
});

itInFull('retunes a program, and leaves nothing behind', async () => {
  const temporary = temporaryFolder();
  const folder = await projectFolder(files);
  const ended = await joulegate(
    folder,
    ...['retune', '--allow-commands', '--meter', 'none', '--json', '--report', 'out'],
  );
  const report = JSON.parse(ended.stdout);
  expect(report).toMatchObject({ exitCode: 0, warnings: [] });
  expect(report.kernels[0]).toMatchObject({
    kernel: 'scale',
    workload: 'N=64',
    trials: 4,
    configuration: { SPIN: 0.1, FAULT: 'none' },
    failures: { crash: 2 },
  });
  expect(readdirSync(temporary)).toEqual([]);
  expect(runningWith(temporary)).toEqual([]);
});

it.each<[string, (path: string) => void, string]>(
  sampled<[string, (path: string) => void, string]>([
    ['a file', (path) => writeFileSync(path, 'precious'), 'Nothing is kept for the next run.'],
    ['a link', (path) => symlinkSync(tmpdir(), path), 'Nothing is kept for the next run.'],
    [
      'a folder that takes no trials',
      (path) => {
        mkdirSync(path);
        writeFileSync(join(path, 'trials'), 'precious');
      },
      'an interrupted search cannot be resumed.',
    ],
  ]),
)('leaves no temporary folder behind where the state folder is %s', async (_what, spoil, said) => {
  const temporary = temporaryFolder();
  const folder = await projectFolder(files);
  spoil(join(folder, '.joulegate'));
  const ended = await joulegate(folder, 'retune', '--allow-commands', '--meter', 'none', '--json');
  expect(JSON.parse(ended.stdout)).toMatchObject({ exitCode: 0, kernels: [{ trials: 4 }] });
  expect(ended.status).toBe(0);
  expect(ended.stderr).toContain(said);
  expect(readdirSync(temporary)).toEqual([]);
  expect(runningWith(temporary)).toEqual([]);
});

itInFull(
  'guards a program: base is built from base’s files, and a change of what it is made of is measured',
  async () => {
    const temporary = temporaryFolder();
    // One configuration: there is nothing to retune.
    const single = manifest.replace('[0.4, 0.1]', '[0.4]').replace('[none, dies]', '[none]');
    const folder = await projectFolder({ ...files, 'joulegate.yaml': single });
    commitAll(folder);
    const guard = () =>
      joulegate(
        folder,
        ...['guard', '--base', 'HEAD', '--allow-commands', '--meter', 'none', '--json', '--report', 'out'],
      );
    await writeFiles(folder, { 'notes.txt': 'nothing that the program is made of' });
    expect(JSON.parse((await guard()).stdout)).toMatchObject({
      exitCode: 0,
      kernels: [{ verdict: 'identical' }],
    });
    await writeFiles(folder, { 'main.mjs': commandProgram.replace('Number(spin)', '3 * Number(spin)') });
    const ended = await guard();
    const report = JSON.parse(ended.stdout);
    expect(report.kernels[0]).toMatchObject({
      verdict: 'regressed',
      fails: true,
      file: 'joulegate.yaml',
      line: 8,
    });
    expect(report.kernels[0].latencyRatio.estimate).toBeGreaterThan(2);
    expect(report.kernels[0].diff).toContain('+  const until = performance.now() + 3 * Number(spin);');
    expect(ended.status).toBe(1);
    expect(readdirSync(temporary)).toEqual([]);
  },
);

it('leaves no program behind when it is killed', async () => {
  const temporary = temporaryFolder();
  // One that reads nothing any more, so that the end of its input does not end it.
  const deaf = manifest.replaceAll('FAULT: none', 'FAULT: hangs').replace('[none, dies]', '[hangs, dies]');
  const stubborn = commandProgram.replace(
    "if (fault === 'hangs') continue;",
    "if (fault === 'hangs') { setInterval(() => {}, 1000); continue; }",
  );
  const folder = await projectFolder({ 'joulegate.yaml': deaf, 'main.mjs': stubborn });
  const { child, finished } = startJoulegate(folder, 'retune', '--allow-commands');
  expect(await becomesTrue(() => runningWith(temporary).length > 0)).toBe(true);
  const programs = runningWith(temporary);
  child.kill('SIGKILL');
  await finished;
  expect(await becomesTrue(() => !programs.some(isRunning))).toBe(true);
  expect(await becomesTrue(() => readdirSync(temporary).length === 0)).toBe(true);
});

itInFull('the example runs', async () => {
  const temporary = temporaryFolder();
  const example = join(import.meta.dirname, '../../examples/command-kernel');
  const read = (name: string) => [name, readFileSync(join(example, name), 'utf8')];
  const folder = await projectFolder(Object.fromEntries(['joulegate.yaml', 'matmul.mjs'].map(read)));
  const ended = await joulegate(
    folder,
    ...['record', '--kernel', 'matmul-program', '--configurations', '2', '--meter', 'none'],
    ...['--allow-commands', '--out', 'r.json'],
  );
  expect(ended.stdout).toContain('2 configurations of matmul-program N=160, 0 failures');
  expect(readdirSync(temporary)).toEqual([]);
});
