import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What is measured beside ours; none of them is a dependency of this project. */
const peers = {
  'onnxruntime-web': '1.30.0',
  '@tensorflow/tfjs-core': '4.22.0',
  '@tensorflow/tfjs-backend-cpu': '4.22.0',
  '@tensorflow/tfjs-backend-webgpu': '4.22.0',
};

/** Installs the peers into a folder of their own, without running anything of theirs, if they are not there yet. */
export function installPeers(folder: string): void {
  const packages = JSON.stringify({ private: true, dependencies: peers });
  if (existsSync(join(folder, 'node_modules/onnxruntime-web/package.json'))) return;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), packages);
  const options = { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] as const };
  execFileSync('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund'], {
    ...options,
    stdio: [...options.stdio],
  });
}
