export { type FleetReports, mergeFleet } from './devices.ts';
export { mergeRetunes, type NightReport } from './retunes.ts';
export { describeShard, type ShardKernels, shardKernels } from './shard-kernels.ts';
export { mergeReports } from './shards.ts';
export { findStrays, type JobReport, type StrayReport } from './stray-reports.ts';
