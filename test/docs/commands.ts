import { run } from '../support/run-here.ts';

/** The help of every command that the general help lists. */
export async function commandHelps(): Promise<ReadonlyMap<string, string>> {
  const { output } = await run('/', '--help');
  const [, list = ''] = /^commands:\n([\s\S]*?)\n\n/m.exec(output) ?? [];
  const names = [...list.matchAll(/^ {2}(\w+)/gm)].map(([, name = '']) => name);
  const helps = new Map<string, string>();
  for (const name of names) helps.set(name, (await run('/', name, '--help')).output);
  return helps;
}
