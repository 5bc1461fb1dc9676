import type { TryResult } from '../app/index.ts';
import { count } from './format.ts';

const faultNames = {
  build: 'it does not build',
  reference: 'its reference',
  repeat: 'its reference does not repeat itself',
  default: 'its default configuration',
} as const;

function figure(value: number | null, unit: string): string {
  return value === null ? '-' : `${Number(value.toPrecision(3))} ${unit}`;
}

function workloadText(tried: TryResult['workloads'][number]): string {
  const repeated =
    tried.repeats === null ? '' : tried.repeats ? ', repeats itself' : ', DOES NOT REPEAT ITSELF';
  const lines = [
    `  ${tried.workload}: ${tried.faults.length === 0 ? `right${repeated}` : count(tried.faults.length, 'fault')}`,
    ...tried.faults.map(
      ({ what, message, place }) =>
        `    error: ${place === null ? '' : `${place}: `}${faultNames[what]}: ${message}`,
    ),
    ...tried.remarks.map((remark) => `    note: ${remark}`),
  ];
  if (tried.trialSeconds !== null) {
    lines.push(
      `    ready after  ${figure(tried.readyMs, 'ms')}`,
      `    one launch   ${figure(tried.launchMs, 'ms')}`,
      `    one trial    ${figure(tried.trialSeconds, 's')}`,
      `    a retune     ${figure(tried.retuneMinutes, 'min')} of searching, ${count(tried.configurations, 'valid configuration')}`,
    );
  }
  return lines.join('\n');
}

/** Whether nothing has to be mended before a search. */
export function isSound({ workloads }: TryResult): boolean {
  return workloads.every(({ faults }) => faults.length === 0);
}

/** What trying a kernel found, a paragraph of its own. */
export function triedText({ kernel, device, workloads }: TryResult): string {
  return `${kernel} on ${device}\n${workloads.map((tried) => `${workloadText(tried)}\n`).join('')}`;
}
