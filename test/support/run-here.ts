import { main } from '../../src/cli/index.ts';

/** Runs the command line in this process, from its source; for commands that start no GPU process. */
export async function run(folder: string, ...args: string[]) {
  const silent = () => undefined;
  return await main(
    args,
    {
      environment: {},
      workingDirectory: folder,
      signal: new AbortController().signal,
      progress: { stage: silent, update: silent, note: silent, warn: silent },
      workerPath: '',
      version: '0.0.0',
      command: 'joulegate',
      now: () => new Date(0),
    },
    { colour: false, width: 100 },
  );
}
