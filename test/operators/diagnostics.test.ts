import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { createVariantBuilder } from '../../src/kernel/index.ts';
import { operators as library } from '../../src/operators/index.ts';
import { describeOnAdapter, type TestAdapter } from '../support/adapter.ts';
import { operatorSamples, sampleConfigurations } from '../support/operator-samples.ts';
import { bundleForTest } from '../support/worker-bundle.ts';
import { thoroughness } from './support.ts';

const run = promisify(execFile);

/** What Dawn's compiler says of each program. */
async function messagesOf(programs: readonly string[], adapter: TestAdapter): Promise<readonly string[][]> {
  const script = await bundleForTest('test/support/compile-messages.ts', 'compile-messages.mjs');
  const folder = await mkdtemp(join(tmpdir(), 'joulegate-programs-'));
  try {
    const [from, to] = [join(folder, 'programs.json'), join(folder, 'messages.json')];
    await writeFile(from, JSON.stringify(programs));
    // Dawn prints its remarks, too.
    const options = { env: { ...adapter.driver.environment }, maxBuffer: 2 ** 28 };
    await run(process.execPath, [script, from, to], options);
    return JSON.parse(await readFile(to, 'utf8')) as string[][];
  } finally {
    await rm(folder, { recursive: true });
  }
}

describeOnAdapter('the compiler has nothing to remark', (adapter) => {
  it(
    'on any configuration of an operator',
    async () => {
      const { limits } = adapter.info;
      const texts: string[] = [];
      const names: string[] = [];
      const operators = new Set<string>();
      for (const sample of operatorSamples) {
        const [operator, sizes] = sample;
        if (sizes.type === 'f16' && !limits.has_f16) continue;
        operators.add(operator);
        const count = thoroughness.configurations(10);
        const { kernel, workload, configurations } = sampleConfigurations(sample, limits, count);
        const builder = createVariantBuilder({ kernel, workload, limits });
        for (const configuration of configurations) {
          const built = await builder.build(configuration);
          // A space may hold what the device cannot run; it is refused before it is compiled.
          if (!built.ok || built.value.program === null) continue;
          texts.push(...built.value.program.passes.map(({ wgsl }) => wgsl));
          names.push(built.value.id);
        }
      }
      expect([...operators].sort()).toEqual(library.map(({ name }) => name).sort());
      const messages = await messagesOf(texts, adapter);
      expect(messages).toHaveLength(texts.length);
      expect(names.filter((_, index) => messages[index]?.length !== 0)).toEqual([]);
      if (!thoroughness.isQuick) console.log(`${texts.length} programs without a message`);
    },
    thoroughness.timeoutMs,
  );

  it('although it would say if there were something', async () => {
    const head = '@compute @workgroup_size(1)';
    const [late, wrong] = await messagesOf(
      [
        `fn f() -> u32 { return 1; ; let a = 1; }\n${head} fn main() { _ = f(); }`,
        `${head} fn main() { x = 1; }`,
      ],
      adapter,
    );
    expect(late?.[0]).toContain('warning');
    expect(wrong?.[0]).toContain('error');
  });
});
