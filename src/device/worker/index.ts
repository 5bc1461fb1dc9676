export { serveWorker } from './serve.ts';
