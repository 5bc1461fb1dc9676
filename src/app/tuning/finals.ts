import {
  type Variant,
  type VariantBuilder,
  type VariantFailure,
  variantIdentity,
} from '../../kernel/index.ts';
import { measurableObjective, type Objective } from '../../manifest/index.ts';
import type { Arm, BlockSample, BlockSubject } from '../../measure/index.ts';
import {
  type ContenderSamples,
  type FinalSelection,
  selectFinalist,
  stillInTheRunning,
} from '../../search/index.ts';
import type { Configuration } from '../../space/index.ts';
import type { Host } from '../host.ts';
import { type Laboratory, measureBlocks } from '../laboratory/index.ts';
import type { WorkloadSearch } from './search-workload.ts';

/** Blocks in which the finalists meet: enough to show that a gain repeats in fresh processes. */
const finalBlocks = 3;

/** `runBlocks` knows four arms; here they are the incumbent, if it works, and the best finalists. */
const arms: readonly Arm[] = ['B', 'H', 'X', 'R'];

export interface Final {
  readonly search: WorkloadSearch;
  /** Why what ships today cannot go on shipping; null if it works, then it is contender 0. */
  readonly incumbentFailure: VariantFailure | null;
  /** In the order of `selection.index`. Empty: nothing works. */
  readonly contenders: readonly Configuration[];
  /** One per contender; empty where there was nobody to meet or no time to. */
  readonly samples: readonly ContenderSamples[];
  readonly selection: FinalSelection;
  /** What names the chosen contender's program; empty if there is none. */
  readonly identity: string;
}

function identityOf(variant: Variant | undefined): string {
  return variant === undefined ? '' : (variantIdentity(variant) ?? '');
}

interface Heat {
  readonly search: WorkloadSearch;
  readonly incumbentFailure: VariantFailure | null;
  readonly contenders: readonly Configuration[];
  readonly variants: readonly Variant[];
}

/** What is wrong with what is computed, or where. Whatever else fails, fails in the blocks. */
const faults: readonly VariantFailure['kind'][] = [
  'out-of-range',
  'wrong-result',
  'not-a-number',
  'unwritten',
];

/**
 * Trials are compared with the reference only, and programs may have become one after the other in one process: what may be
 * chosen is looked at for indices beyond buffers, in a process of its own.
 */
async function faultOf(
  { device }: Pick<Laboratory, 'device'>,
  builder: VariantBuilder,
  variant: Variant,
): Promise<string | null> {
  const reference = await builder.reference();
  const verified = reference.ok ? await device.verify(variant, reference.value, { fresh: true }) : reference;
  return !verified.ok && faults.includes(verified.failure.kind) ? verified.failure.message : null;
}

async function prepareHeat(
  search: WorkloadSearch,
  { host, laboratory }: { readonly host: Host; readonly laboratory: Laboratory },
): Promise<Heat> {
  const { incumbent, result, builder, idOf, kernel, workload } = search;
  const incumbentId = idOf(incumbent);
  const incumbentFailure =
    result.measurements.find(
      ({ configuration, failure }) => failure !== null && idOf(configuration) === incumbentId,
    )?.failure ?? null;
  const wanted = new Map<string, Configuration>();
  if (incumbentFailure === null) wanted.set(incumbentId, incumbent);
  for (const { configuration } of result.finalists) {
    if (!wanted.has(idOf(configuration))) wanted.set(idOf(configuration), configuration);
  }
  const contenders: Configuration[] = [];
  const variants: Variant[] = [];
  for (const configuration of [...wanted.values()].slice(0, arms.length)) {
    const built = await builder.build(configuration, { confirm: true });
    if (!built.ok) {
      host.progress.warn(
        `${kernel.name} ${workload.name}: a finalist is not compared: ${built.failure.message}.`,
      );
      continue;
    }
    const isIncumbent = contenders.length === 0 && incumbentFailure === null;
    const fault = isIncumbent ? null : await faultOf(laboratory, builder, built.value);
    if (fault !== null) {
      host.progress.warn(`${kernel.name} ${workload.name}: ${built.value.id} is not compared: ${fault}.`);
      continue;
    }
    contenders.push(configuration);
    variants.push(built.value);
  }
  return { search, incumbentFailure, contenders, variants };
}

function samplesOf(heat: Heat, arm: Arm, samples: readonly BlockSample[]): ContenderSamples {
  const { kernel, workload } = heat.search;
  const own = samples
    .filter(
      (sample) => sample.kernel === kernel.name && sample.workload === workload.name && sample.arm === arm,
    )
    .sort((a, b) => a.block - b.block);
  return {
    latencyMs: own.map((sample) => sample.latencyMs),
    joules: own.map((sample) => sample.joules),
  };
}

/** One per contender, of the blocks that it was measured in. */
function allSamplesOf(heat: Heat, samples: readonly BlockSample[]): ContenderSamples[] {
  return heat.variants.map((_, index) => samplesOf(heat, arms[index]!, samples));
}

function subjectOf({ search, variants: [B, H, X, R] }: Heat): BlockSubject {
  const { kernel, workload } = search;
  return { kernel: kernel.name, workload: workload.name, variants: { B: B!, H: H!, X, R } };
}

/**
 * A heat without the contenders that no further block can make the choice. The incumbent and the first contender stay: what
 * the incumbent costs, night by night, is told by as many blocks each time, and a block has two arms at least.
 */
function openSubject(heat: Heat, objective: Objective, samples: readonly BlockSample[]): BlockSubject {
  const subject = subjectOf(heat);
  if (heat.incumbentFailure !== null) return subject;
  const [, , isXOpen, isROpen] = stillInTheRunning(allSamplesOf(heat, samples), objective);
  const { B, H, X, R } = subject.variants;
  return { ...subject, variants: { B, H, X: isXOpen ? X : undefined, R: isROpen ? R : undefined } };
}

function measureHeats(options: {
  readonly host: Host;
  readonly laboratory: Laboratory;
  readonly heats: readonly Heat[];
  readonly objectiveOf: (heat: Heat) => Objective;
  readonly deadlineMs: number;
}): Promise<readonly BlockSample[]> {
  const { host, laboratory, heats, objectiveOf, deadlineMs } = options;
  return measureBlocks({
    host,
    laboratory,
    deadlineMs,
    blocks: finalBlocks,
    subjects: heats.map(subjectOf),
    worthAnother: (samples) => heats.map((heat) => openSubject(heat, objectiveOf(heat), samples)),
    onTurn: (block, turn) =>
      host.progress.update({
        text: `finals, block ${block + 1} of ${finalBlocks}: ${turn.kernel}`,
        share: (block + (turn.subject - 1 + turn.turn / turn.turns) / turn.subjects) / finalBlocks,
      }),
  });
}

/**
 * Measures every search's finalists beside its incumbent, all kernels in the same fresh blocks, and chooses.
 * @param options.deadlineMs on the laboratory's clock; what cannot be compared by then keeps its incumbent
 */
export async function runFinals(options: {
  readonly host: Host;
  readonly laboratory: Laboratory;
  readonly searches: readonly WorkloadSearch[];
  readonly deadlineMs: number;
}): Promise<readonly Final[]> {
  const { host, laboratory, searches } = options;
  const heats: Heat[] = [];
  for (const search of searches) heats.push(await prepareHeat(search, options));
  const contested = heats.filter((heat) => heat.variants.length > 1);
  if (contested.length > 0)
    host.progress.stage('comparing the best with what ships today, in fresh processes');
  const objectiveOf = ({ search }: Heat) => measurableObjective(search.objective, laboratory.meter !== null);
  const measured =
    contested.length === 0 ? [] : await measureHeats({ ...options, heats: contested, objectiveOf });
  return heats.map((heat) => {
    const samples = measured.length === 0 || heat.variants.length < 2 ? [] : allSamplesOf(heat, measured);
    const incumbentFails = heat.incumbentFailure !== null;
    const selection = selectFinalist(samples, objectiveOf(heat), { incumbentFails });
    return {
      search: heat.search,
      incumbentFailure: heat.incumbentFailure,
      contenders: heat.contenders,
      samples,
      selection,
      identity: identityOf(heat.variants[selection.index]),
    };
  });
}
