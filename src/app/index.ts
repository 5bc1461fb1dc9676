export { meterChoices, meterKinds } from '../meter/index.ts';
export { renderHtml, renderMarkdown, renderTerminal } from '../report/index.ts';
export type { Report } from '../store/index.ts';
export { runAction, runPost } from './action/index.ts';
export {
  type ExportRuntimeOptions,
  exportConfigurations,
  exportHelper,
  exportRuntime,
} from './applications/index.ts';
export {
  type NetworkSummary,
  type Plan,
  plan,
  type TryResult,
  tryKernel,
  type Validation,
  validate,
} from './beforehand/index.ts';
export {
  doctor,
  measureMachineNoise,
  type NoiseReport,
} from './doctor/index.ts';
export { diff, guard } from './guard/index.ts';
export { showHistory } from './history/index.ts';
export type {
  Host,
  KernelFilter,
  LaboratoryOptions,
  ManifestOptions,
  Progress,
  ProgressStatus,
} from './host.ts';
export { describeOtherFiles, type Initialisation, type InitOptions, init } from './init/index.ts';
export { type ImportedModel, importGguf, importOnnx } from './model-files/index.ts';
export { loadReport } from './project/index.ts';
export {
  exportRecording,
  importRecording,
  record,
} from './recordings/index.ts';
export {
  type ExplainedKernel,
  explain,
  type ReplayRetuneOptions,
  retune,
  retuneRecording,
} from './retune/index.ts';
