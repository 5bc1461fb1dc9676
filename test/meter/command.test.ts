import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { JoulegateError } from '../../src/errors/index.ts';
import type { Meter } from '../../src/measure/index.ts';
import { openMeter } from '../../src/meter/index.ts';
import { becomesTrue, isRunning, runningWith } from '../support/processes.ts';
import { standInInfo } from './gpu-lab.ts';

const folder = mkdtempSync(join(tmpdir(), 'joulegate-command-'));
afterAll(() => rmSync(folder, { recursive: true }));
const opened: Meter[] = [];
afterEach(async () => {
  for (const meter of opened.splice(0)) await meter.close();
});

/** A program of a user's, in JavaScript. */
const program = (script: string): string[] => [process.execPath, '-e', script];

async function open(command: readonly string[], choice: 'command' | 'auto' = 'command'): Promise<Meter> {
  const { meter, reason } = await openMeter({ choice, device: { info: standInInfo }, command });
  if (meter === null) throw new Error(reason);
  opened.push(meter);
  return meter;
}

async function refusal(command: readonly string[]): Promise<string> {
  const error = await open(command).catch((thrown: unknown) => thrown);
  if (!(error instanceof JoulegateError)) throw new Error('it was opened', { cause: error });
  expect(error.kind).toBe('could-not-measure');
  return error.message;
}

/** Prints an endless, growing count of joules, `step` every 10 ms. */
const counter = (step: number, unit: string) =>
  `let e = 1000; setInterval(() => console.log((e += ${step}).toFixed(3) + ' ${unit}'), 10)`;

describe('the command meter', () => {
  it('reads joules that a program counts', async () => {
    const meter = await open(program(counter(2, 'J')));
    expect(meter.info).toMatchObject({ name: 'command', estimated: false });
    expect(meter.info.description).toBe('node, joules it prints (unknown scope, unchecked)');
    // A multiple of the program's step: a busy machine may let every other line pass unseen.
    expect((meter.info.resolutionJoules ?? 1) % 2).toBeCloseTo(0, 9);
    const session = await meter.start();
    await new Promise((resolve) => setTimeout(resolve, 500));
    const readings = (await session.stop({ variant: {} as never, completions: [] })) ?? [];
    expect(readings.at(-1)?.joules).toBeGreaterThan(readings[0]?.joules ?? 0);
    expect(session.evidence?.().faults).toEqual([]);
  });

  it('adds up watts that a program prints, and skips comments and empty lines', async () => {
    const meter = await open(
      program("console.log('# watts\\n\\n'); setInterval(() => console.log('12500 mW'), 10)"),
    );
    expect(meter.info).toMatchObject({
      description: 'node, watts it prints added up (unknown scope, unchecked)',
      idleWatts: 12.5,
    });
    const session = await meter.start();
    await new Promise((resolve) => setTimeout(resolve, 60));
    const readings = await session.stop({ variant: {} as never, completions: [] });
    const [first, last] = [readings[0], readings.at(-1)];
    const seconds = ((last?.timeMs ?? 0) - (first?.timeMs ?? 0)) / 1000;
    expect((last?.joules ?? 0) / seconds).toBeCloseTo(12.5, 6);
  });

  it.each([
    [
      'a number without a unit',
      "console.log('12.5')",
      '"12.5", which is no reading such as 12.5 W or 8812.25 J',
    ],
    ['a negative power', "console.log('-3 W')", '"-3 W"'],
    ['no number', "console.log('NaN W')", '"NaN W"'],
    ['infinity', "console.log('1e300 W')", '"1e300 W"'],
    ['text', "console.log('hello')", '"hello"'],
    ['both quantities', "console.log('1 W\\n1 J')", 'it printed watts and then joules'],
    ['a line without an end', "process.stdout.write('1'.repeat(5000))", 'it printed a line without an end'],
  ])('refuses %s', async (_, script, expected) => {
    // It would go on for ever: being killed is what ends it.
    expect(await refusal(program(`${script}; setInterval(() => undefined, 1000)`))).toContain(expected);
  });

  it('says how a program ended that gives no reading', async () => {
    const failing = program("console.error('no such sensor'); process.exit(3)");
    expect(await refusal(failing)).toBe(
      'The meter command cannot be used: node: it ended with status 3; it last said: no such sensor.',
    );
    expect(await refusal(['joulegate-no-such-program'])).toContain(
      'there is no program joulegate-no-such-program',
    );
  });

  it('starts no shell', async () => {
    const words = program(
      'console.log(process.argv.slice(1).join(" ").length + " W"); setInterval(() => 0, 1e3)',
    );
    expect((await open([...words, '$(exit 1)', '; exit 1'])).info.idleWatts).toBe(18);
  });

  it('reports that its program ended during a stretch', async () => {
    const flag = join(folder, 'end');
    const ending = `setInterval(() => require('node:fs').existsSync(${JSON.stringify(flag)}) && process.exit(5), 5)`;
    const meter = await open(program(`${counter(2, 'J')}; ${ending}`));
    const session = await meter.start();
    const pids = runningWith(flag);
    writeFileSync(flag, '');
    expect(await becomesTrue(() => !pids.some(isRunning))).toBe(true);
    // Sampling goes on until the program's end was seen and read once.
    await new Promise((resolve) => setTimeout(resolve, 500));
    await session.stop({ variant: {} as never, completions: [] });
    expect(session.evidence?.().faults).toEqual([
      'the joules it prints could not be read: it ended with status 5',
    ]);
  });

  it('ends its program when it is closed, even one that does not want to', async () => {
    const pidFile = join(folder, 'pid');
    const meter = await open(
      program(
        `process.on('SIGTERM', () => undefined); require('node:fs').writeFileSync(${JSON.stringify(pidFile)}, String(process.pid)); ${counter(1, 'J')}`,
      ),
    );
    const pid = Number(readFileSync(pidFile, 'utf8'));
    expect(isRunning(pid)).toBe(true);
    opened.length = 0;
    await meter.close();
    expect(await becomesTrue(() => !isRunning(pid))).toBe(true);
  });

  it('comes first if any meter would do, and only if a program is named', async () => {
    expect((await open(program(counter(1, 'J')), 'auto')).info.name).toBe('command');
    await expect(openMeter({ choice: 'command', device: { info: standInInfo } })).rejects.toMatchObject({
      kind: 'bad-input',
      message: expect.stringContaining('no command was given'),
    });
  });
});
