import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { meterChoices, meterKinds } from '../../src/meter/index.ts';
import { run } from '../support/run-here.ts';

const root = join(import.meta.dirname, '..', '..');
const names = meterKinds.map(({ name }) => name);

function text(...path: string[]): string {
  return readFileSync(join(root, ...path), 'utf8');
}

/** Names of meters, in the order in which a text has them first. */
function namesIn(words: string): string[] {
  return [...new Set(words.match(/[a-z]+(?:-[a-z]+)*/g))].filter((word) =>
    names.some((name) => name === word),
  );
}

describe('the table of meters', () => {
  it('holds names that reports take, each once, and a line about each', () => {
    expect(new Set(names).size).toBe(names.length);
    const { pattern } = JSON.parse(text('schemas', 'report.schema.json')).$defs.ReportMeter.properties.name;
    for (const { name, summary } of meterKinds) {
      expect(name).toMatch(new RegExp(pattern));
      expect(summary).toMatch(/^\S.{10,80}$/);
    }
  });

  it('is what command line and help offer', async () => {
    expect((await run('.', 'guard', '--help')).output).toContain(`(${meterChoices.join(', ')})`);
    const help = (await run('.', 'doctor', '--help')).output;
    for (const { name, summary } of meterKinds) {
      expect(
        help.split('\n').filter((line) => line.startsWith(`  ${name} `) && line.endsWith(` ${summary}`)),
      ).toHaveLength(1);
    }
  });

  it('is what the action and the pages list, in its order', () => {
    expect(namesIn(parse(text('action.yml')).inputs.meter.description)).toEqual(names);
    expect(namesIn(/^\| `meter` \|.*$/m.exec(text('docs', 'action.md'))?.[0] ?? '')).toEqual(names);
    const rows = [...text('docs', 'measuring.md').matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, name]) => name);
    expect(rows.slice(rows.indexOf(names[0]), rows.indexOf('none'))).toEqual(names);
  });

  it('is the only place with names of meters', () => {
    // Two meters are called like the makers of the GPUs that they measure.
    const namesMakers = ['device/command/host-device.ts', 'device/command/said-device.ts'];
    const quoted = new RegExp(`['"](?:${names.filter((name) => name !== 'command').join('|')})['"]`);
    const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).filter(
      (path) => path.endsWith('.ts') && !path.startsWith('meter/') && !namesMakers.includes(path),
    );
    expect(sources.filter((path) => quoted.test(text('src', path)))).toEqual([]);
    const schemas = readdirSync(join(root, 'schemas')).filter((path) => path.endsWith('.json'));
    expect(schemas.filter((path) => quoted.test(text('schemas', path)))).toEqual([]);
  });
});
