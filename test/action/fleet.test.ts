import { describe, expect, it } from 'vitest';
import { type Fleet, fleetCommits, plain, startFleet } from '../support/fleet-run.ts';
import { isFull, itInFull } from '../support/full.ts';
import { deviceOf, kernelOf, reportOf, samplesOf } from '../support/shard-reports.ts';

type ReportChange = Parameters<typeof reportOf>[2];

const shards = 16;
const revisions = {
  base: { label: 'main', commit: fleetCommits.base },
  head: { label: 'merge', commit: fleetCommits.merge },
} as const;

/** Report of the shard that measured `kernels`: each costs as many times base as it says. */
function shardReport(kernels: Readonly<Record<string, number>>, change: ReportChange = {}) {
  const names = Object.keys(kernels);
  return reportOf(
    names.map((name) => kernelOf(name, { file: `kernels/${name}.wgsl`, line: 3 })),
    names.flatMap((name) => samplesOf(name, kernels[name] ?? 1)),
    { device: deviceOf('acme-one'), ...revisions, ...change },
  );
}

/** Adds shard `index` of 16 with one kernel, `k1` to `k16`, unchanged unless told otherwise. */
function addShard(fleet: Fleet, index: number, more: { ratio?: number; change?: ReportChange } = {}) {
  const report = shardReport({ [`k${index}`]: more.ratio ?? 1 }, more.change);
  return fleet.add({ left: { 'report.json': JSON.stringify(report) }, shard: { index, count: shards } });
}

/** A run of 16 shards, all of them well but those of `except`. */
async function fleetExcept(...except: readonly number[]): Promise<Fleet> {
  const fleet = await startFleet();
  for (let index = 1; index <= shards; index++) if (!except.includes(index)) addShard(fleet, index);
  return fleet;
}

/** Where a verdict is shown, all of it. */
function channels(fleet: Fleet, { summary }: { readonly summary: string }): Record<string, string> {
  const [comment] = fleet.github.comments(7);
  const [check] = fleet.github.checkRuns;
  return { summary, comment: comment?.body ?? '', check: check?.output.summary ?? '' };
}

describe('sixteen shards of a run', () => {
  it('that are all there are judged together: one verdict, one comment, one check run, one artifact', async () => {
    const fleet = await fleetExcept();
    const ended = await fleet.run();
    expect(ended.log).not.toContain('::error');
    expect(ended.log).not.toContain('::warning');
    expect(ended).toMatchObject({
      status: 0,
      outputs: { verdict: 'passed', gated: '16', regressed: '0' },
    });
    expect(fleet.github.comments(7).map(({ login }) => login)).toEqual(['github-actions[bot]']);
    expect(fleet.github.comments(7)[0]?.body).toBe(ended.outputs['comment-body']);
    expect(fleet.github.checkRuns).toMatchObject([
      { name: 'Joulegate (joulegate.yaml)', head_sha: fleetCommits.head, conclusion: 'success' },
    ]);
    for (const text of Object.values(channels(fleet, ended))) {
      for (let index = 1; index <= shards; index++) expect(text).toContain(`\`k${index}\``);
    }
    expect(fleet.services.artifacts).toHaveLength(shards + 1);
    expect(fleet.services.artifacts.at(-1)?.name).toMatch(
      /^joulegate-merged-[0-9a-f]{8}-acme-one-attempt-1$/,
    );
    // Run again, what was merged before is not taken for a shard.
    const again = await fleet.run({ attempt: 2 });
    expect(again).toMatchObject({ status: 0, outputs: { verdict: 'passed', gated: '16' } });
    expect(fleet.github.comments(7)).toHaveLength(1);
  });

  it('of which one is missing and one is corrupt are not green anywhere, and both are named', async () => {
    const fleet = await fleetExcept(5, 11);
    fleet.add({ left: { 'report.json': '{"schema": "joulegate-rep' }, shard: { index: 11, count: shards } });
    const ended = await fleet.run();
    expect(ended).toMatchObject({
      status: 3,
      outputs: { verdict: 'could-not-measure', gated: '14', regressed: '0' },
    });
    expect(fleet.github.comments(7)).toHaveLength(1);
    expect(fleet.github.checkRuns.map(({ conclusion }) => conclusion)).toEqual(['action_required']);
    for (const text of Object.values(channels(fleet, ended)).map(plain)) {
      expect(text).toContain('No report of 5of16 on acme-one: its kernels were not judged.');
      expect(text).toMatch(
        /The report of 11of16 on acme-one cannot be used \(corrupt\): its report\.json is/,
      );
      expect(text).not.toContain('✅');
    }
    expect(ended.log).toMatch(/^::warning.*5of16 on acme-one/m);
    expect(ended.log).toMatch(/^::warning.*11of16 on acme-one/m);
  });

  it('fail for a regression however many others are missing, which stay named', async () => {
    const fleet = await fleetExcept(2, 5, 11);
    addShard(fleet, 2, { ratio: 1.5 });
    const ended = await fleet.run();
    expect(ended).toMatchObject({ status: 1, outputs: { verdict: 'failed', regressed: '1', gated: '14' } });
    expect(fleet.github.checkRuns).toMatchObject([
      {
        conclusion: 'failure',
        output: { annotations: [{ path: 'kernels/k2.wgsl', annotation_level: 'failure' }] },
      },
    ]);
    for (const text of Object.values(channels(fleet, ended)).map(plain)) {
      expect(text).toContain('No report of 5of16, 11of16 on acme-one');
      expect(text).toContain('k2 (N=1) regressed');
    }
    // The check run shows it at its line, so the job does not once more.
    expect(ended.log).not.toContain('::error');
  });

  itInFull('none of which left anything have no verdict, and what was green before says so', async () => {
    const whole = await fleetExcept();
    await whole.run();
    expect(whole.github.comments(7)[0]?.body).toContain('✅');
    whole.services.damageBlobs(Buffer.from('no archive'));
    const ended = await whole.run({ attempt: 2 });
    expect(ended).toMatchObject({ status: 3, outputs: { verdict: 'error' } });
    expect(ended.summary).toContain('no verdict');
    const comments = whole.github.comments(7);
    expect(comments).toHaveLength(1);
    expect(comments[0]?.body).toContain('no verdict');
    expect(whole.github.checkRuns.map(({ conclusion }) => conclusion)).toEqual([
      'success',
      'action_required',
    ]);
    const names = Array.from({ length: shards }, (_, i) => `${i + 1}of16`).join(', ');
    const said = `The reports of ${names} on acme-one cannot be used (corrupt): it is no ZIP archive`;
    expect(plain(comments[0]?.body ?? '')).toContain(said);
  });
});

describe('a shard that does not belong', () => {
  it('is named if its head is another, and the others are judged', async () => {
    const fleet = await fleetExcept(7);
    const commit = 'd'.repeat(40);
    // It would be red, if it counted.
    addShard(fleet, 7, { ratio: 1.5, change: { head: { label: 'other', commit } } });
    const ended = await fleet.run();
    expect(ended).toMatchObject({
      status: 3,
      outputs: { verdict: 'could-not-measure', gated: '15', regressed: '0' },
    });
    for (const text of Object.values(channels(fleet, ended)).map(plain)) {
      expect(text).toContain(
        `The report of 7of16 on acme-one cannot be used (foreign): its head is ${commit}, that of the others ${fleetCommits.merge}`,
      );
    }
  });

  it.runIf(isFull)('is named if it comes from another repository, which has other commits', async () => {
    const fleet = await fleetExcept(7);
    const change = {
      base: { label: 'main', commit: 'e'.repeat(40) },
      head: { label: 'merge', commit: 'f'.repeat(40) },
    };
    addShard(fleet, 7, { change });
    const ended = await fleet.run();
    expect(ended).toMatchObject({ status: 3, outputs: { gated: '15' } });
    expect(plain(ended.summary)).toContain('7of16 on acme-one cannot be used (foreign)');
  });

  it.runIf(isFull)('is the one that the run is not of, where there are only two', async () => {
    const fleet = await startFleet();
    const head = { label: 'other', commit: 'd'.repeat(40) };
    for (const [index, change] of [{ head }, {}].entries()) {
      const left = { 'report.json': JSON.stringify(shardReport({ [`k${index}`]: 1 }, change)) };
      fleet.add({ left, shard: { index: index + 1, count: 2 } });
    }
    const ended = await fleet.run();
    expect(ended).toMatchObject({ status: 3, outputs: { gated: '1' } });
    expect(plain(ended.summary)).toContain('The report of 1of2 on acme-one cannot be used (foreign)');
    expect(plain(ended.summary)).not.toContain('2of2 on acme-one cannot');
  });

  it.runIf(isFull)(
    'is none where all are of one commit, but it is said if the run is of another',
    async () => {
      const fleet = await startFleet();
      const head = { label: 'other', commit: 'd'.repeat(40) };
      fleet.add({ left: { 'report.json': JSON.stringify(shardReport({ k: 1 }, { head })) } });
      const ended = await fleet.run();
      expect(ended).toMatchObject({ status: 0, outputs: { verdict: 'passed' } });
      for (const text of Object.values(channels(fleet, ended)).map(plain)) {
        expect(text).toContain(`What was measured is commit ${head.commit}, and this run is of`);
      }
    },
  );

  it.runIf(isFull)('is refused with the version if its format is newer', async () => {
    const fleet = await fleetExcept(3);
    const report = { ...shardReport({ k3: 1 }), version: 2 };
    fleet.add({ left: { 'report.json': JSON.stringify(report) }, shard: { index: 3, count: shards } });
    const ended = await fleet.run();
    expect(ended).toMatchObject({ status: 3, outputs: { verdict: 'could-not-measure', gated: '15' } });
    expect(plain(ended.summary)).toContain(
      '3of16 on acme-one cannot be used (corrupt): its report.json has version 2 of its format and this program knows up to 1',
    );
  });
});

describe('a shard that is there twice', () => {
  it.runIf(isFull)('counts by its last attempt', async () => {
    const fleet = await fleetExcept(4);
    const shard = { index: 4, count: shards };
    for (const [attempt, ratio] of [
      [2, 1],
      [1, 1.5],
    ] as const) {
      const left = { 'report.json': JSON.stringify(shardReport({ k4: ratio })) };
      fleet.add({ left, shard, attempt });
    }
    expect(await fleet.run({ attempt: 2 })).toMatchObject({
      status: 0,
      outputs: { verdict: 'passed', gated: '16' },
    });
  });

  it.runIf(isFull)('under two numbers is believed neither time', async () => {
    const fleet = await fleetExcept(9);
    const left = { 'report.json': JSON.stringify(shardReport({ k8: 1.5 })) };
    fleet.add({ left, shard: { index: 9, count: shards } });
    const ended = await fleet.run();
    expect(ended).toMatchObject({ status: 3, outputs: { gated: '14', regressed: '0' } });
    const text = plain(ended.summary);
    expect(text).toContain(
      'The report of 8of16 on acme-one cannot be used (overlapping): k8 N=1 is in the report of 9of16 on acme-one as well',
    );
    expect(text).toContain('The report of 9of16 on acme-one cannot be used (overlapping)');
  });

  it.runIf(isFull)(
    'because its device was shared out in two ways judges nothing of that device',
    async () => {
      const fleet = await fleetExcept();
      const left = { 'report.json': JSON.stringify(shardReport({ k1: 1 })) };
      fleet.add({ left, shard: { index: 1, count: 2 } });
      const other = shardReport({ k1: 1 }, { device: deviceOf('acme-two') });
      fleet.add({ left: { 'report.json': JSON.stringify(other) }, device: 'acme-two' });
      const ended = await fleet.run();
      expect(ended).toMatchObject({ status: 3, outputs: { verdict: 'could-not-measure', gated: '1' } });
      expect(plain(ended.summary)).toContain(
        'The reports of acme-one cannot be used (duplicate): its kernels were shared out over 2 and 16 jobs at once',
      );
      expect(plain(ended.summary)).toContain('No report of 2of2 on acme-one');
    },
  );
});
