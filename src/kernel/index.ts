export { type ChangedBuffers, changedBuffers, isReset, launchedAlike } from './between-launches.ts';
export { createVariantBuilder } from './builder.ts';
export { compareOutput } from './compare.ts';
export { bufferContents, poison } from './contents.ts';
export { isPadding } from './data-shape.ts';
export {
  type DataSlot,
  type DescribedBinding,
  type DescribedEntry,
  type DescribedParameter,
  describeProgram,
} from './describe/index.ts';
export { featureNames } from './features/index.ts';
export { variantIdentity, variantRemarks } from './identity.ts';
export { mapDiagnostic } from './source-lines.ts';
export { createTemplateBuilder, type ProgramTemplate, type TemplateBuilder } from './template.ts';
export { canonicalTokens } from './tokens.ts';
export type {
  BufferBinding,
  CommandProgram,
  FailureKind,
  FeatureVector,
  Outcome,
  Program,
  Variant,
  VariantBuilder,
  VariantFailure,
} from './types.ts';
