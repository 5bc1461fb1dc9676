import { fileURLToPath } from 'node:url';
import packageJson from '../package.json' with { type: 'json' };
import { runPost } from './app/index.ts';
import { createCommands } from './github/index.ts';

const commands = createCommands();
await runPost(
  {
    environment: process.env,
    workingDirectory: process.cwd(),
    signal: new AbortController().signal,
    progress: {
      stage: commands.info,
      note: commands.info,
      warn: (text) => commands.warning(text),
      update: () => undefined,
    },
    workerPath: fileURLToPath(new URL('./worker.js', import.meta.url)),
    version: packageJson.version,
    command: 'joulegate post',
    now: () => new Date(),
  },
  commands,
);
process.exit(0);
