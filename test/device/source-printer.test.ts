import { expect, it } from 'vitest';
import { SourcePrinter } from '../../src/device/index.ts';
import type { CommandProgram, Outcome } from '../../src/kernel/index.ts';

const program = (name: string): CommandProgram => ({
  ...{ run: ['gen', name], build: null, folder: '', files: {}, outputs: [] },
  ...{ buildIdentity: '', identity: name },
});

/** A workspace whose programs print what `print` has for their names; each waits until it is told to go on. */
function bench(print: (name: string) => Uint8Array | string, parallel = 2) {
  const runs: string[] = [];
  const waiting: (() => void)[] = [];
  let most = 0;
  let running = 0;
  const printer = new SourcePrinter({
    parallel,
    workspace: {
      async output({ run }): Promise<Outcome<Uint8Array>> {
        const name = run[1] ?? '';
        runs.push(name);
        most = Math.max(most, ++running);
        await new Promise<void>((resolve) => waiting.push(resolve));
        running--;
        const text = print(name);
        return { ok: true, value: typeof text === 'string' ? new TextEncoder().encode(text) : text };
      },
    },
  });
  const all = async <T>(work: readonly Promise<T>[]): Promise<readonly T[]> => {
    const done = Promise.all(work);
    let isDone = false;
    void done.finally(() => {
      isDone = true;
    });
    while (!isDone) {
      waiting.shift()?.();
      await new Promise((resolve) => setImmediate(resolve));
    }
    return done;
  };
  return { printer, runs, all, most: () => most };
}

const printed = (text: string) => ({ ok: true, value: text });

it('runs a program once for each of its arguments, some at a time', async () => {
  const { printer, runs, all, most } = bench((name) => `// ${name}`);
  const once = { twice: false };
  const asked = ['a', 'b', 'a', 'c', 'd'].map((name) => printer.print(program(name), once));
  expect(await all(asked)).toEqual(['a', 'b', 'a', 'c', 'd'].map((name) => printed(`// ${name}`)));
  expect(await all([printer.print(program('b'), once)])).toEqual([printed('// b')]);
  expect(runs).toEqual(['a', 'b', 'c', 'd']);
  expect(most()).toBe(2);
});

it('runs it once more where that is asked for, and names the line that differs, to all who ask then', async () => {
  let times = 0;
  const { printer, runs, all } = bench((name) => (name === 'a' ? 'same\n' : `same\nat ${++times}`));
  const ask = (name: string, twice: boolean) => all([printer.print(program(name), { twice })]);
  expect(await ask('a', true)).toEqual([printed('same\n')]);
  expect(await ask('a', true)).toEqual([printed('same\n')]);
  const [other] = await ask('b', true);
  expect(other?.ok ? '' : other?.failure.message).toMatch(
    /^`gen b` prints different programs for the same configuration: line 2 is `at 1` once and `at 2` then$/,
  );
  expect(await ask('b', false)).toEqual([other]);
  expect(runs).toEqual(['a', 'a', 'b', 'b']);
});

it.each([
  ['nothing', ' \n'],
  ['more than 4 MiB', 'x'.repeat(4 * 1024 * 1024 + 1)],
  ['what is no text in UTF-8', Uint8Array.of(0x2f, 0xff)],
  ['the character NUL', 'a\0'],
])('refuses a program that prints %s', async (what, text) => {
  const { printer, all } = bench(() => text);
  expect(await all([printer.print(program('a'), { twice: false })])).toEqual([
    { ok: false, failure: { kind: 'validation', message: `\`gen a\` prints ${what}` } },
  ]);
});
