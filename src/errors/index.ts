export type { ErrorCode } from './codes.ts';
export { ExitCode, JoulegateError } from './errors.ts';
