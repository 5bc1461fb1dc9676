import { type Ending, main } from '../../src/cli/index.ts';

type Host = Parameters<typeof main>[1];

const silent = () => undefined;

/** Help needs nothing of the outside world but a version. */
const host: Host = {
  environment: {},
  workingDirectory: '/',
  signal: new AbortController().signal,
  progress: { stage: silent, update: silent, note: silent, warn: silent },
  workerPath: '',
  version: '0.0.0',
  command: 'joulegate',
  now: () => new Date(0),
};

function help(...argv: string[]): Promise<Ending> {
  return main([...argv, '--help'], host, { colour: false, width: 100 });
}

/** The help of every command that the general help lists. */
export async function commandHelps(): Promise<ReadonlyMap<string, string>> {
  const { output } = await help();
  const [, list = ''] = /^commands:\n([\s\S]*?)\n\n/m.exec(output) ?? [];
  const names = [...list.matchAll(/^ {2}(\w+)/gm)].map(([, name = '']) => name);
  const helps = new Map<string, string>();
  for (const name of names) helps.set(name, (await help(name)).output);
  return helps;
}
