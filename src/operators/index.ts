export { operators } from './operators.ts';
