import type { Report } from '../schema/index.ts';

export type { History, HistoryChange, HistoryNight, HistorySeries, Report } from '../schema/index.ts';

/** What a guard run found. */
export type GuardReport = Extract<Report, { readonly kind: 'guard' }>;

/** What a retune run found. */
export type RetuneReport = Extract<Report, { readonly kind: 'retune' }>;

/** One kernel and workload that guard compared. */
export type GuardKernel = GuardReport['kernels'][number];

/** One kernel and workload that was retuned. */
export type RetunedKernel = RetuneReport['kernels'][number];

/** A ratio of head to base with its 95 % confidence interval. */
export type Ratio = NonNullable<GuardKernel['energyRatio']>;
