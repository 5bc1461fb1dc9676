export { type ChangedBuffers, changedBuffers, isReset, launchedAlike } from './between-launches.ts';
export { boundsCheck } from './bounds/index.ts';
export { createVariantBuilder } from './builder.ts';
export { compareOutput } from './compare.ts';
export { bufferContents, type KnownContents, poison } from './contents.ts';
export {
  type DescribedBinding,
  type DescribedEntry,
  type DescribedParameter,
  type DescribedSlot,
  describeProgram,
  foreignText,
} from './describe/index.ts';
export {
  extensionsNamed,
  featureOfExtension,
  lackingExtension,
  mayEnableAnything,
  type NamedExtension,
} from './extensions.ts';
export {
  add,
  constant,
  expressionText,
  memberSymbol,
  multiply,
  numberOf,
  type Polynomial,
  symbol,
  symbolsOf,
  type Use,
} from './extents/index.ts';
export { featureNames } from './features/index.ts';
export { fillText } from './fills.ts';
export { variantIdentity, variantRemarks } from './identity.ts';
export { programChange } from './program-change.ts';
export { programSources } from './program-sources.ts';
export { reachedExtensions } from './reached-extensions.ts';
export { singlePass } from './single-pass.ts';
export { inPrinted, mapDiagnostic } from './source-lines.ts';
export { atSubgroupSize, usesSubgroups } from './subgroup-size.ts';
export { createTemplateBuilder, type ProgramTemplate, type TemplateBuilder } from './template.ts';
export { canonicalTokens } from './tokens.ts';
export type {
  BufferBinding,
  CommandProgram,
  FailureKind,
  FeatureVector,
  Outcome,
  Pass,
  PrintSource,
  Program,
  Variant,
  VariantBuilder,
  VariantBuilderOptions,
  VariantFailure,
} from './types.ts';
