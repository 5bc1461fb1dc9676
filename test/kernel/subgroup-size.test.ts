import { describe, expect, it } from 'vitest';
import { atSubgroupSize, createVariantBuilder, usesSubgroups } from '../../src/kernel/index.ts';
import { build, kernelOf, limits, programOf } from './support.ts';

const sums = `// adds up
enable subgroups;
@group(0) @binding(0) var<storage, read_write> data: array<f32>;
fn other() {}
@workgroup_size(64) @compute
fn main(@builtin(local_invocation_index) i: u32) { data[i] = subgroupAdd(data[i]); }
`;

const built = async (text: string) => programOf(await build({ files: { 'a.wgsl': text } }));

describe('a program at a size of subgroups', () => {
  it('says which, and is the same line by line', async () => {
    const program = await built(sums);
    const pinned = atSubgroupSize(program, 16);
    const words = (text: string | undefined) => text?.replace(/\s+/g, ' ').trim();
    expect(words(pinned?.passes[0]?.wgsl)).toBe(
      words(
        `enable subgroup_size_control; ${program.passes[0]?.wgsl.replace('@workgroup_size', '@subgroup_size(16) @workgroup_size')}`,
      ),
    );
    expect(pinned?.passes[0]?.wgsl.split('\n')).toHaveLength(program.passes[0]!.wgsl.split('\n').length);
    expect(pinned?.requiredFeatures).toEqual(['subgroup-size-control', 'subgroups']);
    const identities = [program, pinned, atSubgroupSize(program, 32)].map((one) => one?.identity);
    expect(new Set(identities).size).toBe(3);
  });

  it('is not made of one that says so itself', async () => {
    const own = sums
      .replace('enable subgroups', 'enable subgroups, subgroup_size_control')
      .replace('@compute', '@compute @subgroup_size(32)');
    expect(atSubgroupSize(await built(own), 16)).toBeNull();
  });

  it('matters to programs with subgroups only', async () => {
    expect(usesSubgroups(await built(sums))).toBe(true);
    const plain = sums.replace('enable subgroups;', '').replace('subgroupAdd', '');
    expect(usesSubgroups(await built(plain))).toBe(false);
  });
});

describe('a size of subgroups that a program asks for', () => {
  const body = `enable subgroups, subgroup_size_control;
@group(0) @binding(0) var<storage, read_write> data: array<f32>;
@compute @workgroup_size(WG) @subgroup_size(LANES) fn main() { data[0] = 1.0; }`;

  async function refusalOf(path: string, text: string, [WG, LANES]: readonly [number, number]) {
    const tunables = [{ name: 'WG', values: [32, 48] }];
    const kernel = kernelOf({ files: { [path]: text }, tunables });
    const device = { ...limits, subgroup_min: 8, subgroup_max: 32 };
    const builder = createVariantBuilder({ kernel, workload: kernel.workloads[0] as never, limits: device });
    return builder.refusal({ WG, LANES });
  }

  const byOverride = (sizes: readonly [number, number]) =>
    refusalOf('a.wgsl', `${body}\noverride WG: u32;\noverride LANES: u32;`, sizes);
  const byNumber = (sizes: readonly [number, number]) =>
    refusalOf('a.wesl', `import constants::WG;\n${body.replace('LANES', `${sizes[1]}`)}`, sizes);

  it.each([
    ['WGSL', byOverride],
    ['WESL', byNumber],
  ])('is one that the device has, and divides the workgroup: %s', async (_, refusal) => {
    expect(await refusal([48, 16])).toBeNull();
    expect(await refusal([32, 4])).toBe('the size of subgroups is 4, the device has 8 to 32');
    expect(await refusal([32, 64])).toBe('the size of subgroups is 64, the device has 8 to 32');
    expect(await refusal([48, 32])).toBe(
      'the workgroup size in x is 48, which is no multiple of the size of subgroups, 32',
    );
  });
});
