import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { joulegate, projectFolder, writeFiles } from '../support/command-line.ts';
import { itInFull } from '../support/full.ts';
import { powerKernel } from '../support/small-project.ts';

const image = `@group(0) @binding(0) var image: texture_storage_2d<rgba8unorm, write>;
@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3u) { textureStore(image, id.xy, vec4f(0.0)); }
`;

/** A manifest with its empty places filled in, in their order. */
function filled(manifest: string, values: readonly string[]): string {
  let next = 0;
  const text = manifest.replaceAll(/(?<=[:-]) # FILL IN.*$/gm, () => ` ${values[next++] ?? ''}`);
  expect(next).toBe(values.length);
  return text;
}

describe('joulegate init', () => {
  it('writes what validate points into, and what runs once it is filled in', async () => {
    const folder = await projectFolder({
      'kernels/power.wgsl': powerKernel(20),
      'kernels/image.wgsl': image,
    });
    const ended = await joulegate(folder, 'init');
    expect(ended).toMatchObject({ status: 0, stderr: '' });
    expect(ended.stdout).toContain('wrote joulegate.yaml: 1 kernel\nwrote .github/workflows/joulegate.yml\n');
    expect(ended.stdout).toContain(
      'left out kernels/image.wgsl:1:27: main: `image` at @group(0) @binding(0)',
    );
    expect(ended.stdout).toContain(
      '1. Fill in what `joulegate validate` points at, 1 place in joulegate.yaml.',
    );

    const unfilled = await joulegate(folder, 'validate');
    expect(unfilled.status).toBe(2);
    expect(unfilled.stderr).toContain('joulegate.yaml has a fault.');

    const manifest = readFileSync(join(folder, 'joulegate.yaml'), 'utf8');
    const text = filled(manifest, ['4096']);
    await writeFiles(folder, { 'joulegate.yaml': text });
    expect(await joulegate(folder, 'validate')).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('joulegate.yaml: 1 kernel, 1 workload, no faults\n'),
    });
    const recorded = await joulegate(
      folder,
      ...['record', '--kernel', 'power', '--out', 'power.json', '--configurations', '2'],
      ...['--device', 'software', '--meter', 'none'],
    );
    expect(recorded.stdout).toContain('2 configurations of power N=4096, 0 failures');
  });

  itInFull(
    'tries what it can give sizes for, and says what is a guess and what it could not try',
    async () => {
      const indexed = powerKernel(1)
        .replace(
          /^@group\(0\) @binding\(0\).*$/m,
          '$&\n@group(0) @binding(7) var<storage> order: array<u32>;',
        )
        .replace('@builtin(global_invocation_id) id: vec3u', '@builtin(global_invocation_id) at: vec3u')
        .replace(/(fn main\(.*\{)/, '$1\n  let id = vec3u(order[at.x], 0u, 0u);');
      const folder = await projectFolder({ 'power.wgsl': powerKernel(1), 'indexed.wgsl': indexed });
      const ended = await joulegate(folder, 'init', '--try', '--device', 'software', '--meter', 'none');
      expect(ended.status).toBe(0);
      expect(ended.stdout).toMatch(/^power on .*\n {2}N=4096: right, repeats itself\n/m);
      expect(ended.stdout).toMatch(/^ {2}joulegate\.yaml:\d+: - N: 4096 # GUESS: /m);
      expect(ended.stdout).toContain('indexed: not tried, something of it has to be filled in');
      const again = await joulegate(folder, 'init', '--try');
      expect(again.stdout).toContain('nothing was tried');
    },
  );

  it('takes the files that are named, as a shell spells them out', async () => {
    const kernel = powerKernel(1);
    const folder = await projectFolder({ 'a.wgsl': kernel, 'b.wgsl': kernel, 'c.wgsl': kernel });
    const ended = await joulegate(folder, 'init', '--wgsl', 'a.wgsl', 'c.wgsl', '--json');
    const result = JSON.parse(ended.stdout);
    expect(result.kernels.map(({ source }: { source: string }) => source)).toEqual(['a.wgsl', 'c.wgsl']);
    expect(result.written).toEqual(['joulegate.yaml', '.github/workflows/joulegate.yml']);
  });

  itInFull(
    'ends with status 2 for a program that cannot be guarded, a manifest that is there, and files without --wgsl',
    async () => {
      const folder = await projectFolder({ 'image.wgsl': image, 'a.wgsl': powerKernel(1) });
      const refused = await joulegate(folder, 'init', '--wgsl', 'image.wgsl');
      expect(refused).toMatchObject({ status: 2, stdout: '' });
      expect(refused.stderr).toContain(
        'image.wgsl:1:27: main: `image` at @group(0) @binding(0) is a storage texture',
      );
      expect(refused.stderr).toContain('next: ');
      expect(await joulegate(folder, 'init', 'a.wgsl')).toMatchObject({ status: 2, stdout: '' });

      await writeFiles(folder, { 'joulegate.yaml': 'version: 1\n' });
      const there = await joulegate(folder, 'init', '--wgsl', 'a.wgsl');
      expect(there).toMatchObject({ status: 2, stdout: '' });
      expect(there.stderr).toContain('joulegate.yaml is there already');
      const printed = await joulegate(folder, 'init', '--wgsl', 'a.wgsl', 'image.wgsl', '--print');
      expect(printed.status).toBe(2);
      expect((await joulegate(folder, 'init', '--wgsl', 'a.wgsl', '--print')).stdout).toMatch(/^ {2}a:\n/);
      expect(readFileSync(join(folder, 'joulegate.yaml'), 'utf8')).toBe('version: 1\n');
    },
  );
});
