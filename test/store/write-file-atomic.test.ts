import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeFileAtomic } from '../../src/store/index.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'joulegate-store-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('writing a file', () => {
  it('makes missing folders and leaves only the file behind', () => {
    const path = join(folder, 'a', 'b', 'file.json');
    writeFileAtomic(path, 'text µ');
    expect(readFileSync(path, 'utf8')).toBe('text µ');
    expect(readdirSync(join(folder, 'a', 'b'))).toEqual(['file.json']);
  });

  it('replaces the old content as a whole', () => {
    const path = join(folder, 'file');
    writeFileAtomic(path, 'a long first content');
    writeFileAtomic(path, new Uint8Array([104, 105]));
    expect(readFileSync(path, 'utf8')).toBe('hi');
    expect(readdirSync(folder)).toEqual(['file']);
  });

  it('replaces a link and leaves what it pointed to alone', () => {
    const outside = join(folder, 'outside');
    writeFileSync(outside, 'precious');
    symlinkSync(outside, join(folder, 'link'));
    writeFileAtomic(join(folder, 'link'), 'new');
    expect(readFileSync(outside, 'utf8')).toBe('precious');
    expect(readFileSync(join(folder, 'link'), 'utf8')).toBe('new');
  });

  it('says which file could not be written and leaves nothing half-made', () => {
    // A folder in the way: the rename fails after everything was written.
    const path = join(folder, 'taken');
    mkdirSync(join(path, 'inner'), { recursive: true });
    expect(() => writeFileAtomic(path, 'x')).toThrow(
      expect.objectContaining({
        kind: 'bad-input',
        code: 'cannot-write',
        message: expect.stringContaining(path),
      }),
    );
    expect(readdirSync(folder)).toEqual(['taken']);
  });

  it('refuses a folder that is a file', () => {
    writeFileSync(join(folder, 'plain'), 'x');
    expect(() => writeFileAtomic(join(folder, 'plain', 'file'), 'x')).toThrow(
      expect.objectContaining({ code: 'cannot-write' }),
    );
    expect(readFileSync(join(folder, 'plain'), 'utf8')).toBe('x');
  });
});
