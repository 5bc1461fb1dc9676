import {
  formatChange,
  formatJoules,
  formatKilowattHours,
  formatMilliseconds,
  formatRatio,
} from '../format.ts';
import { cleanLine } from '../text.ts';
import type { GuardNetwork, GuardReport, RetunedNetwork } from '../types.ts';

/** A network of any report. */
type AnyNetwork = GuardNetwork | RetunedNetwork;

/** Parts that are named; the others are counted. */
const maxParts = 5;
/** Characters of the longest bar. */
const barWidth = 12;

/** Networks, those that fail first. */
export function networksIn({ networks = [] }: GuardReport): readonly GuardNetwork[] {
  return [...networks].sort((a, b) => Number(b.fails) - Number(a.fails));
}

function percent(share: number): string {
  return `${Number((100 * share).toFixed(1))} %`;
}

function coverText({ covers }: AnyNetwork): string {
  const shares = [
    ...(covers.macs === null ? [] : [`${percent(covers.macs)} of its MACs`]),
    ...(covers.bytes === null ? [] : [`${percent(covers.bytes)} of its bytes`]),
  ];
  return shares.length === 0 ? '' : `; covers ${shares.join(', ')}`;
}

/** `detector: +2.1 % [1.4, 2.9] energy per inference; covers 97 % of its MACs` */
export function networkLine(network: AnyNetwork): string {
  const figures = network.metrics.flatMap(({ metric, ratio }) =>
    ratio === null
      ? []
      : [`${formatRatio(ratio)} ${metric}${metric === 'energy' && network.estimated ? ' (estimated)' : ''}`],
  );
  const said = figures.length === 0 ? network.reason : `${figures.join(', ')} per inference`;
  return cleanLine(`${network.network}: ${said}${coverText(network)}`, 500);
}

/** Which kernels carry a network's change, in bars: `mlp-up ████████ +1.6 %, norm ██ +0.4 %`; empty where none is known. */
export function carriersText({ parts }: AnyNetwork): string {
  const carrying = parts
    .flatMap(({ kernel, workload, change }) =>
      change === null || change === 0 ? [] : [{ name: `${kernel} ${workload}`, change }],
    )
    .sort((a, b) => Math.abs(b.change) - Math.abs(a.change));
  const [largest] = carrying;
  if (largest === undefined) return '';
  const shown = carrying.slice(0, maxParts).map(({ name, change }) => {
    const length = Math.max(1, Math.round((barWidth * Math.abs(change)) / Math.abs(largest.change)));
    return `${cleanLine(name, 100)} ${'█'.repeat(length)} ${formatChange(1 + change)}`;
  });
  const rest = carrying.length - shown.length;
  return `carried by ${shown.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}

/** What is known to be saved where a sum is not; empty otherwise. */
function savedText(network: AnyNetwork): string {
  const joules = 'savedJoules' in network && network.base?.joules == null ? network.savedJoules : null;
  return joules === null || joules === 0
    ? ''
    : `an inference: ${formatJoules(Math.abs(joules))} ${joules > 0 ? 'less' : 'more'} by what was replaced`;
}

/** Why a network has its verdict, what carries it, and what an inference costs. */
export function networkNotes(network: AnyNetwork): readonly string[] {
  const { base, head, kWhPerMonth } = network;
  const costs =
    base === null || head === null
      ? []
      : [
          [
            ...(base.joules === null || head.joules === null
              ? []
              : [`${formatJoules(base.joules)} → ${formatJoules(head.joules)}`]),
            `${formatMilliseconds(base.latencyMs)} → ${formatMilliseconds(head.latencyMs)}`,
          ].join(', '),
        ];
  return [
    ...(network.metrics.length === 0 ? [] : [network.reason]),
    carriersText(network),
    ...costs.map((text) => `an inference: ${text}`),
    savedText(network),
    kWhPerMonth === null ? '' : `${formatKilowattHours(kWhPerMonth)} a month`,
  ]
    .map((note) => cleanLine(note, 600))
    .filter((note) => note !== '');
}
