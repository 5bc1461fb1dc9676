export { type FleetReports, mergeFleet } from './devices.ts';
export { mergeRetunes } from './retunes.ts';
export { describeShard, shardKernels } from './shard-kernels.ts';
export { mergeReports } from './shards.ts';
export { findStrays, type JobReport, type StrayReport } from './stray-reports.ts';
