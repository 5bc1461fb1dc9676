import { describe, expect, it } from 'vitest';
import { checkOutMerge, pullRequestEvent } from '../support/action-run.ts';
import { plain, startFleet } from '../support/fleet-run.ts';
import { powerKernel, smallManifest, smallProject } from '../support/small-project.ts';

/** A kernel of the small project under another name. */
function kernelEntry(name: string, ...more: readonly string[]): string {
  const own = smallManifest.slice(smallManifest.indexOf('  power:')).replace('power.wgsl', `${name}.wgsl`);
  return own.replace('  power:\n', [`  ${name}:`, ...more.map((line) => `    ${line}`), ''].join('\n'));
}

describe('two shards of a pull request', () => {
  it('that touches a sentinel and removes a kernel say so once, and go together', async () => {
    const fleet = await startFleet();
    const watch = kernelEntry('watch', 'sentinel: true');
    const checkout = await checkOutMerge(fleet.workspace, {
      base: {
        ...smallProject(20),
        'joulegate.yaml': smallManifest + watch + kernelEntry('gone'),
        'kernels/watch.wgsl': powerKernel(20),
        'kernels/gone.wgsl': powerKernel(20),
      },
      head: { 'joulegate.yaml': smallManifest + watch, 'kernels/watch.wgsl': powerKernel(21) },
    });
    const pull = { event: pullRequestEvent(checkout), sha: checkout.merge };
    for (const shard of ['1/2', '2/2']) {
      const ended = await fleet.run({ ...pull, inputs: { mode: 'guard', shard, 'fail-on': 'none' } });
      expect(ended.status).toBe(0);
      const told = [...ended.summary.matchAll(/`(watch|gone|power)`/g)].map(([, name]) => name);
      // The only kernel that is dealt goes to the first of them.
      expect([...new Set(told)].sort()).toEqual(shard === '1/2' ? ['gone', 'power', 'watch'] : []);
      expect(ended.log).toContain(
        shard === '1/2' ? 'Shard 1/2: 1 kernel, about 1 min by their budgets.' : 'Shard 2/2 has no kernel',
      );
    }
    expect(fleet.github.comments(7)).toEqual([]);
    const ended = await fleet.run(pull);
    expect(ended.log).not.toContain('cannot be used');
    expect(ended.outputs).toMatchObject({ identical: '1' });
    expect(plain(ended.summary)).toMatch(/1 identical, 1 removed|1 removed, 1 identical/);
    expect(fleet.github.comments(7)).toHaveLength(1);
  });
});
