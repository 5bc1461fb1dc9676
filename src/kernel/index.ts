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
