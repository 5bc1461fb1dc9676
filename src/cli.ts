#!/usr/bin/env node
import { fileURLToPath } from 'node:url';
import packageJson from '../package.json' with { type: 'json' };
import { createTerminalProgress, main } from './cli/index.ts';
import { ExitCode } from './errors/index.ts';

const { env, stderr, stdout } = process;
const interruption = new AbortController();
const progress = createTerminalProgress(stderr, () => performance.now());

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    // The second Ctrl-C is for someone who will not wait; workers end with this process.
    if (interruption.signal.aborted) process.exit(ExitCode.interrupted);
    interruption.abort();
    progress.note('stopping: what was found is being kept; press Ctrl-C again to leave at once');
  });
}
// A reader that left (`| head`) or a full disk changes nothing about the verdict: the run goes on to its exit status.
for (const stream of [stdout, stderr]) stream.on('error', () => undefined);
for (const fault of ['uncaughtException', 'unhandledRejection'] as const) {
  process.on(fault, (error) => {
    process.exitCode = ExitCode.internal;
    stderr.write(`joulegate: internal error: ${error instanceof Error ? error.stack : error}\n`, () =>
      process.exit(),
    );
  });
}
let workingDirectory: string;
try {
  workingDirectory = process.cwd();
} catch {
  stderr.write('joulegate: error: the current folder is gone\n  next: Change to a folder that is there.\n');
  process.exit(ExitCode.badInput);
}
// Until there is a verdict, an end of any kind is none.
process.exitCode = ExitCode.internal;

const ending = await main(
  process.argv.slice(2),
  {
    environment: env,
    workingDirectory,
    signal: interruption.signal,
    progress,
    workerPath: fileURLToPath(new URL('./worker.js', import.meta.url)),
    version: packageJson.version,
    command: ['joulegate', ...process.argv.slice(2)].join(' '),
    now: () => new Date(),
  },
  {
    colour: stdout.isTTY === true && (env.NO_COLOR ?? '') === '' && env.TERM !== 'dumb',
    width: stdout.columns ?? 100,
  },
);
progress.finish();
process.exitCode = ending.exitCode;
stderr.write(ending.error);
stdout.write(ending.output);
