import { describe, expect, it } from 'vitest';
import { maxFaults, validateRecording } from '../../src/schema/index.ts';

describe('data with more faults than are told', () => {
  it('is not looked at any further', () => {
    const measurements: unknown[] = Array.from({ length: 10_000 }, () => 1);
    Object.defineProperty(measurements, 5000, {
      get() {
        throw new Error('looked at');
      },
    });
    const checked = validateRecording({ measurements });
    expect(checked).toMatchObject({ ok: false, faults: { length: maxFaults } });
  });
});
