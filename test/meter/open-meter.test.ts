import { describe, expect, it } from 'vitest';
import { createReplayDevice } from '../../src/device/index.ts';
import { JoulegateError } from '../../src/errors/index.ts';
import type { DeviceInfo, Stretch } from '../../src/measure/index.ts';
import { type MeterChoice, meterChoices, type OpenMeterOptions, openMeter } from '../../src/meter/index.ts';
import { recordedVariant, smallRecording } from '../support/recordings.ts';

const { info: replayInfo } = createReplayDevice(smallRecording);
const softwareInfo: DeviceInfo = {
  ...replayInfo,
  backend: 'webgpu',
  family: 'mesa-llvmpipe',
  software: true,
};
const gpuInfo: DeviceInfo = {
  ...replayInfo,
  backend: 'webgpu',
  family: 'apple-m2',
  vendor: 'apple',
  software: false,
};

async function refusal(options: OpenMeterOptions): Promise<JoulegateError> {
  try {
    await openMeter(options);
  } catch (error) {
    if (error instanceof JoulegateError) return error;
    throw error;
  }
  throw new Error('it was opened');
}

describe('choosing a meter', () => {
  it('estimates from CPU time on a software adapter, and says so', async () => {
    const { meter, reason } = await openMeter({ choice: 'auto', device: { info: softwareInfo } });
    expect(meter?.info).toMatchObject({
      name: 'cpu-time',
      description: 'CPU time x 15 W per core',
      estimated: true,
      idleWatts: 0,
    });
    expect(reason).toBe(
      'mesa-llvmpipe computes on the CPU; energy is estimated from CPU time at 15 W per core',
    );
  });

  it('finds none for a GPU whose sensor is not supported, and says why', async () => {
    const { meter, reason } = await openMeter({
      ...{ choice: 'auto', device: { info: gpuInfo }, powermetrics: '/nowhere/powermetrics' },
    });
    expect(meter).toBe(null);
    expect(reason).toBe(
      'no supported energy sensor (no nvml: apple-m2 is not NVIDIA’s; no jetson: apple-m2 is not a Jetson’s; no amdgpu: apple-m2 is not AMD’s; ' +
        'no intel: apple-m2 is not Intel’s; no apple: powermetrics: there is no program /nowhere/powermetrics; no cpu-time: apple-m2 is a real GPU, whose energy the CPU does not tell)',
    );
  });

  it('opens none if none is wanted', async () => {
    expect(await openMeter({ choice: 'none', device: { info: softwareInfo } })).toEqual({
      meter: null,
      reason: 'energy was not asked for',
      clocks: null,
    });
  });

  it.each([
    ['a real GPU', gpuInfo],
    ['a recording', replayInfo],
  ])('refuses CPU time on %s', async (_, info) => {
    const error = await refusal({ choice: 'cpu-time', device: { info } });
    expect(error.kind).toBe('bad-input');
    expect(error.code).toBe('unsuitable-meter');
    expect(error.nextStep).toBe('Use the meter auto, or none to measure latency only.');
  });

  it('refuses a meter it does not have', async () => {
    const error = await refusal({ choice: 'thermometer' as MeterChoice, device: { info: softwareInfo } });
    expect(error.kind).toBe('bad-input');
    expect(error.nextStep).toBe(`Choose one of ${meterChoices.join(', ')}.`);
  });

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY, 1001])(
    'refuses %d W per core',
    async (wattsPerCore) => {
      const error = await refusal({ choice: 'auto', device: { info: softwareInfo }, wattsPerCore });
      expect(error.code).toBe('bad-watts-per-core');
    },
  );
});

describe('the CPU time meter', () => {
  const stretch = (cpuSeconds: readonly (number | null)[]): Stretch => ({
    variant: recordedVariant({ WIDTH: 1, UNROLL: true }),
    completions: cpuSeconds.map((seconds, index) => ({
      timeMs: 10 * index,
      launches: index,
      cpuSeconds: seconds,
    })),
  });

  it('reads CPU seconds times watts at every completion', async () => {
    const { meter } = await openMeter({
      choice: 'cpu-time',
      device: { info: softwareInfo },
      wattsPerCore: 20,
    });
    const session = await meter?.start();
    expect(await session?.stop(stretch([1, 1.5, 3]))).toEqual([
      { timeMs: 0, joules: 20 },
      { timeMs: 10, joules: 30 },
      { timeMs: 20, joules: 60 },
    ]);
    expect(meter?.info.description).toBe('CPU time x 20 W per core');
  });

  it('gives no reading where the CPU time is not known', async () => {
    const { meter } = await openMeter({ choice: 'cpu-time', device: { info: softwareInfo } });
    const session = await meter?.start();
    expect(await session?.stop(stretch([null, null]))).toEqual([]);
  });
});
