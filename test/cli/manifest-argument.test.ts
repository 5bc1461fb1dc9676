import { describe, expect, it } from 'vitest';
import { commandHelps } from '../docs/commands.ts';
import { projectFolder } from '../support/command-line.ts';
import { run } from '../support/run-here.ts';
import { smallProject } from '../support/small-project.ts';

/** The small project with its manifest under another name. */
async function project(): Promise<string> {
  const { 'joulegate.yaml': manifest, ...kernels } = smallProject(8);
  return await projectFolder({ ...kernels, 'other.yaml': manifest! });
}

describe('the manifest as an argument', () => {
  it('is taken by every command that has --manifest, and by no other', async () => {
    for (const [name, output] of await commandHelps()) {
      const usage = output.slice(0, output.indexOf('\n'));
      expect([name, usage.includes('[MANIFEST')]).toEqual([name, output.includes('--manifest FILE')]);
    }
  });

  it('means what --manifest means', async () => {
    const folder = await project();
    const byArgument = await run(folder, 'validate', 'other.yaml');
    expect(byArgument).toMatchObject({
      output: expect.stringContaining('other.yaml: 1 kernel, 1 workload, no faults\n'),
      exitCode: 0,
    });
    expect(await run(folder, 'validate', '--manifest', 'other.yaml')).toEqual(byArgument);
  });

  it('follows the format that is exported', async () => {
    const ending = await run(await project(), 'export', 'runtime', 'other.yaml', '--out', 'k.json');
    expect(ending).toMatchObject({ error: '', exitCode: 0 });
  });

  it('is where init writes, but for programs, which --wgsl begins', async () => {
    const folder = await project();
    const written = await run(folder, 'init', 'new.yaml');
    expect(written.output).toContain('wrote new.yaml: 1 kernel');
    const refused = await run(folder, 'init', 'kernels/power.wgsl');
    expect(refused).toMatchObject({ output: '', exitCode: 2 });
    expect(refused.error).toContain('next: Give programs to `joulegate init` with --wgsl.');
    const among = await run(folder, 'init', '--manifest', 'two.yaml', '--wgsl', 'kernels/power.wgsl');
    expect(among.output).toContain('wrote two.yaml: 1 kernel');
  });

  it.each([
    ['given twice', ['validate', 'other.yaml', '--manifest', 'b.yaml'], 'given twice: as "other.yaml"'],
    ['beside another', ['plan', 'other.yaml', 'b.yaml'], '"b.yaml" is one argument too many.'],
    ['of a recording that is searched', ['retune', 'a.yaml', '--device', 'replay'], 'means nothing with'],
    ['of doctor without --noise', ['doctor', 'a.yaml'], 'belong to --noise.'],
  ])('is a fault if %s', async (_, args, message) => {
    const ending = await run(await project(), ...args);
    expect(ending).toMatchObject({ output: '', exitCode: 2 });
    expect(ending.error).toContain(message);
    expect(ending.error).toContain('next: ');
  });
});
