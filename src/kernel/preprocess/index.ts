export { expandTemplate } from './expand.ts';
