export { createLauncher, type Launcher, plausibleMs } from './launcher.ts';
export { runStretch } from './run.ts';
export { serveWorker } from './serve.ts';
export { takeSamples } from './time.ts';
