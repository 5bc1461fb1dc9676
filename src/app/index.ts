export { type MeterChoice, meterChoices } from '../meter/index.ts';
export { renderHtml, renderMarkdown, renderTerminal } from '../report/index.ts';
export type { Report } from '../store/index.ts';
export { runPost } from './action/post.ts';
export { runAction } from './action/run-action.ts';
export { tryClocks } from './clocked-device.ts';
export { type Diagnosis, doctor, type Finding } from './doctor.ts';
export {
  type DoctorNoiseOptions,
  type MetricNoise,
  measureMachineNoise,
  type NoiseReport,
} from './doctor-noise.ts';
export { type SystemView, systemFindings } from './doctor-system.ts';
export { type ExplainedKernel, type ExplainOptions, explain, type Neighbour } from './explain.ts';
export { type ExportOptions, type ExportSummary, exportRecording } from './export-recording.ts';
export { type ExportRuntimeOptions, type ExportRuntimeSummary, exportRuntime } from './export-runtime.ts';
export { type GuardOptions, guard } from './guard.ts';
export { nightOf, withAnchors, withHistory, withNight } from './history.ts';
export type { Host } from './host.ts';
export { type ImportOptions, type ImportSummary, importRecording } from './import-recording.ts';
export { type Initialisation, type InitOptions, init } from './init.ts';
export { type FleetReports, mergeFleet } from './merge-fleet.ts';
export { mergeReports } from './merge-reports.ts';
export { mergeRetunes, type NightReport } from './merge-retunes.ts';
export type { KernelFilter, LaboratoryOptions, ManifestOptions } from './options.ts';
export { type Plan, type PlannedWorkload, plan } from './plan.ts';
export type { Progress, ProgressStatus } from './progress.ts';
export { type RecordOptions, type RecordSummary, record } from './record.ts';
export { type RetuneOptions, retune } from './retune.ts';
export { type ReplayRetuneOptions, retuneRecording } from './retune-recording.ts';
export { type ShardKernels, shardKernels } from './shard-kernels.ts';
export { loadReport } from './show-report.ts';
export { findStrays, type JobReport, type StrayReport } from './stray-reports.ts';
export { type Validation, validate } from './validate.ts';
export { withoutSecrets } from './without-secrets.ts';
