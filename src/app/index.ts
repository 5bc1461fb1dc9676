export { type MeterChoice, meterChoices, meterKinds } from '../meter/index.ts';
export { renderHtml, renderMarkdown, renderTerminal } from '../report/index.ts';
export type { Report } from '../store/index.ts';
export { nightOf, runAction, runPost, withAnchors, withHistory, withNight } from './action/index.ts';
export type { Finding } from './doctor/index.ts';
export {
  type Diagnosis,
  type DoctorNoiseOptions,
  doctor,
  type MetricNoise,
  measureMachineNoise,
  type NoiseReport,
  type SystemView,
  systemFindings,
} from './doctor/index.ts';
export { type ExplainedKernel, type ExplainOptions, explain, type Neighbour } from './explain.ts';
export { type ExportRuntimeOptions, type ExportRuntimeSummary, exportRuntime } from './export-runtime.ts';
export {
  type FleetReports,
  findStrays,
  type JobReport,
  mergeFleet,
  mergeReports,
  mergeRetunes,
  type NightReport,
  type ShardKernels,
  type StrayReport,
  shardKernels,
} from './fleet/index.ts';
export { type GuardOptions, guard } from './guard/index.ts';
export type { Host } from './host.ts';
export { type Initialisation, type InitOptions, init } from './init/index.ts';
export { tryClocks, withoutSecrets } from './laboratory/index.ts';
export type { KernelFilter, LaboratoryOptions, ManifestOptions } from './options.ts';
export { type Plan, type PlannedWorkload, plan } from './plan.ts';
export type { Progress, ProgressStatus } from './progress.ts';
export { loadReport, withoutLocalPaths } from './project/index.ts';
export {
  type ExportOptions,
  type ExportSummary,
  exportRecording,
  type ImportOptions,
  type ImportSummary,
  importRecording,
  type RecordOptions,
  type RecordSummary,
  record,
} from './recordings/index.ts';
export { type ReplayRetuneOptions, type RetuneOptions, retune, retuneRecording } from './retune/index.ts';
export { type Validation, validate } from './validate.ts';
