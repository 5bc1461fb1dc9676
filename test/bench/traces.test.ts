import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readTraces, responseOf } from '../../bench/measure/trace.ts';
import { compareWindows } from '../../bench/measure/trace-windows.ts';

const folder = join(process.env.JOULEGATE_DATA ?? '../shared/data', 'power_traces');
const sensors = readTraces(folder);
if (sensors.length === 0) {
  console.warn(`SKIPPED: no traces in ${folder}. Set JOULEGATE_DATA to the folder that holds power_traces.`);
}

/** Periods, widths and delays as others read them off these traces, in milliseconds; null: not said. */
const readOff: Readonly<Record<string, readonly [number, number, number | null]>> = {
  'steps_3090 power.draw W': [100, 1000, 100],
  'steps_3090 power.draw.instant W': [100, 75, 50],
  'steps_4090 power.draw W': [100, 10, 100],
  'steps_A100 power.draw W': [104, 25, null],
  'steps_A100 power.draw.instant W': [104, 25, null],
};

/** Within 50 ms, or within 30 %. */
const isNear = (found: number, known: number) => Math.abs(found - known) <= Math.max(50, 0.3 * known);

describe.skipIf(sensors.length === 0)('recorded sensors beside a meter in the power cables', () => {
  it.each(Object.entries(readOff))(
    'tell period, width and delay: %s',
    (name, [periodMs, widthMs, delayMs]) => {
      const sensor = sensors.find((one) => one.name === name);
      const fit = sensor === undefined ? null : responseOf(sensor);
      expect((sensor?.periodMs ?? 0) / periodMs).toBeCloseTo(1, 1);
      expect(isNear(fit?.spreadMs ?? Number.NaN, widthMs)).toBe(true);
      if (delayMs !== null) expect(isNear(fit?.delayMs ?? Number.NaN, delayMs)).toBe(true);
      expect(fit?.explained).toBeGreaterThan(0.99);
    },
  );

  it('give windows of 2 s and more within 1 % after one gain and offset each, and none of a load in step with them', () => {
    const groups = compareWindows(sensors).filter(({ windowMs }) => windowMs >= 2000);
    const [steady, square] = ['steps_', 'square_'].map((start) =>
      groups.filter(({ name, atRest }) => name.startsWith(start) && (start === 'steps_' || !atRest)),
    );
    expect(new Set(steady?.map(({ name }) => name))).toEqual(new Set(Object.keys(readOff)));
    for (const { errors } of steady ?? []) {
      expect(errors.length).toBeGreaterThan(0);
      expect(Math.max(...errors)).toBeLessThan(0.01);
    }
    expect(square?.length).toBeGreaterThan(0);
    for (const { errors, voided } of square ?? []) expect([errors.length, voided > 0]).toEqual([0, true]);
  });
});
