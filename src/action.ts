import { fileURLToPath } from 'node:url';
import packageJson from '../package.json' with { type: 'json' };
import { runAction } from './app/index.ts';
import { createTerminalProgress } from './cli/index.ts';
import { createCommands } from './github/index.ts';

const commands = createCommands();
const interruption = new AbortController();
// The runner sends SIGINT, then SIGTERM 7.5 s later, then kills.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => interruption.abort());

const exitCode = await runAction(
  {
    environment: process.env,
    workingDirectory: process.cwd(),
    signal: interruption.signal,
    progress: createTerminalProgress({ write: (text) => commands.info(text.trimEnd()) }, () =>
      performance.now(),
    ),
    workerPath: fileURLToPath(new URL('./worker.js', import.meta.url)),
    version: packageJson.version,
    command: 'joulegate action',
    now: () => new Date(),
  },
  commands,
);
// Toolkit clients keep sockets open for minutes.
process.exit(exitCode);
