import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { createRandom } from '../../src/stats/index.ts';
import { describeOnAdapter } from '../support/adapter.ts';
import { canFault, faults, inject } from '../support/faults.ts';
import { isFull } from '../support/full.ts';
import { removeStandIns } from '../support/nvml-stand-in/library.ts';

const cli = join(import.meta.dirname, '..', '..', 'dist', 'cli.js');

/**
 * How often each fault is done here, in a sample and in full; `node bench/run.mjs faults` does them a hundred times. One that hangs for half a minute
 * is left to it: test/device does the same with a shorter limit. What a counter does is told from its readings alone, so
 * test/measure does that in virtual time many times over.
 */
const sample: Readonly<Record<string, number>> = {
  'GPU process killed': 1,
  'library missing': 1,
};
const all: Readonly<Record<string, number>> = {
  'none, equal work in other words': 1,
  'GPU process killed': 3,
  'retune killed': 3,
  'guard killed': 2,
  'guard terminated': 2,
  'library missing': 3,
  'permission denied': 3,
  'counter that freezes': 1,
  'counter that resets': 1,
  'counter that goes back': 1,
  'counter that fails': 1,
};

afterAll(removeStandIns);

describeOnAdapter('a fault', () => {
  it.runIf(canFault()).each(Object.entries(isFull ? all : sample))(
    '%s: loses no result, gives no false verdict, leaves no process',
    async (name, count) => {
      const fault = faults[name];
      if (fault === undefined) throw new Error(`there is no fault '${name}'`);
      const random = createRandom(7);
      for (let i = 0; i < count; i++) expect(await inject(fault, random, cli)).toEqual([]);
    },
  );
});
