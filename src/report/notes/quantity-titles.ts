import type { Report } from '../types.ts';
import { isEstimated } from './facts.ts';

/** Titles of the columns with figures. Each says alone what it holds, because any of the others may be left out. */
export interface QuantityTitles {
  /** Relative change of energy. */
  readonly energyChange: string;
  /** Energy of a launch, before and after. */
  readonly energy: string;
  /** Relative change of latency. */
  readonly latencyChange: string;
  /** Latency of a launch, before and after. */
  readonly latency: string;
}

/** `energy change (estimated)`, `energy (estimated)`, `latency change`, `latency`. */
export function quantityTitles(report: Report): QuantityTitles {
  const estimated = isEstimated(report) ? ' (estimated)' : '';
  return {
    energyChange: `energy change${estimated}`,
    energy: `energy${estimated}`,
    latencyChange: 'latency change',
    latency: 'latency',
  };
}
