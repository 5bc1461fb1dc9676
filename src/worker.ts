import { fileURLToPath } from 'node:url';
import { reaperArgument, reapPrograms, serveWorker } from './device/index.ts';
import { clockWatchdogArgument, watchClocks } from './meter/index.ts';
import { nativeSearch } from './native/index.ts';

const search = nativeSearch(fileURLToPath(import.meta.url), process.env);
if (process.argv[2] === clockWatchdogArgument) await watchClocks(search);
else if (process.argv[2] === reaperArgument) await reapPrograms();
else serveWorker(search);
