import { describe, expect, it } from 'vitest';
import type { Outcome, Variant } from '../../src/kernel/index.ts';
import { type Device, pinnedSubgroups, type Remarks, subgroupRemark } from '../../src/measure/index.ts';
import { createSimulatedLab, simulatedVariant } from '../support/simulated-device.ts';

const wgsl = `enable subgroups;
@compute @workgroup_size(32) fn main() {}`;

function variantOf(id: string): Variant {
  const variant = simulatedVariant(id);
  const program = variant.program!;
  return {
    ...variant,
    program: {
      ...program,
      passes: program.passes.map((pass) => ({ ...pass, wgsl, entryPoint: 'main' })),
      requiredFeatures: ['subgroups'],
    },
  };
}

const failed = (kind: 'compile' | 'wrong-result', message: string) =>
  ({ ok: false, failure: { kind, message } }) as const;

/** An adapter with subgroups of several sizes, on which a program is right or wrong by the size that it is given. */
async function scriptedDevice(
  sizes: readonly [number, number],
  outcomes: Readonly<Record<number, Outcome<Remarks>>>,
  features = ['subgroups', 'subgroup-size-control'],
) {
  const device = await createSimulatedLab({ cost: () => ({ latencyMs: 1, watts: 1 }) }).openDevice();
  const seen: number[] = [];
  const sizeOf = ({ program }: Variant) =>
    Number(/@subgroup_size\((\d+)\)/.exec(program?.passes[0]?.wgsl ?? '')?.[1]);
  const [subgroup_min, subgroup_max] = sizes;
  const scripted: Pick<Device, 'info' | 'prepare' | 'verify'> = {
    info: { ...device.info, features, limits: { ...device.info.limits, subgroup_min, subgroup_max } },
    prepare: async (variant) => {
      const outcome = outcomes[sizeOf(variant)];
      return outcome?.ok === false && outcome.failure.kind === 'compile'
        ? outcome
        : { ok: true, value: null };
    },
    verify: async (variant, reference) => {
      expect(Number.isNaN(sizeOf(reference))).toBe(true);
      seen.push(sizeOf(variant));
      return outcomes[sizeOf(variant)] ?? { ok: true, value: null };
    },
  };
  return { seen, ways: pinnedSubgroups(scripted, variantOf('program'), variantOf('reference')) };
}

describe('a program on an adapter with several sizes of subgroups', () => {
  it('is told where it is right and where it is wrong', async () => {
    const { seen, ways } = await scriptedDevice([8, 64], {
      8: failed('wrong-result', '`y`: 3 of 4 elements are wrong'),
      16: failed('wrong-result', '`y`: 1 of 4 elements is wrong'),
      64: failed('compile', '64 does not divide 32'),
    });
    expect(await subgroupRemark(ways)).toBe(
      'its results depend on the size of subgroups: right with 32, wrong with 8 (`y`: 3 of 4 elements are wrong), 16 (`y`: 1 of 4 elements is wrong); not run with 64 (64 does not divide 32)',
    );
    expect(seen).toEqual([8, 16, 32]);
  });

  it('that is wrong at none is told nothing', async () => {
    const { seen, ways } = await scriptedDevice([8, 32], { 8: failed('compile', 'too small') });
    expect(await subgroupRemark(ways)).toBeNull();
    expect(seen).toEqual([16, 32]);
  });

  it('is not tried where there is one size, or no saying which', async () => {
    expect((await scriptedDevice([32, 32], {})).ways).toEqual([]);
    expect((await scriptedDevice([8, 32], {}, ['subgroups'])).ways).toEqual([]);
  });
});
