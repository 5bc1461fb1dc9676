export { type Commands, createCommands, type Place } from './commands.ts';
export { type Runner, readRunner } from './environment.ts';
export { type PullRequest, readPullRequest } from './event.ts';
export type { CacheChoice, Shard } from './input-values.ts';
export { type Inputs, inputDefaults, readInputs } from './inputs.ts';
export { outputsOf, setOutputs, tunedFile } from './outputs.ts';
