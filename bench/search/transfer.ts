import { type OtherDevice, runSearch } from '../../src/search/index.ts';
import { mean } from '../../src/stats/index.ts';
import { type RecordedDevice, recordedDevices } from './devices.ts';
import { round } from './methodology.ts';

const budget = 200;
const goal = 0.95;

/** Trials to 95 % of the optimum from one device to another, mean over seeds; 200 where it was not reached. */
export interface TransferResult {
  readonly space: string;
  readonly from: string;
  readonly to: string;
  readonly sameVendor: boolean;
  readonly seeds: number;
  readonly cold: number;
  readonly warm: number;
}

function otherOf(from: RecordedDevice, to: RecordedDevice): OtherDevice {
  const { space, latencyOf } = from.trials;
  return {
    sameVendor: from.vendor === to.vendor,
    latencies: [...space.enumerate()].map((point) => {
      const configuration = space.configuration(point);
      return { configuration, latencyMs: latencyOf(configuration) };
    }),
  };
}

async function trialsToGoal(
  { trials }: RecordedDevice,
  seeds: number,
  other: OtherDevice | null,
): Promise<number> {
  const configurations = [...trials.space.enumerate()].map((point) => trials.space.configuration(point));
  const optimum = Math.min(
    ...configurations.map((configuration) => trials.latencyOf(configuration) ?? Number.POSITIVE_INFINITY),
  );
  const needed: number[] = [];
  for (let seed = 1; seed <= seeds; seed++) {
    const stop = new AbortController();
    let [tried, reached] = [0, budget];
    await runSearch({
      space: trials.space,
      trials: {
        ...trials,
        async latency(configuration) {
          const outcome = await trials.latency(configuration);
          tried++;
          if (outcome.ok && reached === budget && outcome.value.medianMs * goal <= optimum) {
            reached = tried;
            stop.abort();
          }
          return outcome;
        },
      },
      objective: { minimize: 'latency' },
      budget: { trials: budget, seconds: Number.POSITIVE_INFINITY },
      seed,
      start: [],
      costModel: null,
      clock: trials.clock,
      patience: Number.POSITIVE_INFINITY,
      signal: stop.signal,
      ...(other === null ? {} : { otherDevice: other }),
    });
    needed.push(reached);
  }
  return mean(needed);
}

/**
 * Every direction within a vendor, searched cold and with the other device's recording. Across vendors the other device has no
 * say, so that a search is the cold one to the bit: one direction of each space stands for it.
 */
export async function compareTransfer(folder: string, seeds: number): Promise<readonly TransferResult[]> {
  const results: TransferResult[] = [];
  for (const { space, devices } of recordedDevices(folder)) {
    for (const to of devices) {
      const sources = devices.filter((from) => from !== to);
      const foreign = sources.find(({ vendor }) => vendor !== to.vendor);
      const own = sources.filter(({ vendor }) => vendor === to.vendor);
      const cold = await trialsToGoal(to, seeds, null);
      for (const from of foreign === undefined ? own : [...own, foreign]) {
        const warm = await trialsToGoal(to, seeds, otherOf(from, to));
        results.push({
          ...{ space, from: from.family, to: to.family, sameVendor: from.vendor === to.vendor, seeds },
          cold: round(cold, 1),
          warm: round(warm, 1),
        });
      }
    }
  }
  return results;
}
