export { extensionOf, extractProgram, hostExtensions } from './extract.ts';
