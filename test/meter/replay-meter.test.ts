import { describe, expect, it } from 'vitest';
import { createReplayDevice } from '../../src/device/index.ts';
import { createReplayMeter } from '../../src/meter/index.ts';
import type { Configuration } from '../../src/space/index.ts';
import { recordedVariant, smallRecording } from '../support/recordings.ts';

async function readingsOf(configuration: Configuration) {
  const device = createReplayDevice(smallRecording);
  const session = await createReplayMeter(smallRecording)?.start();
  const outcome = await device.run(recordedVariant(configuration), 40);
  if (!outcome.ok) throw new Error(outcome.failure.message);
  return session?.stop(outcome.value);
}

describe('a replay meter', () => {
  it('advances by the recorded joules at every launch', async () => {
    expect(await readingsOf({ WIDTH: 1, UNROLL: true })).toEqual([
      { timeMs: 0, joules: 0 },
      { timeMs: 20, joules: 5 },
      { timeMs: 40, joules: 10 },
    ]);
  });

  it('takes recorded power times latency where no joules were recorded', async () => {
    expect((await readingsOf({ WIDTH: 1, UNROLL: false }))?.at(-1)).toEqual({ timeMs: 40, joules: 4 });
  });

  it('stands still for a configuration without energy', async () => {
    expect(await readingsOf({ WIDTH: 2, UNROLL: true })).toEqual([
      { timeMs: 0, joules: 0 },
      { timeMs: 50, joules: 0 },
    ]);
  });

  it('says what was recorded and whether that was an estimate', () => {
    expect(createReplayMeter(smallRecording)?.info).toEqual({
      name: 'replay',
      description: 'recorded: energy counter',
      estimated: false,
      updatePeriodMs: null,
      resolutionJoules: null,
      idleWatts: 70,
    });
    const { meter } = smallRecording;
    if (meter === null) throw new Error('the recording has a meter');
    const estimated = { ...smallRecording, meter: { ...meter, estimated: true } };
    expect(createReplayMeter(estimated)?.info.estimated).toBe(true);
  });

  it('is none where no energy was recorded', () => {
    const measurements = [{ values: [0, 0], latencyMs: 2 }];
    expect(createReplayMeter({ ...smallRecording, measurements })).toBe(null);
  });
});
