// How long the job with `mode: report` takes, and how much memory, for a large run: the built action, with the artifact
// service beside it. Needs `npm run build` first.
// usage: node bench/run.mjs fleet [--kernels 500] [--shards 16] [--times 3]
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { artifactName } from '../../src/github/index.ts';
import { zipOf } from '../../test/hostile/zip-writer.ts';
import { ActionsServices, runtimeToken } from '../../test/support/actions-services.ts';
import { largeFleet } from '../../test/support/large-fleet.ts';

const { values } = parseArgs({
  options: {
    kernels: { type: 'string', default: '500' },
    shards: { type: 'string', default: '16' },
    times: { type: 'string', default: '3' },
  },
});
const [kernels, shards] = [Number(values.kernels), Number(values.shards)];

interface Run {
  readonly seconds: number;
  /** Of all threads: on a busy machine it says more than the time. */
  readonly cpuSeconds: number;
  readonly peakMiB: number;
  readonly status: number | null;
}

/** Starts the services with an artifact per shard. */
async function startServices(): Promise<{ readonly services: ActionsServices; close(): void }> {
  const services = new ActionsServices();
  const server = createServer((request, response) => {
    services.handle(request, response).catch((error) => response.destroy(error));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  services.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  for (const [i, report] of largeFleet({ kernels, shards, regressedOfTen: 1 }).entries()) {
    const shard = { index: i + 1, count: shards };
    const name = artifactName({
      kind: 'report',
      manifest: 'joulegate.yaml',
      device: 'nvidia-hopper',
      shard,
      attempt: 1,
    });
    const bytes = Buffer.from(JSON.stringify(report));
    services.addArtifact(name, zipOf([{ name: 'report.json', bytes }]));
  }
  return {
    services,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** One run of the action on a push: no comment, everything else. */
async function runReport(folder: string, url: string, attempt: number): Promise<Run> {
  const file = (name: string, text: string) => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
  mkdirSync(join(folder, 'temp'), { recursive: true });
  const usage = join(folder, 'usage');
  const hook = `process.on('exit', () => require('node:fs').writeFileSync(${JSON.stringify(usage)}, JSON.stringify(process.resourceUsage())));`;
  const sha = 'c'.repeat(40);
  const event = {
    ref: 'refs/heads/main',
    before: 'b'.repeat(40),
    after: sha,
    forced: false,
    repository: { full_name: 'octo/kernels', default_branch: 'main', fork: false },
  };
  const started = performance.now();
  const child = spawn(process.execPath, ['--require', file('hook.cjs', hook), resolve('dist/action.js')], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      PATH: process.env.PATH,
      ACTIONS_RESULTS_URL: `${url}/`,
      ACTIONS_CACHE_SERVICE_V2: 'true',
      ACTIONS_RUNTIME_TOKEN: runtimeToken(),
      GITHUB_ACTIONS: 'true',
      GITHUB_WORKSPACE: folder,
      GITHUB_SERVER_URL: 'https://github.com',
      GITHUB_API_URL: url,
      GITHUB_EVENT_NAME: 'push',
      GITHUB_EVENT_PATH: file('event.json', JSON.stringify(event)),
      GITHUB_REPOSITORY: 'octo/kernels',
      GITHUB_RUN_ID: '42',
      GITHUB_RUN_ATTEMPT: String(attempt),
      GITHUB_SHA: sha,
      GITHUB_REF: 'refs/heads/main',
      GITHUB_STEP_SUMMARY: file('summary.md', ''),
      GITHUB_OUTPUT: file('output', ''),
      RUNNER_TEMP: join(folder, 'temp'),
      INPUT_MODE: 'report',
    },
  });
  const status = await new Promise<number | null>((done) => child.on('close', done));
  const seconds = (performance.now() - started) / 1000;
  const { maxRSS, userCPUTime, systemCPUTime } = JSON.parse(
    readFileSync(usage, 'utf8'),
  ) as NodeJS.ResourceUsage;
  return { seconds, cpuSeconds: (userCPUTime + systemCPUTime) / 1e6, peakMiB: maxRSS / 1024, status };
}

const { services, close } = await startServices();
const packed = services.artifacts.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
console.log(`${kernels} kernels in ${shards} shards, ${(packed / 1e6).toFixed(1)} MB of artifacts\n`);
console.log('| run | exit status | seconds | CPU seconds | peak MiB |\n| --- | --- | --- | --- | --- |');
for (let attempt = 1; attempt <= Number(values.times); attempt++) {
  const folder = mkdtempSync(join(tmpdir(), 'joulegate-fleet-'));
  try {
    const { status, seconds, cpuSeconds, peakMiB } = await runReport(folder, services.url, attempt);
    console.log(
      `| ${attempt} | ${status} | ${seconds.toFixed(1)} | ${cpuSeconds.toFixed(1)} | ${peakMiB.toFixed(0)} |`,
    );
    if (status !== 1) process.exitCode = 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
close();
