import { JoulegateError } from '../../errors/index.ts';
import type { EnergyReading, Meter, Stretch } from '../../measure/index.ts';
import { type MeterKind, unsuitable } from '../kind.ts';

/** What a desktop or server core draws when busy, roughly; users give their own. */
const defaultWattsPerCore = 15;
const maxWattsPerCore = 1000;

/** That a batch of launches is complete is noticed, and the CPU time read, up to this much late. */
const noticedWithinMs = 1;

function readings(stretch: Stretch, wattsPerCore: number): readonly EnergyReading[] {
  return stretch.completions.flatMap(({ timeMs, cpuSeconds }) =>
    cpuSeconds === null ? [] : [{ timeMs, joules: cpuSeconds * wattsPerCore }],
  );
}

/**
 * An estimate where the CPU is the device: CPU seconds of the GPU process times a stated power per busy core. It follows
 * how much a kernel computes and how well it spreads over cores, not what the cores draw.
 */
function createCpuTimeMeter(wattsPerCore: number): Meter {
  return {
    info: {
      name: 'cpu-time',
      description: `CPU time x ${wattsPerCore} W per core`,
      estimated: true,
      // It is always up to date; it is looked at when a batch of launches completes, however far apart.
      updatePeriodMs: null,
      resolutionJoules: (noticedWithinMs / 1000) * wattsPerCore,
      // CPU seconds only pass while something runs.
      idleWatts: 0,
    },
    async start() {
      return {
        stop: async (stretch) => readings(stretch, wattsPerCore),
        cancel: async () => undefined,
      };
    },
    async close() {},
  };
}

/** `cpu-time`: software adapters only. */
export const cpuTime: MeterKind<'cpu-time'> = {
  name: 'cpu-time',
  summary: 'software adapters: estimated from CPU time, measured by no sensor',
  async open({ device: { info }, wattsPerCore = defaultWattsPerCore }) {
    if (info.backend === 'replay') return unsuitable('a recording brings its own energy figures');
    if (!info.software) return unsuitable(`${info.family} is a real GPU, whose energy the CPU does not tell`);
    if (!(wattsPerCore > 0 && wattsPerCore <= maxWattsPerCore)) {
      throw new JoulegateError('bad-input', `${wattsPerCore} W is no power of a CPU core.`, {
        code: 'bad-watts-per-core',
        nextStep: `Give a number of watts above 0, at most ${maxWattsPerCore}.`,
      });
    }
    return {
      ok: true,
      meter: createCpuTimeMeter(wattsPerCore),
      reason: `${info.family} computes on the CPU; energy is estimated from CPU time at ${wattsPerCore} W per core`,
    };
  },
};
