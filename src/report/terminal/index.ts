export { renderTerminal } from './render-terminal.ts';
