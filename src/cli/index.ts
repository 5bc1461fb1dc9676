export type { Arguments, CommandSpec, OptionSpec } from './command.ts';
export { type Ending, main } from './main.ts';
export { parseArguments } from './parse-arguments.ts';
export { createTerminalProgress, type TerminalProgress } from './terminal-progress.ts';
