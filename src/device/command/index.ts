export { type CommandDeviceOptions, type CommandDevicePort, createCommandDevice } from './device.ts';
export { hostDevice } from './host-device.ts';
export { reaperArgument, reapPrograms } from './reaper.ts';
export { saidDevice } from './said-device.ts';
export type { ProgramDevice } from './session.ts';
export { SourcePrinter } from './source-printer.ts';
export { CommandWorkspace } from './workspace.ts';
