export { deviceFamily } from '../runtime/index.ts';
export {
  CommandWorkspace,
  createCommandDevice,
  hostDevice,
  reaperArgument,
  reapPrograms,
} from './command/index.ts';
export { type DeviceChoice, deviceChoices } from './device-choices.ts';
export {
  type AdapterReport,
  type DriverChoice,
  type DriverSearch,
  type Environment,
  findDriver,
  listAdapters,
} from './driver/index.ts';
export {
  createReplayClock,
  createReplayDevice,
  type ReplayClock,
  type ReplayDevice,
} from './replay/index.ts';
export { type Deadlines, openWebgpuDevice, type WebgpuDeviceOptions } from './webgpu-device.ts';
export { serveWorker } from './worker/index.ts';
