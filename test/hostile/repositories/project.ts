import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { commitAll, writeFiles } from '../../support/command-line.ts';
import { smallProject } from '../../support/small-project.ts';

const cliPath = join(import.meta.dirname, '..', '..', '..', 'dist', 'cli.js');

/** A repository with a small project in it, and a folder beside it that nothing may touch. */
export interface HostileProject {
  readonly repository: string;
  readonly outside: string;
  /** Runs the built command line in the repository to its end. */
  run(
    args: readonly string[],
    environment?: Readonly<Record<string, string>>,
  ): { readonly status: number | null; readonly said: string };
}

/** A committed repository of these files beside those of the small project. */
export async function hostileProject(files: Readonly<Record<string, string>> = {}): Promise<HostileProject> {
  const folder = mkdtempSync(join(tmpdir(), 'joulegate-hostile-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const repository = join(folder, 'repository');
  const outside = join(folder, 'outside');
  await writeFiles(outside, { 'kept.txt': 'as it was' });
  await writeFiles(repository, { ...smallProject(8), ...files });
  commitAll(repository);
  return {
    repository,
    outside,
    run(args, environment = {}) {
      const { status, stdout, stderr } = spawnSync(process.execPath, [cliPath, ...args], {
        cwd: repository,
        env: { ...process.env, NO_COLOR: '1', ...environment },
        encoding: 'utf8',
      });
      return { status, said: stdout + stderr };
    },
  };
}

/** A script of the attacker's: it leaves `mark` when it is run. */
export async function plantProgram(folder: string, name: string, mark: string): Promise<void> {
  await writeFiles(folder, { [name]: `#!/bin/sh\necho run > '${mark}'\n` });
  chmodSync(join(folder, name), 0o755);
}
