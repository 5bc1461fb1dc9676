import type { Metric, Network, SubjectJudgement } from '../../judge/index.ts';
import type { Arm, BlockSample } from '../../measure/index.ts';
import { kilowattHoursPerMonth } from '../../report/index.ts';
import type { ReportNetwork } from '../../schema/index.ts';
import { medianOrNull } from '../project/index.ts';

type Part = Pick<ReportNetwork['parts'][number], 'kernel' | 'workload' | 'calls' | 'status'>;
type Figure = 'joules' | 'latencyMs';

/** A network with what was measured of it. */
interface MeasuredInference extends Pick<Network, 'beside' | 'lacking'> {
  readonly parts: readonly Part[];
  readonly samples: readonly BlockSample[];
}

const metricOf: Readonly<Record<Figure, Metric>> = { joules: 'energy', latencyMs: 'latency' };

/** What calls of a kernel cost an inference on a side, by the median of its blocks; null where none is valid. */
export function callsCost(
  samples: readonly BlockSample[],
  part: Part,
  arm: Arm,
  figure: Figure,
): number | null {
  const { kernel, workload, calls } = part;
  const valid = samples.filter(
    (one) =>
      one.kernel === kernel && one.workload === workload && one.arm === arm && one.voidReasons.length === 0,
  );
  const cost = medianOrNull(valid.map((one) => one[figure]));
  return cost === null ? null : calls * cost;
}

/** What an inference costs in base, in joules or milliseconds; null where some of it was not measured. */
export function baseCost(measured: MeasuredInference, figure: Figure): number | null {
  const { parts, samples, beside, lacking } = measured;
  if (lacking[metricOf[figure]] !== null) return null;
  const costs = parts
    .filter(({ status }) => status === 'compared')
    .map((part) => callsCost(samples, part, 'B', figure));
  if (costs.length === 0 || costs.some((cost) => cost === null)) return null;
  return costs.reduce<number>((sum, cost) => sum + (cost ?? 0), beside[metricOf[figure]].base);
}

/**
 * Parts with what each is of an inference, and what it adds to it: of its energy, or of its latency where energy was not measured.
 * @param judgement null: none of it is known
 * @param aloneCost what a part costs that is the same on both sides; null where only the sum of these is known
 */
export function partFigures(
  measured: MeasuredInference,
  judgement: SubjectJudgement | null,
  aloneCost: (part: Part, figure: Figure) => number | null,
): ReportNetwork['parts'] {
  const figure = baseCost(measured, 'joules') === null ? 'latencyMs' : 'joules';
  const total = judgement === null ? null : baseCost(measured, figure);
  return measured.parts.map((part) => {
    const { kernel, workload, calls, status } = part;
    const cost = (arm: Arm) =>
      status === 'compared' ? callsCost(measured.samples, part, arm, figure) : aloneCost(part, figure);
    const [base, head] = [cost('B'), cost('H')];
    const change = status === 'alike' ? 0 : base === null || head === null ? null : head - base;
    return {
      kernel,
      workload,
      calls,
      status,
      share: base === null || total === null ? null : Math.min(1, base / total),
      change: change === null || total === null ? null : change / total,
    };
  });
}

/**
 * What a report says an inference costs on both sides: head's is base's times the ratio that was judged.
 * @param judgement null: none of it is known
 */
export function inferenceCosts(
  measured: MeasuredInference,
  judgement: SubjectJudgement | null,
  inferencesPerDay: number | null,
): Pick<ReportNetwork, 'base' | 'head' | 'kWhPerMonth'> {
  const ratioOf = (figure: Figure) =>
    judgement?.metrics.find(({ metric }) => metric === metricOf[figure])?.ratio?.estimate ?? null;
  const [energy, latency] = [ratioOf('joules'), ratioOf('latencyMs')];
  const joules = judgement === null ? null : baseCost(measured, 'joules');
  const latencyMs = judgement === null ? null : baseCost(measured, 'latencyMs');
  const headJoules = joules === null || energy === null ? null : joules * energy;
  return {
    base: latencyMs === null ? null : { latencyMs, joules },
    head:
      latencyMs === null || latency === null ? null : { latencyMs: latencyMs * latency, joules: headJoules },
    kWhPerMonth:
      inferencesPerDay === null || joules === null || headJoules === null
        ? null
        : kilowattHoursPerMonth(headJoules - joules, inferencesPerDay),
  };
}
