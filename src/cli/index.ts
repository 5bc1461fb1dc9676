export type { CommandSpec } from './command.ts';
export { main } from './main.ts';
export { parseArguments } from './parse-arguments.ts';
export { createTerminalProgress } from './terminal-progress.ts';
