export { createCommandDevice } from './device.ts';
export { hostDevice } from './host-device.ts';
export { reaperArgument, reapPrograms } from './reaper.ts';
export { SourcePrinter } from './source-printer.ts';
export { CommandWorkspace } from './workspace.ts';
