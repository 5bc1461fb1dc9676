export { deviceFamily } from '../runtime/index.ts';
export type { DriverChoice, Environment } from './driver/choice.ts';
export { type AdapterReport, type DriverSearch, findDriver, listAdapters } from './driver/find-driver.ts';
export { createReplayClock, type ReplayClock } from './replay/clock.ts';
export { createReplayDevice, type ReplayDevice } from './replay/device.ts';
export { type Deadlines, openWebgpuDevice, type WebgpuDeviceOptions } from './webgpu-device.ts';
export { serveWorker } from './worker/serve.ts';
