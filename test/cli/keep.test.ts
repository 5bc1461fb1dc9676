import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { describeOnAdapter } from '../support/adapter.ts';
import { joulegate, projectFolder } from '../support/command-line.ts';
import { isFull } from '../support/full.ts';
import { smallManifest, smallProject } from '../support/small-project.ts';

const few = 'trials: 4, search-seconds: 60, judge-seconds: 1';

/** Everything Dawn says about WGSL files, in a process of its own: `TYPE TEXT` per message. */
const compileScript = `
import { readFileSync } from 'node:fs';
import { create, globals } from 'webgpu';
Object.assign(globalThis, globals);
const gpu = create([]);
const device = await (await gpu.requestAdapter()).requestDevice();
const said = [];
for (const path of process.argv.slice(1)) {
  device.pushErrorScope('validation');
  const module = device.createShaderModule({ code: readFileSync(path, 'utf8') });
  const { messages } = await module.getCompilationInfo();
  for (const { type, message } of messages) said.push(type + ' ' + message);
  const error = await device.popErrorScope();
  if (error !== null) said.push('fault ' + error.message);
}
process.stdout.write(JSON.stringify(said), () => process.exit(0));
`;

describeOnAdapter('retune --keep', ({ driver }) => {
  function dawnSays(paths: readonly string[]): string[] {
    const said = execFileSync(process.execPath, ['--input-type=module', '-e', compileScript, ...paths], {
      cwd: resolve(import.meta.dirname, '../..'),
      env: { ...driver.environment },
      encoding: 'utf8',
    });
    return JSON.parse(said) as string[];
  }

  it.runIf(isFull)('keeps source that says what it is, and that Dawn accepts without a warning', async () => {
    const quick = smallManifest.replace('trials: 12, search-seconds: 30, judge-seconds: 20', few);
    const folder = await projectFolder({ ...smallProject(50), 'joulegate.yaml': quick });
    const ended = await joulegate(folder, 'retune', '--json', '--keep', 'kept', '--meter', 'none');
    expect(ended.status).toBe(0);
    const names = readdirSync(join(folder, 'kept')).sort();
    expect(names.length).toBeGreaterThan(1);
    expect(names.filter((name) => name.endsWith('-incumbent.wgsl'))).toHaveLength(1);
    for (const name of names) expect(name).toMatch(/^power-[0-9a-f]{8}-(incumbent|finalist-\d)\.wgsl$/);

    const texts = names.map((name) => readFileSync(join(folder, 'kept', name), 'utf8'));
    for (const text of texts) {
      expect(text).toContain('// kernel: "power"\n// workload: {"COUNT":65536}\n// configuration: {');
      expect(text).toContain('// entry point: main');
      expect(text).toContain('fn main(');
    }
    const shipped = texts[names.findIndex((name) => name.includes('incumbent'))];
    expect(shipped).toContain('// configuration: {"WORKGROUP":64,"PER_THREAD":1}');
    const [chosen, ...others] = texts.filter((text) => /^\/\/ role: .*, chosen$/m.test(text));
    expect(others).toEqual([]);
    const { configuration } = JSON.parse(ended.stdout).kernels[0];
    expect(JSON.parse(/^\/\/ configuration: (.*)$/m.exec(chosen!)![1]!)).toEqual(configuration);

    const paths = names.map((name) => join(folder, 'kept', name));
    expect(dawnSays(paths)).toEqual([]);
    const broken = join(folder, 'broken.wgsl');
    writeFileSync(broken, 'fn main() { return 1; }');
    expect(dawnSays([broken]).join()).toMatch(/^error /);
  });

  it('measures nothing where the sources could not be written', async () => {
    const folder = await projectFolder({ ...smallProject(50), taken: 'a file' });
    const ended = await joulegate(folder, 'retune', '--keep', 'taken', '--json');
    expect(ended.status).toBe(2);
    expect(JSON.parse(ended.stdout).error).toMatchObject({ code: 'cannot-write' });
    expect(existsSync(join(folder, 'tuned.json'))).toBe(false);
  });
});
