export type {
  ModelFile,
  Recording,
  Report,
  StateEntry,
  StateSample,
  Tuned,
  TunedEntry,
} from '../schema/index.ts';

export { exportKernelTuner, importKernelTuner, type KernelTunerImport } from './kernel-tuner/index.ts';
export { mergeStates, mergeTuned } from './merge-states.ts';
export { readCachedModel, readModel, writeModel } from './model.ts';
export { parseJson } from './parse-json.ts';
export { readTextFile } from './read-file.ts';
export { readInPieces } from './read-in-pieces.ts';
export { makeFolder } from './real-place.ts';
export { readCachedRecording, readRecording, writeRecording } from './recording.ts';
export { readReport, writeReport } from './report.ts';
export { writeRuntime } from './runtime.ts';
export {
  emptyState,
  firstNightsLabel,
  type KeptState,
  packState,
  readState,
  stateVersion,
  unpackState,
} from './state.ts';
export { stateNews } from './state-news.ts';
export {
  emptyTuned,
  formatTuned,
  parseTuned,
  readTuned,
  readTunedIfPresent,
  tunedConfiguration,
  tunedEntry,
  withTunedEntry,
  writeTuned,
} from './tuned.ts';
export { writeFileAtomic } from './write-file-atomic.ts';
export { isThere, writeNewFile } from './write-new-file.ts';
