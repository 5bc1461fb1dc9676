import { serveWorker } from './device/index.ts';

serveWorker();
