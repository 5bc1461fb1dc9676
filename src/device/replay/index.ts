export { createReplayClock } from './clock.ts';
export { createReplayDevice } from './device.ts';
