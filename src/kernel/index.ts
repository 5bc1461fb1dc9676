export { createVariantBuilder } from './builder.ts';
export { compareOutput } from './compare.ts';
export { bufferContents, poison } from './contents.ts';
export { featureNames } from './features/extract.ts';
export { mapDiagnostic, type UserPosition } from './source-lines.ts';
export { canonicalTokens } from './tokens.ts';
export type {
  BufferBinding,
  FailureKind,
  FeatureVector,
  Outcome,
  Program,
  Variant,
  VariantBuilder,
  VariantFailure,
} from './types.ts';
