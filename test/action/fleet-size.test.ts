import { describe, expect, it } from 'vitest';
import { startFleet } from '../support/fleet-run.ts';
import { sampled } from '../support/full.ts';
import { largeFleet } from '../support/large-fleet.ts';

const shards = 16;

/** Lines of the log by workflow command. */
function commandsIn(log: string, command: string): string[] {
  return log.split('\n').filter((line) => line.startsWith(`::${command} `));
}

describe('five hundred kernels', () => {
  it.each(
    sampled([
      ['most of which regressed', 500, 8, ['nvidia-hopper']],
      ['on several devices, few of which regressed', 170, 1, ['nvidia-hopper', 'nvidia-ada', 'apple-m4']],
    ] as const),
  )('%s: everything is as long as GitHub takes it', async (...row) => {
    const [, kernels, regressedOfTen, families] = row;
    const fleet = await startFleet();
    for (const family of families) {
      const reports = largeFleet({ kernels, shards, regressedOfTen, family });
      for (const [i, report] of reports.entries()) {
        const left = { 'report.json': JSON.stringify(report) };
        fleet.add({ left, shard: { index: i + 1, count: shards }, device: family });
      }
    }
    const regressed = (kernels / 10) * regressedOfTen * families.length;
    const ended = await fleet.run();
    expect(ended).toMatchObject({
      status: 1,
      outputs: {
        verdict: 'failed',
        gated: String(kernels * families.length),
        regressed: String(regressed),
      },
    });
    const [comment] = fleet.github.comments(7);
    expect(comment?.body).toHaveLength(ended.outputs['comment-body']?.length ?? 0);
    expect(comment?.body.length).toBeLessThanOrEqual(65_536);
    // What it could not hold is counted, and its last line is whole.
    expect(comment?.body).toMatch(/\d+ more rows not shown here; the JSON report has them\./);
    expect(comment?.body.trimEnd()).toMatch(/attempt 1<\/sub>\n\n<!-- joulegate-rows:[\w-]+ -->$/);
    expect(Buffer.byteLength(ended.summary)).toBeLessThanOrEqual(1024 * 1024);
    expect(ended.summary.length).toBeGreaterThan(comment?.body.length ?? 0);
    expect(ended.summary.match(/<details>/g)?.length).toBe(ended.summary.match(/<\/details>/g)?.length);
    const [check] = fleet.github.checkRuns;
    expect(check?.output.summary.length).toBeLessThanOrEqual(65_535);
    expect(check?.output.annotations.map(({ annotation_level }) => annotation_level)).toEqual(
      Array(9).fill('failure'),
    );
    // The tenth has no place: it counts the rest, and the check run shows only those that have one.
    expect(commandsIn(ended.log, 'error')).toEqual([
      expect.stringContaining(`${new Intl.NumberFormat('en').format(regressed - 9)} more errors`),
    ]);
    const outputs = Object.values(ended.outputs).reduce((sum, value) => sum + Buffer.byteLength(value), 0);
    expect(outputs).toBeLessThan(1024 * 1024);
  });

  it('are annotated at most ten times a kind by the step where there is no check run', async () => {
    const fleet = await startFleet();
    const [report] = largeFleet({ kernels: 60, shards: 1, regressedOfTen: 10 });
    fleet.add({ left: { 'report.json': JSON.stringify(report) }, device: 'nvidia-hopper' });
    const ended = await fleet.run({ inputs: { 'github-token': 'app-token' } });
    expect(ended.status).toBe(1);
    expect(commandsIn(ended.log, 'error')).toHaveLength(10);
    expect(commandsIn(ended.log, 'error').at(-1)).toContain('51 more errors');
    for (const kind of ['warning', 'notice'])
      expect(commandsIn(ended.log, kind).length).toBeLessThanOrEqual(10);
  });
});
