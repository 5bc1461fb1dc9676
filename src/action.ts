import { fileURLToPath } from 'node:url';
import packageJson from '../package.json' with { type: 'json' };

// Before anything is loaded, which takes a while: the runner sends SIGINT, then SIGTERM 7.5 s later, then kills.
const interruption = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => interruption.abort());

const { runAction } = await import('./app/index.ts');
const { createTerminalProgress } = await import('./cli/index.ts');
const { createCommands } = await import('./github/index.ts');

const commands = createCommands();
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
