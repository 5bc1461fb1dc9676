export { BufferPool } from './buffers.ts';
export { createLauncher, type Launcher, plausibleMs } from './launcher.ts';
export { ringPlaces } from './ring.ts';
export { runStretch } from './run.ts';
export { serveWorker } from './serve.ts';
export { takeSamples } from './time.ts';
