import { execFile, execFileSync } from 'node:child_process';
import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { describeOnAdapter } from '../support/adapter.ts';
import { itInFull } from '../support/full.ts';
import { put, temporaryFolder } from './folder.ts';

const run = promisify(execFile);
const scripts = join(import.meta.dirname, '..', '..', 'scripts');

/** dist/ and dist/native/ as a release has them, in a folder with no package in or above it. */
function releasedFolder(): string {
  const folder = temporaryFolder();
  const dist = join(folder, 'dist');
  const script = (name: string, out: string) =>
    execFileSync(process.execPath, [join(scripts, name), '--out', out], {
      cwd: join(scripts, '..'),
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  script('build.mjs', dist);
  script('native.mjs', join(dist, 'native'));
  put(join(folder, 'package.json'), '{"type":"module"}');
  return folder;
}

it.each(['action', 'cli', 'post', 'worker'])(
  '%s.js is all ASCII, which Node reads in half the time',
  (name) => {
    const text = readFileSync(join(scripts, '..', 'dist', `${name}.js`), 'latin1');
    expect(text.match(/^.*[^\0-\x7f].*$/m)?.[0] ?? null).toBeNull();
  },
);

interface Diagnosis {
  readonly usable: boolean;
  readonly findings: readonly { readonly ok: boolean; readonly subject: string; readonly detail: string }[];
}

describeOnAdapter('a bundle with native parts beside it and no node_modules', ({ driver, info }) => {
  const doctor = async (folder: string): Promise<Diagnosis> => {
    const options = { cwd: folder, env: { ...driver.environment }, maxBuffer: 1e7 };
    const outcome = await run(process.execPath, ['dist/cli.js', 'doctor', '--json'], options).catch(
      (error: { stdout: string }) => error,
    );
    return JSON.parse(outcome.stdout) as Diagnosis;
  };

  it('finds the adapter; once a byte of Dawn was changed, refuses to load it', async () => {
    const folder = releasedFolder();
    const whole = await doctor(folder);
    expect(whole.usable).toBe(true);
    expect(whole.findings.find(({ ok, subject }) => ok && subject.startsWith('adapter'))?.detail).toContain(
      info.description,
    );

    const platform = `${process.platform}-${process.arch}`;
    appendFileSync(join(folder, 'dist', 'native', platform, 'dawn.node'), '\0');
    const altered = await doctor(folder);
    expect(altered.usable).toBe(false);
    expect(altered.findings.map(({ detail }) => detail).join('\n')).toMatch(
      /dawn\.node has sha256 .* not loaded/,
    );
  });

  itInFull('unmaps buffers when a device is destroyed, as the package does', async () => {
    const out = temporaryFolder();
    execFileSync(process.execPath, [join(scripts, 'native.mjs'), '--out', out], { stdio: 'ignore' });
    const program = `
      import { create, globals } from './${process.platform}-${process.arch}/webgpu.mjs';
      Object.assign(globalThis, globals);
      const gpu = create([]);
      const device = await (await gpu.requestAdapter()).requestDevice();
      const buffer = device.createBuffer({ size: 16, usage: GPUBufferUsage.MAP_WRITE, mappedAtCreation: true });
      const range = buffer.getMappedRange();
      const before = range.byteLength;
      device.destroy();
      console.log(before, range.byteLength);
      process.exit(0);`;
    put(join(out, 'program.mjs'), program);
    const { stdout } = await run(process.execPath, ['program.mjs'], {
      cwd: out,
      env: { ...driver.environment },
    });
    expect(stdout.trim()).toBe('16 0');
  });
});
