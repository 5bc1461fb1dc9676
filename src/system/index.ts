export { findProgram, systemFolders } from './find-program.ts';
export { type Environment, inheritedEnvironment } from './inherited-environment.ts';
export { inNeutralFolder, neutralFolder } from './neutral-folder.ts';
