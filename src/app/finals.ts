import type { Variant } from '../kernel/index.ts';
import { type Arm, type BlockSample, runBlocks } from '../measure/index.ts';
import { type ContenderSamples, type FinalSelection, selectFinalist } from '../search/index.ts';
import type { Configuration } from '../space/index.ts';
import type { Host } from './host.ts';
import type { Laboratory } from './laboratory.ts';
import type { WorkloadSearch } from './search-workload.ts';

/** Blocks in which the finalists meet: enough to show that a gain repeats in fresh processes. */
const finalBlocks = 3;

/** `runBlocks` knows four arms; here they are the incumbent and the three best finalists. */
const arms: readonly Arm[] = ['B', 'H', 'X', 'R'];

export interface Final {
  readonly search: WorkloadSearch;
  /** Contenders in the order of `selection.index`; the incumbent first. */
  readonly contenders: readonly Configuration[];
  readonly samples: readonly ContenderSamples[];
  readonly selection: FinalSelection;
  /** `Program.identity` of the chosen contender; empty if there is none. */
  readonly identity: string;
}

interface Heat {
  readonly search: WorkloadSearch;
  readonly contenders: readonly Configuration[];
  readonly variants: readonly Variant[];
}

async function prepareHeat(search: WorkloadSearch): Promise<Heat> {
  const { space, incumbent, result, builder } = search;
  const idOf = (configuration: Configuration) => {
    const point = space.point(configuration);
    return point === null ? '' : space.id(point);
  };
  const failed = new Set(
    result.measurements.filter((known) => known.failure !== null).map((known) => idOf(known.configuration)),
  );
  const wanted = new Map<string, Configuration>();
  for (const configuration of [incumbent, ...result.finalists.map((finalist) => finalist.configuration)]) {
    const id = idOf(configuration);
    if (!failed.has(id) && !wanted.has(id)) wanted.set(id, configuration);
  }
  const contenders: Configuration[] = [];
  const variants: Variant[] = [];
  for (const configuration of [...wanted.values()].slice(0, arms.length)) {
    const built = await builder.build(configuration);
    if (!built.ok) continue;
    contenders.push(configuration);
    variants.push(built.value);
  }
  return { search, contenders, variants };
}

function samplesOf(heat: Heat, arm: Arm, samples: readonly BlockSample[]): ContenderSamples {
  const own = samples
    .filter(
      (sample) =>
        sample.kernel === heat.search.kernel.name &&
        sample.workload === heat.search.workload.name &&
        sample.arm === arm,
    )
    .sort((a, b) => a.block - b.block);
  return {
    latencyMs: own.map((sample) => sample.latencyMs),
    joules: own.map((sample) => sample.joules),
  };
}

/** Measures every search's finalists beside its incumbent, all kernels in the same fresh blocks, and chooses. */
export async function runFinals(options: {
  readonly host: Host;
  readonly laboratory: Laboratory;
  readonly searches: readonly WorkloadSearch[];
}): Promise<readonly Final[]> {
  const { host, laboratory, searches } = options;
  const heats = await Promise.all(searches.map(prepareHeat));
  const contested = heats.filter((heat) => heat.variants.length > 1);
  const samples: BlockSample[] = [];
  if (contested.length > 0)
    host.progress.stage('comparing the best with what ships today, in fresh processes');
  if (contested.length > 0) {
    const measured = await runBlocks({
      phase: 'flag',
      firstBlock: 0,
      blocks: finalBlocks,
      subjects: contested.map((heat) => ({
        kernel: heat.search.kernel.name,
        workload: heat.search.workload.name,
        variants: {
          B: heat.variants[0]!,
          H: heat.variants[1]!,
          X: heat.variants[2],
          R: heat.variants[3],
        },
      })),
      openDevice: () => laboratory.openDevice(),
      openMeter: (device) => laboratory.openMeter(device),
      options: laboratory.measureOptions('judge'),
      clock: laboratory.clock,
      signal: host.signal,
      onTurn: (turn) =>
        host.progress.update({
          text: `finals, block ${turn.block + 1} of ${finalBlocks}: ${turn.kernel}`,
          share: (turn.block + (turn.subject - 1 + turn.turn / turn.turns) / turn.subjects) / finalBlocks,
        }),
    });
    samples.push(...measured);
  }
  return heats.map((heat) => {
    const contenderSamples = heat.variants.map((_, index) => samplesOf(heat, arms[index]!, samples));
    const objective =
      laboratory.meter === null ? { minimize: 'latency' as const } : heat.search.kernel.objective;
    const selection = selectFinalist(contenderSamples, objective);
    return {
      search: heat.search,
      contenders: heat.contenders,
      samples: contenderSamples,
      selection,
      identity: heat.variants[selection.index]?.program?.identity ?? '',
    };
  });
}
