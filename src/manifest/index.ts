export { fillArgument, fillArguments, namesIn } from './arguments.ts';
export { type BlockFormat, blockFormatNamed } from './block-formats.ts';
export { alignClock, clockOf, clockTunable } from './clocks.ts';
export { ComposedText } from './composed-text.ts';
export { formatProblems } from './format-problems.ts';
export { hasReference, isSelfJudged } from './has-reference.ts';
export { insertEntries } from './insert-entries.ts';
export { createKernelSpace, workloadVariables } from './kernel-space.ts';
export { noFiles } from './no-files.ts';
export { defaultLimits, noLimits } from './no-limits.ts';
export {
  latencySlackOf,
  measurableObjective,
  needsEnergy,
  type Objective,
  type ObjectiveName,
  objectives,
  objectiveValue,
  weighObjective,
} from './objective.ts';
export { operatorDefaults } from './operators.ts';
export { type ParsedManifest, parseManifest } from './parse-manifest.ts';
export { checkSourcesFetched, sourceGenerators } from './source-files.ts';
export { SourceText } from './source-text.ts';
export { includeCandidates, placeholder } from './templates.ts';
export type {
  BetweenLaunches,
  Budget,
  BufferDefinition,
  CommandDefinition,
  DeviceLimits,
  FileContent,
  FileReader,
  Fill,
  FillDefinition,
  FillName,
  Gate,
  GeneratorDefinition,
  KernelDefinition,
  Manifest,
  ManifestProblem,
  Network,
  NetworkCall,
  OperatorDefinition,
  OutputCheck,
  PassDefinition,
  ProgramSource,
  ScalarType,
  Slot,
  SourceFile,
  SourcePosition,
  TextOrigin,
  Workload,
  WorkloadParameter,
} from './types.ts';
export {
  byAttention,
  completeFailOn,
  defaultFailOn,
  type FailingVerdict,
  failingVerdicts,
  type Verdict,
  verdictOrder,
  verdicts,
} from './verdict.ts';
export { readWesl } from './wesl-modules.ts';
export { PackageFault } from './wesl-package.ts';
