export { countAssignments } from './assignments.ts';
export { Dependencies } from './dependencies.ts';
export { featureNames, featuresOf, unknownFeatures } from './extract.ts';
export { knownValue, valueScope } from './known-value.ts';
export type { CountedPass } from './measure.ts';
export {
  type NumberedProgram,
  type Numbers,
  ownCode,
  type ProgramCode,
  type ProgramNeeds,
  programCode,
} from './program-code.ts';
export { type Scope, Slots } from './scope.ts';
export { SharedParts } from './shared-parts.ts';
export { type Work, type WorkKind, workOf } from './work.ts';
