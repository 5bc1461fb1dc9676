import { describe, expect, test } from 'vitest';
import { type Completion, cutWindow, type EnergyReading, type MeterInfo } from '../../src/measure/index.ts';

const sensor: MeterInfo = {
  name: 'nvml',
  description: 'counter',
  estimated: false,
  updatePeriodMs: 100,
  resolutionJoules: 0.001,
  idleWatts: 50,
};
const cpuTime: MeterInfo = {
  ...sensor,
  name: 'cpu-time',
  estimated: true,
  updatePeriodMs: null,
  resolutionJoules: null,
  idleWatts: null,
};
const options = { preheatMs: 500, windowMs: 2000 };

/** One launch every `everyMs` from `fromMs` on. */
function completions(fromMs: number, toMs: number, everyMs: number): Completion[] {
  const list: Completion[] = [];
  for (let i = 0; fromMs + i * everyMs <= toMs; i++) {
    list.push({ timeMs: fromMs + i * everyMs, launches: i, cpuSeconds: null });
  }
  return list;
}

/** A counter at `watts` that moves every `tickMs`, polled every `pollMs`, first at `fromMs`. */
function polled(request: { fromMs: number; toMs: number; pollMs: number; tickMs: number; watts: number }) {
  const list: EnergyReading[] = [];
  for (let timeMs = request.fromMs; timeMs <= request.toMs; timeMs += request.pollMs) {
    list.push({
      timeMs,
      joules: (Math.floor(timeMs / request.tickMs) * request.tickMs * request.watts) / 1000,
    });
  }
  return list;
}

function cut(request: Partial<Parameters<typeof cutWindow>[0]>) {
  return cutWindow({
    completions: completions(1000, 4000, 10),
    readings: polled({ fromMs: 900, toMs: 4100, pollMs: 10, tickMs: 100, watts: 200 }),
    meter: sensor,
    options,
    ...request,
  });
}

function energyOf(outcome: ReturnType<typeof cutWindow>) {
  if (!outcome.ok) throw new Error(outcome.reason);
  return outcome.energy;
}

describe('a window', () => {
  test('runs from the first tick after preheating to the last one within the stretch', () => {
    // Ticks at 1500, 1600, ... 4000: 2.5 s at 200 W = 500 J over 250 launches.
    const energy = energyOf(cut({}));
    expect(energy.seconds).toBe(2.5);
    expect(energy.launches).toBeCloseTo(250, 9);
    expect(energy.watts).toBeCloseTo(200, 9);
    expect(energy.joules).toBeCloseTo(2, 9);
    // 50 W idle for 10 ms a launch.
    expect(energy.netJoules).toBeCloseTo(1.5, 9);
    expect(energy.estimated).toBe(false);
    // One count of 1 mJ in 500 J, one poll of 10 ms in 2.5 s.
    expect(energy.relativeResolution).toBeCloseTo(0.001 / 500 + 0.004, 12);
  });

  test('gives the same joules wherever the stretch falls between ticks', () => {
    for (const offset of [0, 13, 37, 71, 99]) {
      const shifted = cut({
        completions: completions(1000 + offset, 4000 + offset, 10),
        readings: polled({ fromMs: 903, toMs: 4200, pollMs: 1, tickMs: 100, watts: 200 }),
      });
      expect(energyOf(shifted).joules).toBeCloseTo(2, 2);
    }
  });

  test('counts launches between completions by parts', () => {
    // Launches complete every 70 ms; the ticks fall in between.
    const energy = energyOf(cut({ completions: completions(1000, 4010, 70) }));
    expect(energy.launches).toBeCloseTo(2500 / 70, 9);
  });

  test('starts with the first reading where every reading is news', () => {
    const series = completions(0, 300, 100);
    const energy = energyOf(
      cutWindow({
        completions: series,
        readings: series.map(({ timeMs }) => ({ timeMs, joules: timeMs * 0.03 })),
        meter: cpuTime,
        options: { preheatMs: 0, windowMs: 200 },
      }),
    );
    expect(energy.seconds).toBe(0.3);
    expect(energy.joules).toBeCloseTo(3, 12);
    expect(energy.netJoules).toBeNull();
    expect(energy.estimated).toBe(true);
    expect(energy.relativeResolution).toBe(0);
  });
});

describe('a window is void', () => {
  const reasonOf = (request: Partial<Parameters<typeof cutWindow>[0]>) => {
    const outcome = cut(request);
    return outcome.ok ? null : outcome.reason;
  };
  const good = polled({ fromMs: 900, toMs: 4100, pollMs: 10, tickMs: 100, watts: 200 });

  test('if its power is that of a board at rest', () => {
    const resting = (idleWatts: number) => reasonOf({ meter: { ...sensor, idleWatts } });
    const words = 'W were drawn, 198.0 W at rest: the launches do not show in the meter';
    expect(resting(198)).toBe(`200.0 ${words}`);
    expect(resting(300)).toContain('300.0 W at rest');
    expect(resting(190)).toBeNull();
  });

  test('if nothing was launched', () => {
    expect(reasonOf({ completions: [] })).toBe('no launch completed inside the stretch');
    expect(reasonOf({ completions: completions(1000, 1000, 10) })).toBe(
      'no launch completed inside the stretch',
    );
  });

  test('if the counter stands still from the start: 0 J is never a measurement', () => {
    expect(reasonOf({ readings: good.map(({ timeMs }) => ({ timeMs, joules: 0 })) })).toBe(
      'the energy counter stood still',
    );
  });

  test('if the counter freezes on the way', () => {
    const frozen = good.map((reading) => (reading.timeMs < 3000 ? reading : { ...reading, joules: 600 }));
    expect(reasonOf({ readings: frozen })).toBe('the energy counter stood still for 1000 ms');
    expect(reasonOf({ readings: frozen, meter: { ...sensor, updatePeriodMs: null } })).toBeNull();
    const early = good.map((reading) => (reading.timeMs < 2000 ? reading : { ...reading, joules: 400 }));
    expect(reasonOf({ readings: early, meter: { ...sensor, updatePeriodMs: null } })).toBe(
      'the energy counter stood still for 2000 ms',
    );
  });

  test('if the counter goes back', () => {
    const reset = good.map(({ timeMs, joules }) => ({
      timeMs,
      joules: timeMs > 3000 ? joules - 500 : joules,
    }));
    expect(reasonOf({ readings: reset })).toBe('the energy counter went back');
  });

  test('if updates are missing from the counter, however short it froze', () => {
    // From 2,500 to 2,800 ms it repeats itself, and goes on from there.
    const lost = good.map(({ timeMs, joules }) => ({
      timeMs,
      joules: timeMs < 2500 ? joules : timeMs < 2800 ? 480 : joules - 60,
    }));
    expect(reasonOf({ readings: lost })).toBe('the energy counter lost energy: 51 W over 390 ms, 200 W else');
    const late = good.map(({ timeMs, joules }) => ({
      timeMs,
      joules: timeMs >= 2500 && timeMs < 2700 ? 480 : joules,
    }));
    expect(reasonOf({ readings: late })).toBeNull();
  });

  test('if the counter jumps forward', () => {
    const jumped = good.map(({ timeMs, joules }) => ({
      timeMs,
      joules: timeMs > 3000 ? joules + 500 : joules,
    }));
    expect(reasonOf({ readings: jumped })).toBe('one update of the sensor said 5200 W, the others 200 W');
  });

  test('not if the host looked late once at power that is added up: that reading stands for longer', () => {
    const addedUp = polled({ fromMs: 900, toMs: 4100, pollMs: 5, tickMs: 5, watts: 200 });
    const late = addedUp.filter(({ timeMs }) => !(timeMs > 3000 && timeMs < 3046));
    expect(energyOf(cut({ readings: late })).watts).toBeCloseTo(200, 9);
  });

  test('not if the host only looked late: what one update seems to lack the next one has', () => {
    // Nothing was read from 2,510 to 2,690 ms, and nothing from 3,120 to 3,190 ms.
    const late = good.filter(
      ({ timeMs }) => !(timeMs > 2500 && timeMs < 2700) && !(timeMs > 3110 && timeMs < 3195),
    );
    expect(reasonOf({ readings: late })).toBeNull();
  });

  test('if there are not enough readings in it', () => {
    expect(reasonOf({ readings: [] })).toBe('the meter gave fewer than two readings during the stretch');
    expect(reasonOf({ readings: good.filter(({ timeMs }) => timeMs < 1550) })).toBe(
      'the energy counter moved less than twice after preheating',
    );
    expect(reasonOf({ readings: good.filter(({ timeMs }) => timeMs < 2000) })).toBe(
      'readings cover 400 of 2000 ms',
    );
  });
});
