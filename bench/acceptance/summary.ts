import type { Step } from './context.ts';
import type { Ledger } from './ledger.ts';
import type { Noise } from './steps/sensor.ts';

/** The whole ledger as Markdown, a section a step. */
export function summarise(ledger: Ledger, steps: readonly Step[]): string {
  const noise = ledger.steps.sensor?.noise?.data as Noise | null | undefined;
  const entries = Object.values(ledger.steps).flatMap((units) => Object.values(units));
  const dates = entries.map(({ at }) => at).sort();
  const device = noise
    ? `${noise.device.description}, driver ${noise.device.driver || 'unknown'}`
    : 'unknown device';
  const failed = Object.entries(ledger.steps).flatMap(([step, units]) =>
    Object.entries(units)
      .filter(([, { status }]) => status === 'failed')
      .map(([unit, { error }]) => `- ${step}/${unit}: ${(error ?? '').split('\n')[0]}`),
  );
  return `${[
    `# Acceptance on ${device}`,
    '',
    `${ledger.tool}, Node ${ledger.node}, ${dates[0]?.slice(0, 10) ?? ''} to ${dates.at(-1)?.slice(0, 10) ?? ''}, size ${ledger.size}. Command: \`npm run gpu:acceptance\`.`,
    ...steps.flatMap((step) => {
      const text = step.summarise({ entries: ledger.steps[step.name] ?? {}, ledger });
      return text === '' ? [] : ['', `## ${step.title[0]?.toUpperCase()}${step.title.slice(1)}`, '', text];
    }),
    ...(failed.length === 0 ? [] : ['', '## Failed', '', ...failed]),
  ].join('\n')}\n`;
}
