import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { JoulegateError } from '../../src/errors/index.ts';
import { openFolder, openRevision, requireRepository, resolveCommit } from '../../src/git/index.ts';
import { describeProgram } from '../../src/kernel/index.ts';
import type { FileReader } from '../../src/manifest/index.ts';
import { openMeter } from '../../src/meter/index.ts';
import { adapterOf, HwmonTree } from '../meter/hwmon-tree.ts';
import { commitAll } from '../support/command-line.ts';
import { powerKernel } from '../support/small-project.ts';
import { steersTerminal } from './markdown-rules.ts';
import { changedText } from './mutations.ts';
import { check, checkLater, expectRefusal, parsed } from './properties.ts';

const folder = mkdtempSync(join(tmpdir(), 'joulegate-fuzz-machine-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a damaged or malicious program', () => {
  const wesl = `import package::util::square;\n@if(FAST) override TILE: u32 = 4;\n${powerKernel(3)}`;

  it.each([
    ['wgsl', powerKernel(3)],
    ['wesl', wesl],
  ] as const)('of %s is described, or refused with a message that can be printed', async (language, text) => {
    const path = `kernel.${language}`;
    await checkLater(changedText(text), 600, async (changed) => {
      const files = { [path]: changed, 'util.wesl': 'fn square(x: f32) -> f32 { return x * x; }' };
      const described = await describeProgram({ path, language, files });
      const told = described.ok
        ? described.value.flatMap(({ obstacle }) => obstacle ?? [])
        : [described.failure];
      for (const { message } of told) {
        expect(message).not.toBe('');
        expect(steersTerminal(message.replaceAll('\n', ' '))).toBe(false);
      }
    });
  });
});

describe('names in a repository', () => {
  const root = join(folder, 'repository');
  const secret = 'nobody may read this';
  const question = { root, environment: process.env };

  beforeAll(() => {
    mkdirSync(join(root, 'kernels'), { recursive: true });
    writeFileSync(join(folder, 'secret.wgsl'), secret);
    writeFileSync(join(root, 'kernels', 'power.wgsl'), powerKernel(1));
    symlinkSync(join(folder, 'secret.wgsl'), join(root, 'kernels', 'link.wgsl'));
    symlinkSync('..', join(root, 'kernels', 'up'));
    commitAll(root);
  });

  const step = fc.constantFrom(
    '..',
    '.',
    '',
    'kernels',
    'up',
    'link.wgsl',
    'power.wgsl',
    'secret.wgsl',
    '.git',
    'HEAD',
  );
  const path = fc.oneof(
    fc.array(step, { maxLength: 7 }).map((steps) => steps.join('/')),
    changedText('kernels/power.wgsl'),
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.constantFrom(
      '-rf',
      '--output=x',
      ':(glob)**',
      ':/',
      'HEAD:x',
      '/etc/passwd',
      'C:\\x',
      'kernels\\power.wgsl',
      '~',
    ),
  );

  /** Reads below the root, or refuses; whatever the path says. */
  function readsWithin(reader: FileReader, name: string): void {
    for (const read of [() => reader.read(name), () => reader.list(name)]) {
      try {
        expect(read()).not.toEqual(secret);
      } catch (error) {
        if (!(error instanceof JoulegateError)) throw error;
        expect(error.kind).toBe('bad-input');
      }
    }
  }

  it('lead to files of a folder, or are refused', () => {
    check(path, 700, (name) => readsWithin(openFolder(root), name));
  });

  it('lead to files of a revision, or are refused', () => {
    const { reader } = openRevision(requireRepository(question), 'HEAD');
    check(path, 60, (name) => readsWithin(reader, name));
  });

  it('of revisions are commits, or refused: they are no options, ranges or paths', () => {
    const name = fc.oneof(
      changedText('main'),
      fc.constantFrom(
        '--all',
        '-',
        '--output=x',
        'HEAD..main',
        'HEAD:kernels',
        '@{-1}',
        'HEAD^{/x}',
        ':/commit',
        '^HEAD',
      ),
      fc.string({ unit: 'binary', maxLength: 20 }),
    );
    const head = execFileSync('git', ['-C', root, 'rev-parse', 'HEAD'], { encoding: 'utf8' }).trim();
    const repository = requireRepository(question);
    check(name, 60, (revision) => {
      const commit = parsed('', () => resolveCommit(repository, revision));
      if (commit !== null) expect(commit).toBe(head);
    });
  });
});

describe('what a machine says about its sensors', () => {
  /** Opens the meter of a tree of sensors and takes a reading, or is refused, or finds nothing to measure with. */
  async function opens(tree: HwmonTree, lockFolder: string): Promise<void> {
    const device = { info: adapterOf('amd', 'Radeon') };
    const where = { sysfsFolder: tree.folder, lockFolder, lockWaitMs: 0, time: tree.time };
    try {
      const { meter } = await openMeter({ choice: 'amdgpu', device, ...where });
      if (meter === null) return;
      expect(steersTerminal(meter.info.description)).toBe(false);
      expect(meter.info.idleWatts ?? 0).toBeGreaterThanOrEqual(0);
      expect(Number.isFinite(meter.info.idleWatts ?? 0)).toBe(true);
      await meter.close();
    } catch (error) {
      expectRefusal(
        error,
        '',
        (error as JoulegateError).kind === 'bad-input' ? 'bad-input' : 'could-not-measure',
      );
    }
  }

  const number = fc.oneof(
    fc.constantFrom(
      '0',
      '-1',
      'NaN',
      '',
      '1e400',
      '99999999999999999999999999',
      '0x10',
      '\u0000',
      '\u001b[2J',
      '12 34',
    ),
    fc.nat(1_000_000_000).map(String),
    fc.string({ unit: 'binary', maxLength: 30 }),
  );
  const attributes = fc.record(
    {
      name: fc.oneof(fc.constantFrom('amdgpu', 'i915', 'xe'), number),
      power1_average: number,
      power1_input: number,
      energy1_input: number,
      power1_cap: number,
      freq1_input: number,
      freq2_input: number,
      temp1_input: number,
    },
    { requiredKeys: ['name'] },
  );
  const product = fc.option(fc.string({ unit: 'binary', maxLength: 60 }), { nil: undefined });

  /** Tables of metrics: bytes, some of them below a header that is known. */
  const metrics = fc
    .tuple(
      fc.constantFrom([], [120, 0, 1, 3], [96, 0, 1, 1], [255, 255, 1, 5]),
      fc.uint8Array({ maxLength: 140 }),
    )
    .map(([header, bytes]) => Buffer.from([...header, ...bytes]));

  it('is measured with, or refused', async () => {
    await checkLater(fc.tuple(attributes, product, metrics), 25, async ([found, name, table]) => {
      const tree = new HwmonTree();
      try {
        const hwmon = tree.addCard('0000:0a:00.0', { ...found, name: 'amdgpu' }, name);
        writeFileSync(join(hwmon, '..', '..', 'gpu_metrics'), table);
        tree.addCard('0000:0b:00.0', found);
        await opens(tree, join(tree.folder, 'locks'));
      } finally {
        tree.remove();
      }
    });
  });

  /** Opens the meter of a card whose lock is what `leave` makes of it. */
  async function opensBeside(leave: (path: string) => unknown): Promise<void> {
    const tree = new HwmonTree();
    try {
      tree.addCard('0000:0a:00.0', { name: 'amdgpu', power1_average: '20000000' });
      const locks = join(tree.folder, 'locks');
      mkdirSync(locks);
      leave(join(locks, 'joulegate-pci-0000-0a-00.0.lock'));
      await opens(tree, locks);
    } finally {
      tree.remove();
    }
  }

  it.each<[string, (path: string) => unknown]>([
    ['a folder', (path) => mkdirSync(path)],
    ['a link to what never ends', (path) => symlinkSync('/dev/zero', path)],
    ['a link to itself', (path) => symlinkSync(path, path)],
    ['a link to nothing', (path) => symlinkSync('nothing', path)],
    ['a pipe', (path) => execFileSync('mkfifo', [path])],
    ['a megabyte', (path) => writeFileSync(path, Buffer.alloc(1 << 20, '['))],
  ])('and a lock that is %s keeps nobody waiting', async (_, leave) => {
    await opensBeside(leave);
  });

  it('and what a meter program prints, is refused with the line it could not read', async () => {
    const file = join(folder, 'printed');
    const device = { info: adapterOf('amd', 'Radeon') };
    await checkLater(changedText('# watts\n12.5 W\n13.5 W\n8000 mW\n'), 30, async (text) => {
      writeFileSync(file, text);
      const opened = openMeter({ choice: 'command', device, command: ['/bin/cat', file] });
      // It ends, and a meter that ends is none.
      const error = await opened.then(
        ({ meter }) => meter?.close(),
        (reason: unknown) => reason,
      );
      expectRefusal(error, 'The meter command cannot be used: cat', 'could-not-measure');
    });
  });
});
