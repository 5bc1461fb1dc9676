import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  emptyTuned,
  formatTuned,
  parseTuned,
  readTuned,
  readTunedIfPresent,
  tunedConfiguration,
  withTunedEntry,
  writeTuned,
} from '../../src/store/index.ts';
import { tunedEntry } from './samples.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'joulegate-tuned-'));
  path = join(folder, 'tuned.json');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const other = tunedEntry({ kernel: 'matmul', configuration: { TILE: 8 } });

describe('the tuned state', () => {
  it('knows a configuration per kernel, workload and family', () => {
    const tuned = withTunedEntry(emptyTuned(), tunedEntry());
    expect(tunedConfiguration(tuned, 'softmax', 'ROWS=1024', 'nvidia-h200')).toEqual({
      WORKGROUP: 64,
      VECTORIZE: true,
    });
    expect(tunedConfiguration(tuned, 'softmax', 'ROWS=2048', 'nvidia-h200')).toBeNull();
    expect(tunedConfiguration(tuned, 'softmax', 'ROWS=1024', 'nvidia-a100')).toBeNull();
    expect(tunedConfiguration(tuned, 'matmul', 'ROWS=1024', 'nvidia-h200')).toBeNull();
  });

  it('replaces what it had for the same kernel, workload and family, and only that', () => {
    const better = tunedEntry({ configuration: { WORKGROUP: 128, VECTORIZE: true } });
    const tuned = [tunedEntry(), other, better].reduce(withTunedEntry, emptyTuned());
    expect(tuned.entries).toEqual([other, better]);
  });

  it('leaves the state it was made from as it was', () => {
    const before = withTunedEntry(emptyTuned(), tunedEntry());
    withTunedEntry(before, tunedEntry({ seed: 9 }));
    expect(before.entries).toEqual([tunedEntry()]);
  });

  it('is the same file to the byte, in whatever order it came to be', () => {
    const second = tunedEntry({ family: 'amd-mi300' });
    const orders = [
      [tunedEntry(), other, second],
      [second, tunedEntry(), other],
      // Fields in another order, as a hand might have written them.
      [other, Object.fromEntries(Object.entries(tunedEntry()).reverse()) as never, second],
    ];
    const texts = orders.map((entries) => formatTuned(entries.reduce(withTunedEntry, emptyTuned())));
    expect(new Set(texts).size).toBe(1);
  });

  it('is a file in which a new configuration is a diff of a few lines', () => {
    writeTuned(path, withTunedEntry(emptyTuned(), tunedEntry()));
    expect(readFileSync(path, 'utf8')).toBe(`{
  "schema": "joulegate-tuned",
  "version": 1,
  "entries": [
    {
      "kernel": "softmax",
      "workload": { "name": "ROWS=1024", "parameters": { "ROWS": 1024 } },
      "family": "nvidia-h200",
      "configuration": { "WORKGROUP": 64, "VECTORIZE": true },
      "latencyMs": 0.912,
      "joules": 0.0213,
      "estimated": false,
      "device": "NVIDIA H200",
      "driver": "570.86",
      "identity": "${'a'.repeat(64)}",
      "trials": 512,
      "energyMeasurements": 60,
      "seed": 1,
      "measuredAt": "2025-06-01T12:00:00.000Z"
    }
  ]
}
`);
    expect(readTuned(path).entries).toEqual([tunedEntry()]);
  });

  it('is absent, or right, or an error', () => {
    expect(readTunedIfPresent(path)).toBeNull();
    writeTuned(path, emptyTuned());
    expect(readTunedIfPresent(path)).toEqual(emptyTuned());
    writeFileSync(path, '{}');
    expect(() => readTunedIfPresent(path)).toThrow(expect.objectContaining({ code: 'damaged-file' }));
  });

  it('is read from text of another revision, with its name in messages', () => {
    expect(parseTuned(formatTuned(emptyTuned()), 'main:tuned.json')).toEqual(emptyTuned());
    expect(() => parseTuned('', 'main:tuned.json')).toThrow(/^main:tuned\.json is not JSON/);
  });

  it('has each choice once', () => {
    const twice = { ...emptyTuned(), entries: [tunedEntry(), tunedEntry({ seed: 2 })] };
    expect(() => parseTuned(JSON.stringify(twice), 'tuned.json')).toThrow(
      'kernel "softmax", workload "ROWS=1024", family "nvidia-h200" is there twice',
    );
  });
});
