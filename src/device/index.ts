export { deviceFamily } from '../runtime/index.ts';
export {
  type CommandDeviceOptions,
  type CommandDevicePort,
  CommandWorkspace,
  createCommandDevice,
  hostDevice,
  type ProgramDevice,
  reaperArgument,
  reapPrograms,
  SourcePrinter,
  saidDevice,
} from './command/index.ts';
export { type DeviceChoice, deviceChoices } from './device-choices.ts';
export {
  type AdapterReport,
  type DriverChoice,
  type DriverSearch,
  findDriver,
  listAdapters,
  takenAdapter,
} from './driver/index.ts';
export {
  createReplayClock,
  createReplayDevice,
} from './replay/index.ts';
export { openWebgpuDevice, type WebgpuDeviceOptions } from './webgpu-device.ts';
export { serveWorker } from './worker/index.ts';
