import { describe, expect, it } from 'vitest';
import { hostDevice } from '../../src/device/index.ts';
import { createVariantBuilder, featureNames, variantIdentity } from '../../src/kernel/index.ts';
import { commandManifest, commandProgram, commandVariants } from '../support/command-program.ts';

const files = { 'main.mjs': commandProgram, 'build.sh': 'true', 'README.md': 'not a source' };
const text = commandManifest('      build: [./build.sh, "{SCALE}"]').replace(
  '[main.mjs]',
  '[main.mjs, build.sh]',
);

async function identityOf(options: {
  readonly text?: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly values?: Readonly<Record<string, number | string>>;
}): Promise<string | null> {
  const variants = commandVariants(options.text ?? text, { ...files, ...options.files });
  return variantIdentity(await variants.build(options.values));
}

describe('a variant of a command kernel', () => {
  it('is its programs with the values put in, and what they write', async () => {
    const { build } = commandVariants(text, files);
    const variant = await build({ SCALE: 3 });
    expect(variant).toMatchObject({
      id: expect.stringMatching(/^scale\/N=64\//),
      program: null,
      command: {
        run: ['node', 'main.mjs', '64', '3', 'none', '0.05'],
        build: ['./build.sh', '3'],
        folder: '',
        outputs: [{ name: 'y', type: 'f32', length: 64, byteLength: 256, check: { relative: 1e-6 } }],
      },
    });
  });

  it('of one family are those that differ in nothing but tunables that are arguments', async () => {
    const { build } = commandVariants(text, files);
    const [usual, slower, other] = [await build(), await build({ SPIN: 2 }), await build({ SCALE: 3 })];
    expect(slower.command.configure).toEqual({
      family: usual.command.configure?.family,
      values: ['SCALE=2', 'SPIN=2', 'FAULT=none'],
    });
    // It is built otherwise.
    expect(other.command.configure?.family).not.toBe(usual.command.configure?.family);
  });

  it('has no features: nothing is known of it without running it', async () => {
    const { kernel } = commandVariants(text, files);
    expect(kernel.command).toBeDefined();
    const workload = kernel.workloads[0];
    if (workload === undefined) throw new Error('there is no workload');
    const builder = createVariantBuilder({ kernel, workload, limits: hostDevice({ cpuOnly: true }).limits });
    const built = await builder.build(kernel.defaults);
    if (!built.ok) throw new Error(built.failure.message);
    expect([...builder.features(built.value)]).toEqual(featureNames.map(() => Number.NaN));
  });

  it('is the same program exactly if files, commands with their values, and outputs are', async () => {
    const usual = await identityOf({});
    expect(usual).toMatch(/^[0-9a-f]{64}$/);
    expect(await identityOf({ files: { 'README.md': 'changed' } })).toBe(usual);
    expect(await identityOf({ text: text.replace('1.0e-6', '1.0e-3') })).toBe(usual);
    const others = [
      await identityOf({ files: { 'main.mjs': `${commandProgram}\n` } }),
      await identityOf({ values: { SCALE: 3 } }),
      await identityOf({ values: { SPIN: 0.2 } }),
      await identityOf({ text: text.replace('[./build.sh,', '[./build.sh, -O3,') }),
      await identityOf({ text: text.replace('type: f32', 'type: u32') }),
      await identityOf({ text: text.replaceAll('build.sh', 'build'), files: { build: files['build.sh'] } }),
    ];
    expect(new Set([usual, ...others]).size).toBe(1 + others.length);
  });

  it('that only runs otherwise is built once', async () => {
    const { build } = commandVariants(text, files);
    const [usual, slower, other] = [await build(), await build({ SPIN: 2 }), await build({ SCALE: 3 })];
    expect(slower.command.buildIdentity).toBe(usual.command.buildIdentity);
    expect(other.command.buildIdentity).not.toBe(usual.command.buildIdentity);
  });
});
