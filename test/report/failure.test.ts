import { describe, expect, it } from 'vitest';
import { readComment, renderComment, renderFailure, rowOfFailure } from '../../src/report/index.ts';
import { origin, place } from './comment-rows.ts';

/** What GitHub takes of a check run's summary; a comment may have one character more. */
const most = 65_535;
const heading = '## ⚠️ Joulegate: no verdict';

describe('what stands where a report would', () => {
  it('is each line of the message as code', () => {
    expect(renderFailure('The manifest is faulty\n\n  kernels: none')).toBe(
      `${heading}\n\n\`The manifest is faulty\`\n\n\`kernels: none\``,
    );
  });

  it.each([
    ['a script that is written as references', '核'.repeat(300)],
    ['characters beyond the first plane', '𓀀'.repeat(150)],
    ['marks', '"<|'.repeat(100)],
    ['arrows, of three bytes each', '→'.repeat(300)],
  ])('is never longer than GitHub takes: sixty lines of %s', (_, line) => {
    const message = Array.from({ length: 60 }, () => line).join('\n');
    const text = renderFailure(message);
    const comment = renderComment([rowOfFailure(message, origin)], place);
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(most);
    expect(comment.length).toBeLessThanOrEqual(most);
    // Nothing is cut within its markup, and none of it goes unsaid.
    const parts = text.split('\n\n').slice(1);
    const left = Number(/^(\d+) more lines are in the log\.$/.exec(parts.at(-1) ?? '')?.[1] ?? 0);
    const whole = parts.slice(0, left === 0 ? undefined : -1);
    expect(whole.length + left).toBe(60);
    for (const part of whole) expect(part).toMatch(/^(?:<code>[^<>]*<\/code>|`[^`]*`)$/);
    expect(comment).toContain('## ⚠️ Joulegate: no verdict\n');
    expect(comment).toContain('37 more lines are in the log.');
    expect(readComment(comment)?.rows).toHaveLength(1);
  });

  it('counts the lines that it leaves out', () => {
    const lines = Array.from({ length: 61 }, (_, i) => `fault ${i}`);
    expect(renderFailure(lines.join('\n')).endsWith('`fault 59`\n\n1 more line is in the log.')).toBe(true);
  });
});
