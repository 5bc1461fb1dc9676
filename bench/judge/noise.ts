import type { Random } from '../../src/stats/index.ts';

/** How measurements of one machine err. Errors are of the logarithm: 0.01 is about 1 %. */
export interface NoiseModel {
  readonly name: string;
  /** The parameters, for people. */
  readonly parameters: string;
  session(random: Random): Session;
}

/** Everything measured without a pause. */
export interface Session {
  /** A process that was just started. */
  openProcess(): Process;
}

interface Process {
  /** Error of one turn of a kernel. Time goes on with each. */
  turn(kernel: number): number;
}

/** Student's t with three degrees of freedom, scaled to a standard deviation of 1. */
function heavyTailed(random: Random): number {
  const chi2 = random.normal() ** 2 + random.normal() ** 2 + random.normal() ** 2;
  return random.normal() / Math.sqrt(chi2 / 3) / Math.sqrt(3);
}

function simple(name: string, parameters: string, turn: (random: Random) => number): NoiseModel {
  return {
    name,
    parameters,
    session: (random) => ({ openProcess: () => ({ turn: () => turn(random) }) }),
  };
}

export const noiseModels: readonly NoiseModel[] = [
  simple('iid', 'turns: normal, sd 1 %', (random) => 0.01 * random.normal()),
  {
    name: 'drift',
    parameters:
      'turns: normal, sd 0.8 %; linear drift per session: normal, sd 0.1 % a turn; random walk, sd 0.1 % a turn',
    session(random) {
      const slope = 0.001 * random.normal();
      let level = 0;
      return {
        openProcess: () => ({
          turn() {
            level += slope + 0.001 * random.normal();
            return level + 0.008 * random.normal();
          },
        }),
      };
    },
  },
  {
    name: 'session offset',
    parameters: 'turns: normal, sd 1 %; offset per session: normal, sd 3 %',
    session(random) {
      const offset = 0.03 * random.normal();
      return { openProcess: () => ({ turn: () => offset + 0.01 * random.normal() }) };
    },
  },
  {
    name: 'bimodal clocks',
    parameters: 'turns: normal, sd 0.5 %; 30 % of the processes 2 % slower, all kernels alike',
    session: (random) => ({
      openProcess() {
        const mode = random.next() < 0.3 ? 0.02 : 0;
        return { turn: () => mode + 0.005 * random.normal() };
      },
    }),
  },
  simple(
    'outliers',
    'turns: normal, sd 0.6 %; 5 % of them later by the size of a normal number, sd 4 %',
    (random) => 0.006 * random.normal() + (random.next() < 0.05 ? 0.04 * Math.abs(random.normal()) : 0),
  ),
  simple(
    'heavy tails',
    "turns: Student's t, 3 degrees of freedom, sd 1 %",
    (random) => 0.01 * heavyTailed(random),
  ),
  {
    name: 'process offsets',
    parameters: 'turns: normal, sd 0.5 %; offset per process and kernel: normal, sd 0.6 %',
    session: (random) => ({
      openProcess() {
        const offsets = new Map<number, number>();
        return {
          turn(kernel) {
            const offset = offsets.get(kernel) ?? 0.006 * random.normal();
            offsets.set(kernel, offset);
            return offset + 0.005 * random.normal();
          },
        };
      },
    }),
  },
];
