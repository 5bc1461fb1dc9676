import { cleanLine } from '../text.ts';
import type { GuardKernel, GuardReport, Report } from '../types.ts';
import { diffCountsText, diffTitle } from './diff.ts';
import { countsText, guardTitle, retuneTitle } from './facts.ts';

/** The run in one line, for logs and step titles: `failed: 1 regressed, 3 identical (softmax: energy rose by 71 %)`. */
export function reportSummary(report: Report): string {
  if (report.kind === 'retune') return retuneTitle(report);
  if (report.kind === 'diff') return `${diffTitle}: ${diffCountsText(report)}`;
  const reason = cleanLine(report.reason, 300);
  return `${guardTitle(report)}: ${countsText(report)}${reason === '' ? '' : ` (${reason})`}`;
}

/** The counts of a guard report, from its kernels. */
export function countVerdicts(kernels: readonly GuardKernel[]): GuardReport['counts'] {
  const count = (verdict: GuardKernel['verdict']) =>
    kernels.filter((kernel) => kernel.verdict === verdict).length;
  return {
    gated: kernels.filter((kernel) => kernel.metrics.some((metric) => metric.gates)).length,
    regressed: count('regressed'),
    improved: count('improved'),
    unchanged: count('unchanged'),
    inconclusive: count('inconclusive'),
    identical: count('identical'),
    new: count('new'),
    removed: count('removed'),
    missingBaseline: count('missing-baseline'),
    ...(count('wrong-result') === 0 ? {} : { wrongResult: count('wrong-result') }),
    environment: count('environment'),
  };
}

/** Days of an average month. */
const daysPerMonth = 365.25 / 12;
const joulesPerKilowattHour = 3.6e6;

/** Kilowatt-hours a month that a change of a launch's energy by `joules` comes to. */
export function kilowattHoursPerMonth(joules: number, callsPerDay: number): number {
  return (joules * callsPerDay * daysPerMonth) / joulesPerKilowattHour;
}
