import { describe, expect, test } from 'vitest';
import type { BufferBinding, Variant } from '../../src/kernel/index.ts';
import { type Device, repeatFault as repeats } from '../../src/measure/index.ts';

const binding: BufferBinding = {
  ...{ name: 'y', group: 0, binding: 0, kind: 'storage', type: 'f32', length: 2, byteLength: 8 },
  ...{ fill: 'zeros', seed: 0, values: null, check: { relative: 1e-3, absolute: 0 } },
};
const wgsl = { id: 'k/w/reference', program: { buffers: [binding] } } as unknown as Variant;
const program = { id: 'k/w/reference', program: null, command: { outputs: [binding] } } as unknown as Variant;

let nowMs = 0;
const clock = { nowMs: () => (nowMs += 1) };
const repeatFault = (devices: readonly [Device, Device], variant: Variant) =>
  repeats({ devices, variant, clock });

/** A device on which the n-th process writes `value(n, launches)`. */
function devices(value: (process: number, launches: number) => number): readonly [Device, Device] {
  let started = 0;
  const device: Pick<Device, 'outputs'> = {
    outputs: async (_, launches) => {
      const bytes = new Uint8Array(new Float32Array([1, value(started++, launches)]).buffer);
      return { ok: true, value: new Map([['y', bytes]]) };
    },
  };
  return [device as Device, device as Device];
}

describe('a reference', () => {
  test('repeats itself where another process, after other launches, writes the same within its tolerance', async () => {
    for (const variant of [wgsl, program]) {
      expect(
        await repeatFault(
          devices(() => 2),
          variant,
        ),
      ).toEqual({ ok: true, value: null });
      const nearly = devices((process) => 2 + process * 1e-4);
      expect(await repeatFault(nearly, variant)).toEqual({ ok: true, value: null });
    }
  });

  test('of which launches depend on those before is told so', async () => {
    const updates = devices((_, launches) => 3 + 2 * launches);
    expect(await repeatFault(updates, program)).toEqual({
      ok: true,
      value: {
        kind: 'wrong-result',
        message:
          'after 3 launches its outputs are not those after 1: `y`: 1 of 2 elements are wrong; first at index 1: 7, expected 3. ' +
          'Put back what a launch changes, outside of the time that is told',
      },
    });
  });

  test('that differs from process to process has no seed, or races', async () => {
    const unseeded = await repeatFault(
      devices((process) => process),
      program,
    );
    expect(unseeded.ok && unseeded.value?.message).toMatch(
      /^started twice, it writes different outputs: .*without a seed, or invocations race/,
    );
    const races = await repeatFault(
      devices((process) => process),
      wgsl,
    );
    expect(races.ok && races.value?.message).toMatch(/Invocations race for what they write$/);
  });

  test('whose race shows only now and then is launched for a while, if that costs no process', async () => {
    const rarely = () => devices((process) => (process === 6 ? 9 : 2));
    expect((await repeatFault(rarely(), wgsl)).ok && (await repeatFault(rarely(), wgsl))).toMatchObject({
      value: { message: expect.stringContaining('index 1: 9, expected 2') },
    });
    expect(await repeatFault(rarely(), program)).toEqual({ ok: true, value: null });
    const long = devices((process) => {
      nowMs += 400;
      return process === 6 ? 9 : 2;
    });
    expect(await repeatFault(long, wgsl)).toEqual({ ok: true, value: null });
  });

  test('that nothing can be compared with is left to the checks of variants', async () => {
    expect(
      await repeatFault(
        devices(() => Number.NaN),
        program,
      ),
    ).toEqual({ ok: true, value: null });
  });

  test('that does not run is a failure, and one of a device that cannot tell is taken as it is', async () => {
    const failure = { kind: 'crash', message: 'no' } as const;
    const broken = { outputs: async () => ({ ok: false, failure }) } as unknown as Device;
    expect(await repeatFault([broken, broken], program)).toEqual({ ok: false, failure });
    const mute = {} as Device;
    expect(await repeatFault([mute, mute], program)).toEqual({ ok: true, value: null });
  });
});
