export { createVariantBuilder } from './builder.ts';
export { compareOutput } from './compare.ts';
export { bufferContents, poison } from './contents.ts';
export {
  type DataSlot,
  type DescribedBinding,
  type DescribedEntry,
  type DescribedParameter,
  describeProgram,
} from './describe/index.ts';
export { featureNames } from './features/index.ts';
export { variantIdentity } from './identity.ts';
export { mapDiagnostic } from './source-lines.ts';
export { createTemplateBuilder, type TemplateBuilder } from './template.ts';
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
