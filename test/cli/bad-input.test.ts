import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { joulegate, projectFolder } from '../support/command-line.ts';
import { smallManifest, smallProject } from '../support/small-project.ts';

describe('the command line', () => {
  it('teaches with --help, in general and per command', async () => {
    const folder = await projectFolder({});
    const general = await joulegate(folder, '--help');
    expect(general.status).toBe(0);
    for (const command of ['validate', 'plan', 'retune', 'guard', 'record', 'import', 'report', 'doctor']) {
      expect(general.stdout).toMatch(new RegExp(`^  ${command} +\\w`, 'm'));
      const own = await joulegate(folder, command, '--help');
      expect(own.status).toBe(0);
      expect(own.stdout).toContain(`usage: joulegate ${command}`);
      expect(own.stdout).toContain('examples:');
    }
  });

  it('ends with status 2 and the nearest command for a misspelled one', async () => {
    const ended = await joulegate(await projectFolder({}), 'retnue');
    expect(ended).toMatchObject({ status: 2, stdout: '' });
    expect(ended.stderr).toContain('Did you mean `joulegate retune`?');
  });

  it('ends with status 2 for a manifest that is not there', async () => {
    const ended = await joulegate(await projectFolder({}), 'validate');
    expect(ended).toMatchObject({ status: 2, stdout: '' });
    expect(ended.stderr).toContain('joulegate.yaml does not exist.');
    expect(ended.stderr).toContain('next: ');
  });

  it('ends with status 2 for a file that is no recording, and writes nothing', async () => {
    const folder = await projectFolder({ 'r.json': '{"schema": "something-else"}' });
    const ended = await joulegate(
      folder,
      ...['retune', '--device', 'replay', '--recording', 'r.json', '--report', 'out'],
    );
    expect(ended).toMatchObject({ status: 2, stdout: '' });
    expect(ended.stderr).toContain('r.json is not a recording: it has another "schema"');
    expect(existsSync(join(folder, 'out'))).toBe(false);
  });
});

describe('a manifest with five different faults', () => {
  const broken = smallManifest
    .replace('latency-slack: 5%', 'latency-slack: much')
    .replace('entry: main', 'entri: main')
    .replace('source: kernels/power.wgsl', 'source: kernels/powr.wgsl')
    .replace('PER_THREAD: 1 }', 'PER_THREAD: 3 }')
    .replace('WORKGROUP * PER_THREAD)', 'WORKGRUP * PER_THREAD)');

  it('shows all of them at once, each with its place, a caret and what to do', async () => {
    const folder = await projectFolder({ ...smallProject(1), 'joulegate.yaml': broken });
    const ended = await joulegate(folder, 'validate');
    expect(ended).toMatchObject({ status: 2, stdout: '' });
    const places = [...ended.stderr.matchAll(/^joulegate\.yaml:(\d+):(\d+): error: (.*)$/gm)].map(
      ([, line, column, text]) => ({ line: Number(line), column: Number(column), text }),
    );
    const lineOf = (text: string) => broken.slice(0, broken.indexOf(text)).split('\n').length;
    const expected = ['much', 'entri', 'kernels/powr.wgsl', 'PER_THREAD: 3', 'WORKGRUP'].map(lineOf);
    for (const line of expected) expect(places.map((place) => place.line)).toContain(line);
    expect(ended.stderr.match(/^ +\| +\^+$/gm)?.length).toBe(places.length);
    expect(ended.stderr).toContain("'entry'");
    expect(ended.stderr.match(/= next step: /g)?.length).toBe(places.length);
  });
});
