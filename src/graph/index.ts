export type { Call, Work } from './calls/index.ts';
export { onnxWork } from './onnx-work.ts';
export { type NetworkSummary, summarise } from './summary.ts';
