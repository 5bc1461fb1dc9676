import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type Recording,
  readCachedModel,
  readCachedRecording,
  readModel,
  readRecording,
  readReport,
  readTextFile,
  readTuned,
  writeModel,
  writeRecording,
  writeReport,
} from '../../src/store/index.ts';
import { guardReport, mixedKernels, retunedKernels, retuneReport } from '../report/samples.ts';
import { model, recording } from './samples.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'joulegate-store-'));
  path = join(folder, 'file.json');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function save(data: unknown): string {
  writeFileSync(path, typeof data === 'string' ? data : JSON.stringify(data));
  return path;
}

function problem(action: () => unknown): {
  code: string;
  message: string;
  nextStep: string | null;
  kind: string;
} {
  try {
    action();
  } catch (error) {
    return error as { code: string; message: string; nextStep: string | null; kind: string };
  }
  throw new Error('nothing was thrown');
}

describe('files come back as they were written', () => {
  it.each(['recording.json', 'recording.json.gz'])('%s', (name) => {
    writeRecording(join(folder, name), recording());
    expect(readRecording(join(folder, name))).toEqual(recording());
  });

  it('a cost model', () => {
    writeModel(path, model);
    expect(readModel(path)).toEqual(model);
  });

  it.each([guardReport(mixedKernels), retuneReport(retunedKernels)])('a $kind report', (report) => {
    writeReport(path, report);
    expect(readReport(path)).toEqual(report);
  });

  it('packed by their name, and one measurement a line', () => {
    writeRecording(`${path}.gz`, recording());
    const text = gunzipSync(readFileSync(`${path}.gz`)).toString();
    expect(text).toContain('\n    { "values": [1, 0], "latencyMs": 1.25 },\n');
    expect(text.endsWith('}\n')).toBe(true);
  });
});

describe('a file that cannot be relied on is refused with its name, the reason and what to do', () => {
  const { measurements, ...header } = recording();
  const withMeasurement = (measurement: unknown): unknown => ({ ...header, measurements: [measurement] });

  it.each<[string, unknown, string]>([
    ['no JSON', '{"schema": nonsense', 'is not JSON'],
    ['cut off', JSON.stringify(recording()).slice(0, -20), 'is not JSON'],
    [
      'a merge conflict',
      '{\n<<<<<<< HEAD\n"a": 1\n=======\n"a": 2\n>>>>>>> main\n}',
      'unresolved merge conflict',
    ],
    ['a list', [], 'is not a recording'],
    ['another file', { name: 'package' }, 'is not a recording: it has no "schema"'],
    [
      'another of our files',
      { schema: 'joulegate-tuned', version: 1, entries: [] },
      'it says "joulegate-tuned"',
    ],
    [
      'a later version',
      { ...recording(), version: 2 },
      'has version 2 of its format and this program knows up to 1',
    ],
    ['an unknown field', { ...recording(), surprise: 1 }, "unknown key 'surprise'"],
    ['a missing field', { ...recording(), kernel: undefined }, "misses 'kernel'"],
    ['a negative latency', withMeasurement({ values: [0, 0], latencyMs: -1 }), '/measurements/0/latencyMs'],
    [
      'an infinite latency',
      JSON.stringify(recording()).replace('1.25', '1e999'),
      '/measurements/1/latencyMs',
    ],
    ['a text for a number', withMeasurement({ values: [0, 0], latencyMs: '1' }), 'must be a number'],
    [
      'an index beyond the values',
      withMeasurement({ values: [0, 2], latencyMs: 1 }),
      'a value that "VECTORIZE" lacks',
    ],
    ['too few indices', withMeasurement({ values: [0], latencyMs: 1 }), '1 values for 2 tunables'],
    ['no result', withMeasurement({ values: [0, 0] }), 'neither a latency nor a failure'],
    [
      'features without names',
      withMeasurement({ values: [0, 0], latencyMs: 1, features: [1] }),
      '1 features for 2',
    ],
    [
      'a configuration twice',
      { ...header, measurements: [measurements[1], measurements[1]] },
      'repeats a configuration',
    ],
    ['energy without a meter', { ...recording(), meter: null }, 'no meter'],
    [
      'a tunable twice',
      { ...recording(), tunables: [header.tunables[0], header.tunables[0]] },
      'two tunables "WORKGROUP"',
    ],
    [
      'a value twice',
      { ...header, tunables: [{ name: 'A', values: [1, 1] }], measurements: [] },
      '"A" has a value twice',
    ],
    [
      'a key that would change every object',
      JSON.stringify(recording()).replace('"ROWS":1024', '"__proto__":1'),
      "impossible key '__proto__'",
    ],
    [
      'a family that is no file name',
      JSON.stringify(recording()).replace('mesa-llvmpipe', '../../x'),
      '/device/family',
    ],
  ])('%s', (_, data, reason) => {
    const error = problem(() => readRecording(save(data)));
    expect(error).toMatchObject({
      kind: 'bad-input',
      code: 'damaged-file',
      nextStep: expect.stringMatching(/\.$/),
    });
    expect(error.message).toContain(path);
    expect(error.message).toContain(reason);
  });

  it('names the deepest fault of a report, not that no alternative fits', () => {
    const report = JSON.parse(JSON.stringify(guardReport(mixedKernels)));
    report.kernels[1].verdict = 'fine';
    expect(problem(() => readReport(save(report))).message).toContain('/kernels/1/verdict must be regressed');
    const retune = { ...retuneReport(retunedKernels), exitCode: 7 };
    expect(problem(() => readReport(save(retune))).message).toContain('/exitCode must be 0, 1');
    expect(problem(() => readReport(save({ ...retune, kind: 'both' }))).message).toMatch(/is not valid: /);
  });

  it('without letting its text steer a terminal', () => {
    const error = problem(() => readRecording(save({ schema: '\u001b[2Jjoulegate\u0007', version: 1 })));
    expect(error.message).toContain('it has another "schema"');
    expect(problem(() => readRecording(save('\u001b[31m'))).message).not.toContain('\u001b');
  });

  it('nested without end', () => {
    expect(problem(() => readRecording(save('['.repeat(1e6)))).message).toContain(
      'nested more than 64 levels',
    );
    expect(problem(() => readRecording(save(`{"a":${'{"a":'.repeat(1e5)}`))).message).toContain(
      'nested more than',
    );
  });

  it('a gzip bomb, before it has grown', () => {
    writeFileSync(`${path}.gz`, gzipSync(Buffer.alloc(40 * 1024 * 1024), { level: 1 }));
    expect(problem(() => readTuned(`${path}.gz`))).toMatchObject({
      code: 'file-too-large',
      message: `${path}.gz is too large: unpacked it is more than 32 MiB`,
    });
  });

  it('a gzip file cut off, or none at all', () => {
    const packed = gzipSync(JSON.stringify(recording()));
    for (const bytes of [packed.subarray(0, packed.length - 30), Buffer.from('plain text')]) {
      writeFileSync(`${path}.gz`, bytes);
      expect(problem(() => readRecording(`${path}.gz`))).toMatchObject({
        code: 'damaged-file',
        message: expect.stringContaining('is not a whole gzip file'),
      });
    }
  });

  it('gzip under a plain name', () => {
    writeFileSync(path, gzipSync('{}'));
    expect(problem(() => readRecording(path)).nextStep).toContain('.gz');
  });

  it('one that is not there', () => {
    expect(problem(() => readTuned(path))).toMatchObject({
      code: 'file-not-found',
      message: `${path} does not exist`,
    });
  });

  it('a folder, or a pipe that nobody writes to', () => {
    expect(problem(() => readRecording(folder)).message).toContain('is a folder');
    execFileSync('mkfifo', [path]);
    expect(problem(() => readRecording(path)).message).toContain('it is not a file');
  });

  it('a file beyond the size asked for', () => {
    expect(readTextFile(save('12345'), 5)).toBe('12345');
    expect(problem(() => readTextFile(path, 4))).toMatchObject({ code: 'file-too-large' });
  });
});

describe('a file from a cache', () => {
  it('is used if it is right', () => {
    writeModel(path, model);
    expect(readCachedModel(path)).toEqual({ value: model });
  });

  it('is missed without a word', () => {
    expect(readCachedModel(path)).toEqual({ value: null, aside: null });
  });

  it('is set aside if it is not, every time anew', () => {
    for (const n of [1, 2]) {
      save(`damage ${n}`);
      const { value, aside } = readCachedModel(path) as { value: null; aside: string };
      expect(value).toBeNull();
      expect(aside).toContain('is not JSON');
      expect(aside).toContain(`set aside as ${path}.damaged-${n}`);
      expect(readFileSync(`${path}.damaged-${n}`, 'utf8')).toBe(`damage ${n}`);
    }
    expect(readdirSync(folder).sort()).toEqual(['file.json.damaged-1', 'file.json.damaged-2']);
  });

  it('does not fill the disk with damaged ones', () => {
    for (let n = 1; n <= 12; n++) {
      save(`damage ${n}`);
      readCachedRecording(path);
    }
    expect(readdirSync(folder)).toHaveLength(9);
    expect(readFileSync(`${path}.damaged-9`, 'utf8')).toBe('damage 12');
  });

  it('with rows of the wrong length is not used', () => {
    save({ ...model, featureNames: ['flops'] });
    expect(readCachedModel(path)).toMatchObject({ aside: expect.stringContaining('2 features for 1') });
  });
});

it('nothing is written that could not be read back', () => {
  const wrong = recording({ kernel: '' });
  expect(() => writeRecording(path, wrong)).toThrow(/refusing to write a recording/);
  const energyWithoutMeter: Recording = recording({ meter: null });
  expect(() => writeRecording(path, energyWithoutMeter)).toThrow(/no meter/);
  mkdirSync(join(folder, 'empty'));
  expect(readdirSync(folder)).toEqual(['empty']);
});
