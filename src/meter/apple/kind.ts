import { firstReading, latestValue } from '../command/kind.ts';
import { MeterProgram } from '../command/program.ts';
import { type MeterKind, missing, unsuitable } from '../kind.ts';
import { openSensor } from '../sensor/open.ts';
import type { Sensor } from '../sensor/types.ts';
import { powermetricsArguments, powermetricsReader } from './powermetrics.ts';

const usualProgram = '/usr/bin/powermetrics';
/** Power is printed in whole milliwatts, times in hundredths of a millisecond. */
const unitJoules = 1e-8;

/** `apple`: energy of Apple's GPUs as macOS estimates it from their activity. */
export const apple: MeterKind<'apple'> = {
  name: 'apple',
  summary: 'Apple GPUs, as root: the energy that powermetrics estimates by a model',
  async open(context) {
    const { device, time, commandEnvironment: environment, powermetrics: program = usualProgram } = context;
    const { info } = device;
    if (info.software || info.backend === 'replay') return unsuitable(`${info.family} is no GPU`);
    if (!info.vendor.toLowerCase().includes('apple')) return unsuitable(`${info.family} is not Apple’s`);
    const running = new MeterProgram({
      ...{ program, programArguments: powermetricsArguments, environment, time },
      parse: powermetricsReader(),
    });
    const first = await firstReading(running, time);
    if (!first.ok) {
      await running.close();
      return missing(`powermetrics: ${first.why}`);
    }
    const sensor: Sensor = {
      label: info.description,
      details: 'a model’s estimate',
      scope: 'GPU',
      estimated: true,
      key: 'apple-gpu',
      unitJoules,
      counter: { label: 'energy by powermetrics', read: async () => latestValue(running, time) },
      // It prints power as well, but that is the same figure: it would check nothing.
      power: null,
      state: null,
      processes: null,
      close: () => running.close(),
    };
    return openSensor(
      'apple',
      [{ sensor, name: info.description, handles: ['gpu'], refusal: null }],
      context,
    );
  },
};
