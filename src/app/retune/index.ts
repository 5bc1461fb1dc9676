export { type ReplayRetuneOptions, retuneRecording } from './replay.ts';
export { type RetuneOptions, recordingsFolder, retune } from './retune.ts';
