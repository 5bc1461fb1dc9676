import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { commitAll, projectFolder, scripted, writeFiles } from '../support/command-line.ts';
import { powerKernel, smallProject } from '../support/small-project.ts';

/** Name and text of every file below a folder; packed ones are unpacked. */
function textsBelow(folder: string): [name: string, text: string][] {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  return files.map(({ parentPath, name }) => {
    const bytes = readFileSync(join(parentPath, name));
    return [name, (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8')];
  });
}

function filesWith(text: string, folder: string): string[] {
  return textsBelow(folder)
    .filter(([, content]) => content.includes(text))
    .map(([name]) => name);
}

describe('what a run writes for others', () => {
  it('holds no absolute path of the machine, though all arguments are absolute paths', async () => {
    const folder = await projectFolder(smallProject(100));
    commitAll(folder);
    const base = await projectFolder(smallProject(100));
    const manifest = join(folder, 'joulegate.yaml');
    const retuned = await scripted(folder, 'retune', manifest, '--report', join(folder, 'out', 'retune'));
    expect(retuned.status).toBe(0);
    await writeFiles(folder, { 'kernels/power.wgsl': powerKernel(200) });
    const guarded = await scripted(
      folder,
      ...['guard', manifest, '--base', base, '--report', join(folder, 'out', 'guard')],
    );
    expect(guarded.status).toBe(1);
    const names = textsBelow(join(folder, 'out')).map(([name]) => name);
    expect(new Set(names)).toEqual(
      new Set(['report.html', 'report.json', 'report.md', names.find((name) => name.endsWith('.gz'))]),
    );
    expect(filesWith(folder, join(folder, 'out'))).toEqual([]);
    expect(filesWith(base, join(folder, 'out'))).toEqual([]);
    const report = JSON.parse(readFileSync(join(folder, 'out', 'guard', 'report.json'), 'utf8'));
    expect(report.manifest).toBe('joulegate.yaml');
  });
});
