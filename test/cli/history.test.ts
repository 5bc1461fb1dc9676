import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { validateHistory } from '../../src/schema/index.ts';
import { createRandom } from '../../src/stats/index.ts';
import { emptyState, packState, type StateEntry } from '../../src/store/index.ts';
import { joulegate, projectFolder } from '../support/command-line.ts';

const commitOf = (night: number) => night.toString(16).padStart(4, '0').repeat(10);

/** Nights of which the latency rises by a tenth after the 20th, with another driver after the 30th. */
function nights(count: number, change: Partial<StateEntry> = {}): StateEntry[] {
  const random = createRandom(1);
  return Array.from({ length: count }, (_, night) => {
    const driver = night < 30 ? '570' : '580';
    return {
      at: new Date(Date.UTC(2026, 0, 1 + night)).toISOString(),
      commit: commitOf(night),
      kernel: 'softmax',
      workload: 'N=1',
      latencyMs: (night < 20 ? 1 : 1.1) * (1 + 0.002 * random.normal()),
      joules: null,
      estimated: false,
      driver,
      device: `H200, driver ${driver}`,
      ...change,
    };
  });
}

const nameOf = (family: string) => `joulegate-v1-${family}-0123456789abcdef-state.json.gz`;

/** A folder as the action keeps it, and the command on it. */
async function kept(families: Readonly<Record<string, readonly StateEntry[]>>) {
  const folder = await projectFolder({ 'cache/other.txt': 'not a state' });
  for (const [family, history] of Object.entries(families)) {
    writeFileSync(join(folder, 'cache', nameOf(family)), packState({ ...emptyState(family), history }));
  }
  return { folder, run: (...args: string[]) => joulegate(folder, 'history', ...args) };
}

describe('joulegate history', () => {
  it('tells of every kept kernel what it costs and what changed, and writes the page', async () => {
    const { folder, run } = await kept({
      'nvidia-h200': nights(40),
      'amd-rdna3': nights(3, { device: 'RX' }),
    });
    const before = readdirSync(join(folder, 'cache'));
    const { status, stdout } = await run('cache', '--out', 'pages/index.html');
    expect(status).toBe(0);
    expect(stdout).toMatch(
      /^softmax {2}N=1 {2}H200 +40 nights .* latency \+\d+\.\d % on 2026-01-21 at 001400140014$/m,
    );
    expect(stdout).toMatch(/^softmax {2}N=1 {2}RX +3 nights/m);
    const page = readFileSync(join(folder, 'pages/index.html'), 'utf8');
    expect(page).toContain('between <code>001300130013</code> and <code>001400140014</code>');
    expect(page).toContain('2026-01-31: driver 580 (before: 570)');
    expect(readdirSync(join(folder, 'pages'))).toEqual(['index.html']);
    expect(readdirSync(join(folder, 'cache'))).toEqual(before);
  });

  it('prints the same as data of the schema: one series goes on over updates of the driver', async () => {
    const { run } = await kept({
      'nvidia-h200': [...nights(40), ...nights(2, { kernel: 'gelu', tag: 'v1' })],
    });
    const { status, stdout } = await run(`cache/${nameOf('nvidia-h200')}`, '--json');
    expect(status).toBe(0);
    const history = JSON.parse(stdout);
    expect(validateHistory(history)).toMatchObject({ ok: true });
    expect(history.series).toMatchObject([
      { kernel: 'gelu', family: 'nvidia-h200', device: 'H200', changes: [], nights: [{ tag: 'v1' }, {}] },
      {
        kernel: 'softmax',
        changes: [
          {
            metric: 'latency',
            at: '2026-01-21T00:00:00.000Z',
            commit: commitOf(20),
            previousCommit: commitOf(19),
            driverChanged: false,
          },
        ],
      },
    ]);
    expect(history.series[1].nights).toHaveLength(40);
  });

  it('keeps kernels of the same name apart where they are of different states', async () => {
    const { folder, run } = await kept({ 'nvidia-h200': nights(3) });
    const other = packState({ ...emptyState('nvidia-h200'), history: nights(2, { latencyMs: 9 }) });
    writeFileSync(join(folder, 'cache/joulegate-v1-nvidia-h200-fedcba9876543210-state.json.gz'), other);
    const { stdout } = await run('cache', '--json');
    const lengths = JSON.parse(stdout).series.map((one: { nights: unknown[] }) => one.nights.length);
    expect(lengths.sort()).toEqual([2, 3]);
  });

  it.each<[string, (folder: string) => void, string[], string, RegExp]>([
    ['a path where there is nothing', () => undefined, ['gone'], 'file-not-found', /gone does not exist/],
    [
      'a folder without states',
      (folder) => mkdirSync(join(folder, 'empty')),
      ['empty'],
      'no-history',
      /empty holds no/,
    ],
    [
      'states without nights',
      (folder) => writeFileSync(join(folder, 'cache', nameOf('a')), packState(emptyState('a'))),
      ['cache'],
      'no-history',
      /cache holds no nights yet/,
    ],
    [
      'a state that is no JSON',
      (folder) => writeFileSync(join(folder, 'cache', nameOf('a')), gzipSync('{"schema": 1 2}')),
      ['cache'],
      'damaged-file',
      /state\.json\.gz is not JSON, as it shows at position 13/,
    ],
    [
      'a state with a night that none can be',
      (folder) => {
        const history = nights(1).map((entry) => ({ ...entry, latencyMs: -1 }));
        const state = { ...emptyState('a'), schema: 'joulegate-state', version: 1, history };
        writeFileSync(join(folder, 'cache', nameOf('a')), gzipSync(JSON.stringify(state)));
      },
      ['cache'],
      'damaged-file',
      /state\.json\.gz is not valid: \/history\/0\/latencyMs /,
    ],
    [
      'a state of a later version',
      (folder) => {
        const state = { schema: 'joulegate-state', version: 9 };
        writeFileSync(join(folder, 'cache', nameOf('a')), gzipSync(JSON.stringify(state)));
      },
      ['cache'],
      'damaged-file',
      /has version 9 of its format/,
    ],
    [
      'a page where nothing can be written',
      (folder) => {
        writeFileSync(
          join(folder, 'cache', nameOf('a')),
          packState({ ...emptyState('a'), history: nights(1) }),
        );
        mkdirSync(join(folder, 'page.html'));
      },
      ['cache', '--out', 'page.html'],
      'cannot-write',
      /page\.html/,
    ],
  ])('refuses %s, with the next step', async (_, arrange, args, code, message) => {
    const { folder, run } = await kept({});
    arrange(folder);
    const { status, stdout, stderr } = await run(...args, '--json');
    expect(status).toBe(2);
    const { error } = JSON.parse(stdout);
    expect(error).toMatchObject({ code, nextStep: expect.any(String) });
    expect(error.message).toMatch(message);
    expect(stderr).toContain('next: ');
  });

  it('follows no link to a state out of a repository', async () => {
    const { folder, run } = await kept({ 'nvidia-h200': nights(3) });
    mkdirSync(join(folder, 'repository/.git'), { recursive: true });
    symlinkSync(join(folder, 'cache', nameOf('nvidia-h200')), join(folder, 'repository', nameOf('x')));
    const { status, stderr } = await run('repository');
    expect(status).toBe(2);
    expect(stderr).toContain('leads out of the repository');
  });
});
