export { type Initialisation, type InitOptions, init } from './init.ts';
