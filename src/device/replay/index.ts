export { createReplayClock, type ReplayClock } from './clock.ts';
export { createReplayDevice, type ReplayDevice } from './device.ts';
