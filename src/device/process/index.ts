export { type Exchange, GpuProcess } from './gpu-process.ts';
export { killAtExit } from './kill-at-exit.ts';
export { Tail } from './tail.ts';
