export { type MeterChoice, meterChoices } from '../meter/index.ts';
export { renderHtml, renderMarkdown, renderTerminal } from '../report/index.ts';
export type { Report } from '../store/index.ts';
export { nightOf, withAnchors, withHistory, withNight } from './action/night/history.ts';
export { runPost } from './action/post.ts';
export { runAction } from './action/run-action.ts';
export { type Diagnosis, doctor, type Finding } from './doctor/doctor.ts';
export {
  type DoctorNoiseOptions,
  type MetricNoise,
  measureMachineNoise,
  type NoiseReport,
} from './doctor/noise.ts';
export { type SystemView, systemFindings } from './doctor/system.ts';
export { type ExplainedKernel, type ExplainOptions, explain, type Neighbour } from './explain.ts';
export { type ExportRuntimeOptions, type ExportRuntimeSummary, exportRuntime } from './export-runtime.ts';
export { type FleetReports, mergeFleet } from './fleet/devices.ts';
export { mergeRetunes, type NightReport } from './fleet/retunes.ts';
export { type ShardKernels, shardKernels } from './fleet/shard-kernels.ts';
export { mergeReports } from './fleet/shards.ts';
export { findStrays, type JobReport, type StrayReport } from './fleet/stray-reports.ts';
export { type GuardOptions, guard } from './guard/guard.ts';
export type { Host } from './host.ts';
export { type Initialisation, type InitOptions, init } from './init/init.ts';
export { tryClocks } from './laboratory/clocked-device.ts';
export { withoutSecrets } from './laboratory/without-secrets.ts';
export type { KernelFilter, LaboratoryOptions, ManifestOptions } from './options.ts';
export { type Plan, type PlannedWorkload, plan } from './plan.ts';
export type { Progress, ProgressStatus } from './progress.ts';
export { loadReport } from './project/show-report.ts';
export { type ExportOptions, type ExportSummary, exportRecording } from './recordings/export.ts';
export { type ImportOptions, type ImportSummary, importRecording } from './recordings/import.ts';
export { type RecordOptions, type RecordSummary, record } from './recordings/record.ts';
export { type ReplayRetuneOptions, retuneRecording } from './retune/replay.ts';
export { type RetuneOptions, retune } from './retune/retune.ts';
export { type Validation, validate } from './validate.ts';
