export { alignClock, clockOf, clockTunable } from './clocks.ts';
export { formatProblems } from './format-problems.ts';
export { createKernelSpace, workloadVariables } from './kernel-space.ts';
export { operatorDefaults } from './operators.ts';
export { type ParsedManifest, type ParseOptions, parseManifest } from './parse-manifest.ts';
export type {
  Budget,
  BufferDefinition,
  DeviceLimits,
  FileReader,
  Fill,
  Gate,
  KernelDefinition,
  Manifest,
  ManifestProblem,
  MetricGate,
  Objective,
  OperatorDefinition,
  ProgramSource,
  ReferenceDefinition,
  ScalarType,
  SourcePosition,
  Tolerance,
  Verdict,
  Workload,
  WorkloadParameter,
} from './types.ts';
