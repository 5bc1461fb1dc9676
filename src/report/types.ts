import type { Report } from '../schema/index.ts';

export type { History, HistoryChange, HistoryNight, HistorySeries, Report } from '../schema/index.ts';

/** What a guard run found. */
export type GuardReport = Extract<Report, { readonly kind: 'guard' }>;

/** What a retune run found. */
export type RetuneReport = Extract<Report, { readonly kind: 'retune' }>;

/** How programs differ, found without a device. */
export type DiffReport = Extract<Report, { readonly kind: 'diff' }>;

/** A report of a run that measured, or would have. */
export type MeasuredReport = Exclude<Report, DiffReport>;

/** One kernel and workload whose programs were compared. */
export type DiffKernel = DiffReport['kernels'][number];

/** How one program differs from another. */
export type ProgramChange = NonNullable<GuardKernel['change']>;

/** One kernel and workload that guard compared. */
export type GuardKernel = GuardReport['kernels'][number];

/** A network that guard judged. */
export type GuardNetwork = NonNullable<GuardReport['networks']>[number];

/** A network of which a retune saved something, or nothing. */
export type RetunedNetwork = NonNullable<RetuneReport['networks']>[number];

/** One kernel and workload that was retuned. */
export type RetunedKernel = RetuneReport['kernels'][number];

/** A ratio of head to base with its 95 % confidence interval. */
export type Ratio = NonNullable<GuardKernel['energyRatio']>;
