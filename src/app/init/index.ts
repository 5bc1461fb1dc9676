export { type Initialisation, type InitOptions, init } from './init.ts';
export { describeOtherFiles } from './other-files.ts';
