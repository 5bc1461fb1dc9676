export { deviceFamily } from './family.ts';
export { openKernels } from './open-kernels.ts';
export type {
  Choice,
  Kernels,
  RuntimeBinding,
  RuntimeBuffer,
  RuntimeDevice,
  RuntimePass,
  RuntimeVariant,
  ScalarType,
  Values,
} from './types.ts';
