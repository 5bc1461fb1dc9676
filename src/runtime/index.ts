export { deviceFamily } from './family.ts';
export { openKernels } from './open-kernels.ts';
export type {
  Choice,
  Kernels,
  RuntimeBinding,
  RuntimeBuffer,
  RuntimeCall,
  RuntimeDevice,
  RuntimePass,
  RuntimeVariant,
  ScalarType,
  Values,
} from './types.ts';
