import { describe, expect, it } from 'vitest';
import { checkReference } from '../../src/app/laboratory/index.ts';
import type { Outcome, Variant } from '../../src/kernel/index.ts';
import { noLimits } from '../../src/manifest/index.ts';
import type { Device, DeviceInfo, Outputs } from '../../src/measure/index.ts';
import { commandManifest, commandVariants } from '../support/command-program.ts';

const info = { limits: noLimits, features: [] } as unknown as DeviceInfo;
const outputsOf = (value: number): Outcome<Outputs> => ({
  ok: true,
  value: new Map([['y', new Uint8Array(new Float32Array(64).fill(value).buffer)]]),
});
const failed = (kind: 'timeout' | 'validation') =>
  ({ ok: false, failure: { kind, message: 'no word' } }) as const;

function check(device: Partial<Device>, more = '') {
  let opened = 0;
  const laboratory = {
    info,
    print: undefined,
    clock: { nowMs: () => 0 },
    device: { prepare: async () => ({ ok: true, value: null }), ...device } as Device,
    openDevice: async () => {
      opened++;
      return { ...device, close: async () => void opened-- } as Device;
    },
  };
  const { kernel } = commandVariants(commandManifest(more));
  const checked = checkReference({ laboratory, kernel, workload: kernel.workloads[0]! });
  return checked.finally(() => expect(opened).toBe(0));
}

describe('a kernel whose reference', () => {
  it('repeats itself is searched', async () => {
    await expect(check({ outputs: async () => outputsOf(1) })).resolves.toBeUndefined();
  });

  it('does not is not', async () => {
    await expect(check({ outputs: async (_, launches) => outputsOf(launches) })).rejects.toMatchObject({
      code: 'does-not-repeat',
      kind: 'bad-input',
      message: expect.stringMatching(
        /^The reference of kernel scale does not repeat itself with N=64: after 3/,
      ),
    });
  });

  it('does not run is not', async () => {
    await expect(check({ outputs: async () => failed('validation') })).rejects.toMatchObject({
      code: 'reference-failed',
      message: 'The reference of kernel scale does not run with N=64: no word',
    });
  });

  it('is another program is not where the default gives no answer, and is where it only refuses', async () => {
    const reference = '      reference: [node, main.mjs, "{N}", "3", none, "0.05"]';
    const kind = (value: 'timeout' | 'validation') => ({
      outputs: async () => outputsOf(1),
      prepare: async (_: Variant) => failed(value),
    });
    await expect(check(kind('timeout'), reference)).rejects.toMatchObject({
      message: 'The default configuration of kernel scale does not run with N=64: no word',
    });
    await expect(check(kind('validation'), reference)).resolves.toBeUndefined();
  });
});
