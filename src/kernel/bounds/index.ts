export { boundsCheck } from './bounds-check.ts';
export { refuseRandomIndices } from './random-indices.ts';
