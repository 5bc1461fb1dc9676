export { unrollLoops } from './unroll.ts';
