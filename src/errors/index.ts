export { type ErrorDetails, type ErrorKind, ExitCode, JoulegateError } from './errors.ts';
