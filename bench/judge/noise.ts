import type { Random } from '../../src/stats/index.ts';

/** How measurements of one machine err. Errors are of the logarithm: 0.01 is about 1 %. */
export interface NoiseModel {
  readonly name: string;
  /** The parameters, for people. */
  readonly parameters: string;
  /** Processes of an arm in a block: two as on a GPU, one as on a software adapter. */
  readonly processes: 1 | 2;
  /** The benchmarks of one machine: what differs from kernel to kernel, and stays. */
  machine(random: Random): Machine;
}

export interface Machine {
  openSession(): Session;
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

/** A model whose machines are all alike. */
function model(name: string, parameters: string, openSession: (random: Random) => Session): NoiseModel {
  return {
    name,
    parameters,
    processes: 2,
    machine: (random) => ({ openSession: () => openSession(random) }),
  };
}

/** The same machine, where an arm of a block has one process. */
function inOneProcess(model: NoiseModel): NoiseModel {
  return {
    ...model,
    name: `${model.name}, one process`,
    parameters: `${model.parameters}; an arm of a block is one process`,
    processes: 1,
  };
}

/** A model of turns that do not depend on one another. */
function independent(name: string, parameters: string, turn: (random: Random) => number): NoiseModel {
  return model(name, parameters, (random) => ({ openProcess: () => ({ turn: () => turn(random) }) }));
}

function drifting(random: Random): Session {
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
}

function offset(random: Random): Session {
  const level = 0.03 * random.normal();
  return { openProcess: () => ({ turn: () => level + 0.01 * random.normal() }) };
}

function bimodal(random: Random): Session {
  return {
    openProcess() {
      const mode = random.next() < 0.3 ? 0.02 : 0;
      return { turn: () => mode + 0.005 * random.normal() };
    },
  };
}

function processOffsets(random: Random): Session {
  return {
    openProcess() {
      const offsets = new Map<number, number>();
      return {
        turn(kernel) {
          const level = offsets.get(kernel) ?? 0.006 * random.normal();
          offsets.set(kernel, level);
          return level + 0.005 * random.normal();
        },
      };
    },
  };
}

const bimodalClocks = model(
  'bimodal clocks',
  'turns: normal, sd 0.5 %; 30 % of the processes 2 % slower, all kernels alike',
  bimodal,
);
const differingProcesses = model(
  'process offsets',
  'turns: normal, sd 0.5 %; offset per process and kernel: normal, sd 0.6 %',
  processOffsets,
);

export const noiseModels: readonly NoiseModel[] = [
  independent('iid', 'turns: normal, sd 1 %', (random) => 0.01 * random.normal()),
  model(
    'drift',
    'turns: normal, sd 0.8 %; linear drift per session: normal, sd 0.1 % a turn; random walk, sd 0.1 % a turn',
    drifting,
  ),
  model('session offset', 'turns: normal, sd 1 %; offset per session: normal, sd 3 %', offset),
  bimodalClocks,
  inOneProcess(bimodalClocks),
  independent(
    'outliers',
    'turns: normal, sd 0.6 %; 5 % of them later by the size of a normal number, sd 4 %',
    (random) => 0.006 * random.normal() + (random.next() < 0.05 ? 0.04 * Math.abs(random.normal()) : 0),
  ),
  independent(
    'heavy tails',
    "turns: Student's t, 3 degrees of freedom, sd 1 %",
    (random) => 0.01 * heavyTailed(random),
  ),
  differingProcesses,
  inOneProcess(differingProcesses),
];
