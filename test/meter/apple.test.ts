import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import type { Device, Meter } from '../../src/measure/index.ts';
import { type OpenMeterOptions, openMeter, systemTime } from '../../src/meter/index.ts';
import { isFull } from '../support/full.ts';
import { simulatedVariant } from '../support/simulated-device.ts';
import { standInInfo } from './gpu-lab.ts';
import { adapterOf } from './hwmon-tree.ts';

const folder = mkdtempSync(join(tmpdir(), 'joulegate-apple-'));
afterAll(() => rmSync(folder, { recursive: true }));
const opened: Meter[] = [];
afterEach(async () => {
  for (const meter of opened.splice(0)) await meter.close();
});

const info = adapterOf('apple', 'Apple M2');

async function open(program: string, options: Partial<OpenMeterOptions> = {}) {
  const device = { info };
  const { meter, reason } = await openMeter({ choice: 'apple', device, powermetrics: program, ...options });
  if (meter === null) throw new Error(reason);
  opened.push(meter);
  return { meter, reason };
}

let programs = 0;

/** The path of a program, in JavaScript. */
function program(script: string): string {
  const path = join(folder, `powermetrics-${programs++}`);
  writeFileSync(path, `#!${process.execPath}\n${script}\n`, { mode: 0o755 });
  return path;
}

/** Prints `powermetrics.txt`, which has the lines of captures that others published, then `samples`, one every 20 ms, the last for ever. */
function printing(samples: readonly string[]): string {
  const first = readFileSync(join(import.meta.dirname, 'powermetrics.txt'), 'utf8');
  return program(
    `const samples = ${JSON.stringify(samples)}; process.stdout.write(${JSON.stringify(first)});
    setInterval(() => process.stdout.write(samples.length > 1 ? samples.shift() : samples[0]), 20);`,
  );
}

/** What the count grew by, each time it grew. */
async function steps(meter: Meter): Promise<number[]> {
  const session = await meter.start();
  await new Promise((resolve) => setTimeout(resolve, 300));
  const readings = (await session.stop({ variant: {} as never, completions: [] })) ?? [];
  return readings
    .map(({ joules }, i) => joules - (readings[i - 1]?.joules ?? joules))
    .filter((step) => step > 0);
}

const sample = (elapsed: string, power: string) =>
  `\n*** Sampled system activity (Sun Nov 29 10:00:00 2026 +0000) (${elapsed} elapsed) ***\n\n**** GPU usage ****\n\n${power}\n`;

describe('the apple meter', () => {
  it('counts mean power times the time that each sample covers', async () => {
    const { meter } = await open(printing([sample('100.00ms', 'GPU Power: 25 mW')]));
    expect(meter.info).toMatchObject({
      name: 'apple',
      description: 'Apple M2, energy by powermetrics (GPU, unchecked, a model’s estimate)',
      ...{ estimated: true, scope: 'GPU' },
    });
    // 2.5 mJ a sample, however late it comes.
    const joules = await steps(meter);
    expect(joules.length).toBeGreaterThan(0);
    for (const step of joules) expect(step / 0.0025).toBeCloseTo(Math.round(step / 0.0025), 6);
  });

  it('counts a sample once that states its power twice', async () => {
    const twice = 'GPU Power: 25 mW\nANE Power: 0 mW\n\n**** GPU usage ****\n\nGPU Power: 25 mW';
    const { meter } = await open(printing([sample('100.00ms', twice)]));
    expect(Math.min(...(await steps(meter)))).toBeCloseTo(0.0025, 6);
  });

  it.each([
    [
      'it has to run as root',
      "console.log('powermetrics must be invoked as the superuser'); process.exit(1)",
    ],
    [
      'it ended with status 1; it last said: powermetrics must be invoked as the superuser',
      "console.error('powermetrics must be invoked as the superuser'); process.exit(1)",
    ],
    [
      '"GPU Power: -1 mW", which is no power',
      `process.stdout.write(${JSON.stringify(sample('100ms', 'GPU Power: -1 mW'))})`,
    ],
    [
      '"GPU Power: many mW", which is no power',
      `process.stdout.write(${JSON.stringify(sample('100ms', 'GPU Power: many mW'))})`,
    ],
    ['it printed a sample of', `process.stdout.write(${JSON.stringify(sample('9000000000ms', ''))})`],
  ])('is refused where %s', async (why, script) => {
    const path = program(`${script}; setInterval(() => undefined, 1000)`);
    await expect(open(path)).rejects.toMatchObject({
      code: 'missing-meter',
      message: expect.stringContaining(`The meter apple cannot be used: powermetrics: `),
    });
    await expect(open(path)).rejects.toThrow(why);
  });

  it('takes no GPU that draws nothing at rest for one without energy', async () => {
    await expect(open(printing([sample('100.00ms', 'GPU Power: 0 mW')]))).rejects.toThrow(
      /Apple M2: its energy counter stands still, and it has no power reading/,
    );
  });

  it('is for Apple’s GPUs alone', async () => {
    await expect(open('/nowhere', { device: { info: standInInfo } })).rejects.toMatchObject({
      code: 'unsuitable-meter',
    });
  });

  it.runIf(isFull)('is confirmed by loads, of a program that is started as macOS’s is', async () => {
    const path = join(folder, 'powermetrics.mjs');
    copyFileSync(join(import.meta.dirname, 'powermetrics.mjs'), path);
    const starter = program(
      `require('node:child_process').spawn(process.execPath, [${JSON.stringify(path)}, ...process.argv.slice(2)], { stdio: 'inherit' });`,
    );
    const run: Device['run'] = async (variant, durationMs) => {
      const fromMs = systemTime.nowMs();
      writeFileSync(`${path}.busy`, '');
      await new Promise((resolve) => setTimeout(resolve, durationMs));
      rmSync(`${path}.busy`);
      const completions = [fromMs, systemTime.nowMs()].map((timeMs, i) => ({
        ...{ timeMs, launches: 10 * i, cpuSeconds: null },
      }));
      return { ok: true, value: { variant, completions } };
    };
    const { meter, reason } = await open(starter, { device: { info, run } });
    expect(readFileSync(`${path}.arguments`, 'utf8')).toBe(
      '--samplers gpu_power --sample-rate 100 --format text --buffer-size 1',
    );
    // In real time: a busy host moves it by a little.
    expect(reason).toMatch(/four loads showed in its power, 0 W without and (?:9|10) W with one/);
    expect(meter.info.estimated).toBe(true);
    expect(await meter.confirm?.({ run }, simulatedVariant('kernel'))).toBe(null);
  });
});
