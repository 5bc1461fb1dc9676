import { describe, expect, it } from 'vitest';
import { createTerminalProgress } from '../../src/cli/index.ts';

function progressOn(isTTY: boolean) {
  const written: string[] = [];
  let nowMs = 0;
  const stream = { isTTY, columns: 40, write: (text: string) => written.push(text) };
  const progress = createTerminalProgress(stream, () => nowMs);
  return { progress, written, advance: (ms: number) => (nowMs += ms) };
}

describe('progress on a terminal', () => {
  it('rewrites one line and clears it before anything that stays', () => {
    const { progress, written, advance } = progressOn(true);
    progress.update({ text: 'searching', share: 0.5, secondsLeft: 3.2 });
    advance(1000);
    progress.note('found');
    expect(written).toEqual(['\r\x1b[2K  searching 50 %, about 4 s left', '\r\x1b[2K', 'found\n']);
  });

  it('cuts a status to the width of the terminal', () => {
    const { progress, written } = progressOn(true);
    progress.update({ text: 'x'.repeat(100) });
    expect(written[0]).toHaveLength('\r\x1b[2K'.length + 39);
  });
});

describe('progress elsewhere', () => {
  it('prints a status every five seconds at most, without escapes', () => {
    const { progress, written, advance } = progressOn(false);
    progress.stage('stage');
    advance(4_999);
    progress.update({ text: 'early' });
    advance(1);
    progress.update({ text: 'due' });
    progress.update({ text: 'again' });
    expect(written).toEqual(['stage\n', '  due\n']);
  });

  it('lets no control character of a file or driver through', () => {
    const { progress, written } = progressOn(false);
    progress.warn('evil\u001b[2Jname\u0007');
    expect(written).toEqual(['warning: evil [2Jname \n']);
  });
});
