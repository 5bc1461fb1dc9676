import { describe, expect, it } from 'vitest';
import { tryClocks } from '../../src/app/laboratory/index.ts';
import { JoulegateError } from '../../src/errors/index.ts';
import type { KernelDefinition } from '../../src/manifest/index.ts';
import type { DeviceInfo } from '../../src/measure/index.ts';

const info = { description: 'NVIDIA H200' } as DeviceInfo;

function kernel(...values: number[]): KernelDefinition {
  const tunables = [
    { name: 'TILE', values: [1, 2] },
    ...(values.length === 0 ? [] : [{ name: 'SM_MHZ', values }]),
  ];
  return { tunables } as unknown as KernelDefinition;
}

/** Clocks of a board that has no 1,234 MHz. */
function board() {
  const calls: (number | null)[] = [];
  return {
    calls,
    async set(mhz: number | null) {
      calls.push(mhz);
      if (mhz === 1234) throw new JoulegateError('bad-input', 'no 1234 MHz', { code: 'unsupported-clock' });
    },
    close: async () => undefined,
  };
}

describe('clocks, before anything is searched', () => {
  it('are tried once each, and the board is left as it was', async () => {
    const clocks = board();
    await tryClocks(info, clocks, [kernel(0, 1200, 1500), kernel(0, 1500), kernel()]);
    expect(clocks.calls).toEqual([1200, 1500, null]);
  });

  it('that the board does not have are refused, and the board is left as it was', async () => {
    const clocks = board();
    await expect(tryClocks(info, clocks, [kernel(0, 1200, 1234)])).rejects.toThrow('no 1234 MHz');
    expect(clocks.calls.at(-1)).toBeNull();
  });

  it('are refused where nothing can lock them', async () => {
    await expect(tryClocks(info, null, [kernel(0, 1200)])).rejects.toMatchObject({
      code: 'no-clock-control',
    });
  });

  it('are not touched where no kernel asks for them', async () => {
    const clocks = board();
    await tryClocks(info, clocks, [kernel()]);
    await tryClocks(info, null, [kernel()]);
    expect(clocks.calls).toEqual([]);
  });
});
