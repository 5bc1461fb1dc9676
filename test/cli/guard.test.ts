import { expect, it } from 'vitest';
import { describeOnAdapter } from '../support/adapter.ts';
import {
  commitAll,
  joulegate,
  projectFolder,
  scripted,
  startJoulegate,
  writeFiles,
} from '../support/command-line.ts';
import { itInFull } from '../support/full.ts';
import { powerKernel, smallManifest, smallProject } from '../support/small-project.ts';

/** Head as given, on top of a committed base. */
async function checkout(
  base: Record<string, string>,
  head: Record<string, string>,
  command = joulegate,
): Promise<{ guard: (...args: string[]) => ReturnType<typeof joulegate> }> {
  const folder = await projectFolder(base);
  commitAll(folder);
  await writeFiles(folder, head);
  return { guard: (...args) => command(folder, 'guard', '--base', 'HEAD', '--json', ...args) };
}

/** The project with a second kernel that nobody should touch. */
function withSentinel(project: Record<string, string>, rounds: number): Record<string, string> {
  const entry = smallManifest
    .slice(smallManifest.indexOf('  power:'))
    .replace('  power:', '  watch:\n    sentinel: true')
    .replace('power.wgsl', 'watch.wgsl');
  return {
    ...project,
    'joulegate.yaml': smallManifest + entry,
    'kernels/watch.wgsl': powerKernel(rounds),
  };
}

describeOnAdapter('guard against a git revision', () => {
  it('fails on code that costs more, and says by how much and where, even if a sentinel is touched too', async () => {
    const base = withSentinel(smallProject(100), 50);
    const head = withSentinel(smallProject(300), 51);
    head['joulegate.yaml'] =
      head['joulegate.yaml']?.replace('{ COUNT:', '{ calls-per-day: 86400, COUNT:') ?? '';
    const { guard } = await checkout(base, head, scripted);
    const ended = await guard();
    const report = JSON.parse(ended.stdout);
    expect(report.warnings.join()).toContain('watch is a sentinel, but this change touches it');
    expect(report.kernels[0]).toMatchObject({
      kernel: 'power',
      workload: 'COUNT=65536',
      verdict: 'regressed',
      fails: true,
      estimated: true,
      file: 'kernels/power.wgsl',
    });
    for (const ratio of [report.kernels[0].energyRatio, report.kernels[0].latencyRatio]) {
      expect(ratio.estimate).toBeGreaterThan(1.5);
      expect(ratio.low).toBeLessThanOrEqual(ratio.estimate);
      expect(ratio.high).toBeGreaterThanOrEqual(ratio.estimate);
    }
    const [{ energyRatio, base: before, kWhPerMonth }, watch] = report.kernels;
    expect(kWhPerMonth).toBeCloseTo(
      ((energyRatio.estimate - 1) * before.joules * 86400 * 365.25) / 12 / 3.6e6,
      9,
    );
    expect(watch.kWhPerMonth).toBeNull();
    expect(report).toMatchObject({ verdict: 'failed', exitCode: 1, counts: { regressed: 1 } });
    expect(report.base.commit).toMatch(/^[0-9a-f]{40}$/);
    expect(report.head).toMatchObject({ commit: report.base.commit, dirty: true });
    expect(ended.status).toBe(1);
  });

  itInFull(
    'measures nothing where only layout and comments changed, and is green with the reason',
    async () => {
      const reformatted = powerKernel(100)
        .replace(/\/\/.*\n/, '/* another comment */\n')
        .replaceAll('  ', '\t');
      const { guard } = await checkout(smallProject(100), { 'kernels/power.wgsl': reformatted });
      const ended = await guard();
      expect(ended.status).toBe(0);
      const report = JSON.parse(ended.stdout);
      expect(report.kernels[0]).toMatchObject({
        verdict: 'identical',
        energyRatio: null,
        latencyRatio: null,
      });
      expect(report.samples).toEqual([]);
      expect(report.reason).toContain('identical');
    },
  );

  itInFull('fails on head code that does not compile, with the user’s line', async () => {
    const broken = powerKernel(100).replace('var x = values[at];', 'var x = valuez[at];');
    const { guard } = await checkout(smallProject(100), { 'kernels/power.wgsl': broken });
    const ended = await guard();
    expect(ended.status).toBe(1);
    const report = JSON.parse(ended.stdout);
    expect(report.kernels[0]).toMatchObject({ verdict: 'regressed', fails: true });
    const line = broken.split('\n').findIndex((text) => text.includes('valuez')) + 1;
    expect(report.kernels[0]).toMatchObject({ file: 'kernels/power.wgsl', line });
    expect(report.kernels[0].reason).toContain('valuez');
    expect(report.kernels[0].reason).not.toContain('reference');
  });

  const wrong = powerKernel(100).replace('max(x - 2.0, 0.0)', 'max(x + 0.5, 0.0)');

  it('fails on a result that is not base’s, as a verdict of its own', async () => {
    const { guard } = await checkout(smallProject(100), { 'kernels/power.wgsl': wrong });
    const ended = await guard();
    expect(ended.status).toBe(1);
    const report = JSON.parse(ended.stdout);
    expect(report.kernels[0]).toMatchObject({
      verdict: 'wrong-result',
      fails: true,
      accepted: null,
      base: null,
    });
    expect(report.kernels[0].reason).toContain(
      'head computes something else than base: `results`: 65536 of 65536 elements are wrong; first at index 0',
    );
    expect(report).toMatchObject({ verdict: 'failed', counts: { wrongResult: 1, regressed: 0 } });
  });

  itInFull('does not fail on a wrong result where base’s gate leaves it and regressions out', async () => {
    const lenient = smallManifest.replace('gate:\n', 'gate:\n  fail-on: [missing-baseline]\n');
    const { guard } = await checkout(
      { ...smallProject(100), 'joulegate.yaml': lenient },
      { 'kernels/power.wgsl': wrong },
    );
    const ended = await guard();
    expect(ended.status).toBe(0);
    const report = JSON.parse(ended.stdout);
    expect(report).toMatchObject({
      verdict: 'nothing-gated',
      kernels: [{ verdict: 'wrong-result', fails: false }],
    });
  });

  itInFull('has a reference that both revisions have decide, and not one that head brings', async () => {
    const reference = `${smallManifest}    reference: kernels/reference.wgsl\n`;
    const plain = powerKernel(100)
      .replace('override PER_THREAD', 'const PER_THREAD')
      .replace('override WORKGROUP', 'const WORKGROUP');
    const base = {
      'joulegate.yaml': reference,
      'kernels/power.wgsl': powerKernel(100),
      'kernels/reference.wgsl': plain,
    };
    const off = await checkout(base, { 'kernels/power.wgsl': wrong });
    const told = JSON.parse((await off.guard()).stdout).kernels[0];
    expect(told.verdict).toBe('wrong-result');
    expect(told.reason).toContain('head computes something else than its reference: `results`: 65536 of');
    const own = await checkout(base, {
      'kernels/power.wgsl': wrong,
      'kernels/reference.wgsl': plain.replace('max(x - 2.0, 0.0)', 'max(x + 0.5, 0.0)'),
    });
    const ended = await own.guard();
    expect(ended.status).toBe(1);
    expect(JSON.parse(ended.stdout).kernels[0].reason).toContain('head computes something else than base');
  });

  it('says where the results of head and base cannot be compared', async () => {
    const more = smallManifest.replace('fill: uniform', 'fill: normal');
    const { guard } = await checkout(smallProject(100), { 'joulegate.yaml': more });
    const report = JSON.parse((await guard('--max-minutes', '0.05')).stdout);
    expect(report.warnings.join()).toContain(
      'power COUNT=65536: head has other inputs or outputs than base, so its results were not compared with base’s.'.replace(
        '’',
        "'",
      ),
    );
  });

  it('says missing-baseline, and fails, where base has a manifest that cannot be read', async () => {
    const { guard } = await checkout(
      { ...smallProject(100), 'joulegate.yaml': 'version: [\n' },
      { 'joulegate.yaml': smallManifest },
    );
    const ended = await guard();
    expect(ended.status).toBe(1);
    const report = JSON.parse(ended.stdout);
    expect(report.kernels[0].verdict).toBe('missing-baseline');
    expect(report.kernels[0].reason).toMatch(/joulegate\.yaml:\d+:\d+: error: /);
    expect(report.counts).toMatchObject({ missingBaseline: 1, gated: 0 });
  });

  itInFull('is green for the change that adds the manifest: every kernel is new', async () => {
    const { guard } = await checkout({ 'README.md': 'a project' }, smallProject(100));
    const ended = await guard();
    expect(ended.status).toBe(0);
    expect(JSON.parse(ended.stdout).kernels[0]).toMatchObject({ verdict: 'new' });
  });

  itInFull('lists what head removed, and never fails on it', async () => {
    const second = smallManifest.replace('kernels:\n', 'kernels:\n  gone:\n');
    const entry = smallManifest.slice(smallManifest.indexOf('    source:'));
    const base = second.replace('  gone:\n', `  gone:\n${entry}`);
    const { guard } = await checkout(
      { ...smallProject(100), 'joulegate.yaml': base },
      { 'joulegate.yaml': smallManifest },
    );
    const ended = await guard();
    expect(ended.status).toBe(0);
    const verdicts = JSON.parse(ended.stdout).kernels.map((k: { kernel: string; verdict: string }) => [
      k.kernel,
      k.verdict,
    ]);
    expect(verdicts).toEqual([
      ['power', 'identical'],
      ['gone', 'removed'],
    ]);
  });

  it('is judged by base’s gates: one that head loosens does not let it pass, and head is told', async () => {
    const head = smallManifest
      .replaceAll('margin: 20%', 'margin: 100%')
      .replace('gate:\n', 'gate:\n  fail-on: []\n')
      .replace('  power:\n', '  power:\n    sentinel: true\n');
    const { guard } = await checkout(smallProject(100), {
      'joulegate.yaml': head,
      'kernels/power.wgsl': 'broken',
    });
    const ended = await guard();
    expect(ended.status).toBe(1);
    const report = JSON.parse(ended.stdout);
    expect(report.kernels[0]).toMatchObject({ verdict: 'regressed', fails: true, sentinel: false });
    expect(report.policy.source).toBe('base');
    const settings = report.policy.changes.map(
      ({ setting, loosens }: { setting: string; loosens: boolean }) => [setting, loosens],
    );
    expect(settings).toEqual([
      ['gate.energy.margin', true],
      ['gate.latency.margin', true],
      ['gate.fail-on', true],
      ['sentinel', true],
    ]);
  });

  itInFull(
    'tells of gates that only get stricter, of less time for judging, and of looser checks of outputs',
    async () => {
      const head = smallManifest
        .replace('latency: { margin: 20% }', 'latency: { margin: 10% }')
        .replace('judge-seconds: 60', 'judge-seconds: 1')
        .replace('absolute: 1.0e-2', 'absolute: 1');
      const folder = await projectFolder(smallProject(100));
      commitAll(folder);
      await writeFiles(folder, { 'joulegate.yaml': head });
      const ended = await joulegate(folder, 'guard', '--base', 'HEAD');
      expect(ended.status).toBe(0);
      const text = ended.stdout.replace(/\s+/g, ' ');
      expect(text).toContain('This change also sets gate.latency.margin of power from 20 % to 10 %');
      expect(text).toContain('loosens its own gate: budget.guard.judge-seconds from 60 to 1.');
      expect(text).toContain('power: the check of results is looser than in base');
    },
  );

  itInFull('has the gates of a kernel that is new from head', async () => {
    const { guard } = await checkout({ 'README.md': 'a project' }, smallProject(100));
    expect(JSON.parse((await guard()).stdout).policy).toEqual({ source: 'head', changes: [] });
  });

  it('fails for a baseline that cannot be read, though head says that it need not', async () => {
    const lenient = smallManifest.replace('gate:\n', 'gate:\n  fail-on: [regressed]\n');
    const { guard } = await checkout(
      { ...smallProject(100), 'joulegate.yaml': 'version: [\n' },
      { 'joulegate.yaml': lenient },
    );
    const ended = await guard();
    expect(ended.status).toBe(1);
    expect(JSON.parse(ended.stdout).counts.missingBaseline).toBe(1);
  });

  it('is not green where the time is up before anything was judged, and names what was not', async () => {
    const { guard } = await checkout(smallProject(100), { 'kernels/power.wgsl': powerKernel(110) });
    const ended = await guard('--max-minutes', '0.02');
    expect(ended.status).toBe(3);
    const report = JSON.parse(ended.stdout);
    expect(report).toMatchObject({ verdict: 'could-not-measure', counts: { gated: 0 } });
    expect(report.notJudged).toEqual([{ kernel: 'power', workload: 'COUNT=65536' }]);
    expect(report.warnings.join()).toContain(
      'Not judged, and gated by nothing in this run: power COUNT=65536',
    );
  });

  it('keeps its exit status where nobody reads its output', async () => {
    const folder = await projectFolder({ ...smallProject(100), 'joulegate.yaml': 'version: [\n' });
    commitAll(folder);
    await writeFiles(folder, { 'joulegate.yaml': smallManifest });
    const started = startJoulegate(folder, 'guard', '--base', 'HEAD');
    started.child.stdout?.destroy();
    started.child.stderr?.destroy();
    expect((await started.finished).status).toBe(1);
  });

  it('takes a path for a folder, and nothing else', async () => {
    const folder = await projectFolder(smallProject(100));
    commitAll(folder);
    await writeFiles(folder, { 'empty/notes.txt': '', 'topic/joulegate.yaml': smallManifest });
    const empty = await joulegate(folder, 'guard', '--base', './empty');
    expect(empty).toMatchObject({ status: 2, stdout: '' });
    expect(empty.stderr).toContain('has no joulegate.yaml to compare with');
    const named = await joulegate(folder, 'guard', '--base', 'topic');
    expect(named).toMatchObject({ status: 2, stdout: '' });
    expect(named.stderr).toContain('there is no revision "topic"');
    expect(named.stderr).toContain('Write ./topic if the folder is meant');
  });

  it('ends with status 2 for a revision that does not exist', async () => {
    const folder = await projectFolder(smallProject(100));
    commitAll(folder);
    const ended = await joulegate(folder, 'guard', '--base', 'no-such-branch');
    expect(ended).toMatchObject({ status: 2, stdout: '' });
    expect(ended.stderr).toContain('no-such-branch');
  });
});
