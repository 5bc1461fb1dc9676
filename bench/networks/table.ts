import type { NetworkBars } from './bars.ts';

function percent(share: number): string {
  return (share * 100).toFixed(1);
}

/** The bars as Markdown. */
export function networkTable(bars: readonly NetworkBars[]): string {
  const rows = bars.map(({ model, scenario, networkRed, anyRed, covered, blocks, blocksAlone }) => [
    model,
    scenario,
    percent(networkRed),
    percent(anyRed),
    covered.map(percent).join(', '),
    `${blocks.toFixed(2)}, ${blocksAlone.toFixed(2)}`,
    (blocks / blocksAlone).toFixed(2),
  ]);
  const head = [
    'noise',
    'truth',
    'network regressed',
    'any red, kernels included',
    'intervals that hold the truth: energy, latency',
    'blocks a kernel: with the network, without',
    'ratio',
  ];
  const bar = ['bar', '', '>= 90 at +0.8 %', '<= 5 at the margin', '93 to 97', '', '<= 1.3'];
  return [head, head.map(() => '---'), bar, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
