import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { projectFolder } from '../support/command-line.ts';
import { run } from '../support/run-here.ts';

/** A cache of another tuner whose kernel is called by an escape sequence and a command to a runner. */
const cache = {
  ...{ device_name: 'gpu', kernel_name: '\u001b[2Jscale\u0007\n  ::error::no' },
  ...{ tune_params_keys: ['A'], tune_params: { A: [1] }, cache: { 1: { A: 1, time: 0.5 } } },
};

describe('what a command prints', () => {
  it('neither moves a cursor nor commands a runner, whatever names a file has', async () => {
    const folder = await projectFolder({});
    writeFileSync(join(folder, 'cache.json'), JSON.stringify(cache));
    const args = ['import', 'kernel-tuner', 'cache.json', '--out'];
    const { exitCode, output } = await run(folder, ...args, 'text.json');
    expect([exitCode, output]).toEqual([0, expect.stringContaining('scale')]);
    expect(output).not.toMatch(/^\s*::|(?!\n)\p{Cc}/mu);
  });

  it('is as the file has it in JSON', async () => {
    const folder = await projectFolder({});
    writeFileSync(join(folder, 'cache.json'), JSON.stringify(cache));
    const { output } = await run(folder, 'import', 'kernel-tuner', 'cache.json', '--out', 'a.json', '--json');
    expect(JSON.parse(output).kernel).toBe(cache.kernel_name);
  });
});
