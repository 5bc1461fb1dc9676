import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parse } from 'yaml';
import { type ActionFile, pinsOf, scriptsOf, workflowFaults } from './workflow-rules.ts';

const root = join(import.meta.dirname, '..', '..');
const action = parse(readFileSync(join(root, 'action.yml'), 'utf8')) as ActionFile;
const paths = ['.github/workflows', 'examples/workflows'].flatMap((folder) =>
  readdirSync(join(root, folder)).map((name) => `${folder}/${name}`),
);
const texts = new Map(paths.map((path) => [path, readFileSync(join(root, path), 'utf8')]));
const textOf = (path: string) => texts.get(path) ?? '';

describe('the workflows', () => {
  it('are there', () => {
    expect(paths).toEqual([
      '.github/workflows/check-dist.yml',
      '.github/workflows/ci.yml',
      '.github/workflows/release.yml',
      'examples/workflows/command.yml',
      'examples/workflows/diff.yml',
      'examples/workflows/guard.yml',
      'examples/workflows/matrix.yml',
      'examples/workflows/nightly-app.yml',
      'examples/workflows/nightly-matrix.yml',
      'examples/workflows/nightly-pages.yml',
      'examples/workflows/nightly.yml',
      'examples/workflows/report.yml',
    ]);
  });

  it.each(paths)('%s breaks no rule', (path) => {
    expect(workflowFaults(textOf(path), action)).toEqual([]);
  });

  it('pin every action to the same commit everywhere', () => {
    const commits = new Map<string, Set<string>>();
    for (const [name, commit] of [...texts.values()].flatMap(pinsOf)) {
      commits.set(name, (commits.get(name) ?? new Set()).add(commit));
    }
    expect([...commits.values()].map((set) => set.size)).toEqual([...commits.values()].map(() => 1));
    expect(commits.size).toBeGreaterThanOrEqual(5);
  });

  it('run scripts that exist', () => {
    const scripts = [...texts.values()].flatMap(scriptsOf);
    expect(scripts).toContain('scripts/release.mjs');
    expect(scripts).toContain('.ci/run');
    expect(scripts.filter((script) => !existsSync(join(root, script)))).toEqual([]);
  });
});

describe('for a user', () => {
  it('name the release they came with, and are pinned to its commit in each release', () => {
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
    const examples = paths.filter((name) => name.startsWith('examples/'));
    for (const path of examples)
      expect(textOf(path)).toContain(`uses: OWNER/joulegate@COMMIT # v${version}\n`);
    const out = mkdtempSync(join(tmpdir(), 'joulegate-workflows-'));
    onTestFinished(() => rmSync(out, { recursive: true }));
    const commit = '0123456789'.repeat(4);
    const given = ['--repository', 'acme/guards', '--commit', commit, '--out', out];
    execFileSync(process.execPath, [join(root, 'scripts', 'release.mjs'), 'workflows', ...given]);
    expect(readdirSync(out).map((name) => `examples/workflows/${name}`)).toEqual(examples);
    for (const name of readdirSync(out)) {
      const text = readFileSync(join(out, name), 'utf8');
      expect(pinsOf(text)).toContainEqual(['acme/guards', commit]);
      expect(text.replace(/^#.*$/gm, '')).not.toMatch(/OWNER|COMMIT/);
    }
  });

  it('guarding takes fifteen lines or fewer', () => {
    const lines = textOf('examples/workflows/guard.yml')
      .split('\n')
      .filter((line) => line.trim() !== '' && !line.trim().startsWith('#'));
    expect(lines.length).toBeLessThanOrEqual(15);
  });

  it('kernels do not run in a job that may write contents', () => {
    for (const path of paths.filter((name) => name.startsWith('examples/'))) {
      const { jobs, permissions } = parse(textOf(path)) as {
        permissions: Record<string, string>;
        jobs: Record<string, { permissions?: Record<string, string>; steps: { uses?: string }[] }>;
      };
      const running = Object.values(jobs).filter(({ steps }) =>
        steps.some(({ uses }) => uses?.startsWith('OWNER/joulegate')),
      );
      expect(running.length).toBeGreaterThan(0);
      for (const job of running) expect((job.permissions ?? permissions).contents, path).not.toBe('write');
    }
  });

  it('whoever judges the reports of others checks nothing out, and runs on no machine of the user’s', () => {
    const judging = paths.flatMap((path) => {
      const { jobs } = parse(textOf(path)) as {
        jobs: Record<
          string,
          { 'runs-on': unknown; steps: { uses?: string; run?: string; with?: { mode?: string } }[] }
        >;
      };
      return Object.values(jobs).filter(({ steps }) => steps.some((step) => step.with?.mode === 'report'));
    });
    expect(judging).toHaveLength(3);
    for (const { steps, ...job } of judging) {
      expect(job['runs-on']).toBe('ubuntu-24.04');
      expect(steps.filter(({ uses, run }) => run !== undefined || uses?.includes('checkout'))).toEqual([]);
    }
  });

  it('the devices of a matrix are those that the report expects', () => {
    for (const name of ['matrix', 'nightly-matrix']) {
      const { jobs } = parse(textOf(`examples/workflows/${name}.yml`)) as {
        jobs: Record<
          string,
          {
            strategy?: { matrix: { gpu: string[] } };
            steps: { with?: Record<string, string> }[];
          }
        >;
      };
      const gpus = Object.values(jobs).flatMap(({ strategy }) => strategy?.matrix.gpu ?? []);
      const expected = Object.values(jobs)
        .flatMap(({ steps }) => steps.map((step) => step.with?.['expect-devices']))
        .find((value) => value !== undefined);
      expect(gpus.join(', ')).toBe(expected);
    }
  });

  it('a fork’s run is commented on by what GitHub says of it, and its comment cancels no other fork’s', () => {
    const text = textOf('examples/workflows/report.yml');
    expect(text).toContain("github.event.workflow_run.event == 'pull_request'");
    expect(text).toMatch(/group: .*head_repository\.full_name.*head_branch/);
    expect(parse(text).jobs.comment.permissions).toEqual({ actions: 'read', 'pull-requests': 'write' });
  });
});

describe('the rules notice', () => {
  const sha = '0123456789012345678901234567890123456789';
  const workflow = (steps: string, changes = '') =>
    `on: push\nconcurrency: a\n${changes || 'permissions: { contents: read }'}\n` +
    `jobs:\n  a:\n    runs-on: ubuntu-24.04\n    timeout-minutes: 5\n    steps:\n${steps}`;
  const faults = (steps: string, changes?: string) => workflowFaults(workflow(steps, changes), action);

  it('nothing in a good one', () => {
    expect(faults(`      - uses: a/b@${sha} # v1.2.3\n`)).toEqual([]);
  });

  it('an action that is not pinned, or does not say its version', () => {
    expect(faults('      - uses: a/b@v4\n')).toEqual(['a/b@v4 is not pinned by commit']);
    expect(faults(`      - uses: a/b@${sha.slice(1)} # v1\n`)).toHaveLength(1);
    expect(faults(`      - uses: a/b@${sha}\n`)).toEqual([`a/b@${sha} does not say its version`]);
  });

  it('permissions that are not stated, and writing beside foreign code', () => {
    expect(faults('      - run: ls\n', 'name: b')).toEqual([
      'takes whatever permissions the repository gives',
    ]);
    expect(faults('      - run: npm ci\n', 'permissions: write-all')).toEqual([
      'a: installs packages and may write',
    ]);
    expect(faults('      - run: npm ci\n', 'permissions: { contents: write }')).toHaveLength(1);
  });

  it('a token left in the clone, and an expression in a script', () => {
    expect(faults(`      - uses: actions/checkout@${sha} # v6\n`)).toEqual([
      'a: checkout leaves the token in the clone',
    ]);
    expect(faults(`      - run: echo \${{ github.head_ref }}\n`)).toEqual([
      'a: a script is put together from an expression',
    ]);
  });

  it('inputs, outputs and steps that are not there', () => {
    expect(
      faults('      - uses: OWNER/joulegate@COMMIT # v0.1.0\n        with: { mod: guard, max-minutes: 0 }\n'),
    ).toEqual(['a: there is no input mod']);
    const output = (name: string, id = 'j') =>
      `      - uses: OWNER/joulegate@COMMIT # v0.1.0\n        id: j\n        with: { max-minutes: 0 }\n      - run: ls\n        if: steps.${id}.outputs.${name}\n`;
    expect(faults(output('verdict'))).toEqual([]);
    expect(faults(output('veredict'))).toEqual(['a: steps.j.outputs.veredict: there is no output veredict']);
    expect(faults(output('verdict', 'k'))).toEqual(['a: steps.k.outputs.verdict: there is no step k']);
    expect(faults('      - run: ls\n        if: needs.b.outputs.c\n')).toEqual([
      'a: needs.b.outputs.c leads nowhere',
    ]);
  });

  it('measuring that does not end before the job is killed', () => {
    const limited = (inputs: string) => faults(`      - uses: OWNER/joulegate@COMMIT # v0.1.0\n${inputs}`);
    expect(limited('')).toEqual(['a: measures until the job is killed']);
    expect(limited('        with: { max-minutes: 1 }\n')).toHaveLength(1);
    expect(limited('        with: { mode: report }\n')).toEqual([]);
  });

  it('YAML that does not parse, a key that is there twice', () => {
    expect(workflowFaults('on: [push\njobs:', action)).not.toEqual([]);
    expect(workflowFaults('on: push\non: pull_request\n', action)[0]).toMatch(/unique/);
  });

  it('pull_request_target', () => {
    const text = workflow('      - run: ls\n').replace('on: push', 'on: { pull_request_target: {} }');
    expect(workflowFaults(text, action)).toEqual(['pull_request_target gives a fork its rights']);
  });
});
