export { type ExportRuntimeOptions, exportRuntime } from './export-runtime.ts';
