import { fileURLToPath } from 'node:url';
import { serveWorker } from './device/index.ts';
import { nativeSearch } from './native/index.ts';

serveWorker(nativeSearch(fileURLToPath(import.meta.url), process.env));
