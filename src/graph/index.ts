export type { Call, Work } from './calls/index.ts';
export { ggufWork } from './gguf-work.ts';
export { onnxWork } from './onnx-work.ts';
export { type NetworkSummary, summarise } from './summary.ts';
