import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatProblems } from '../../src/manifest/index.ts';
import { parse, softmax } from './support.ts';

/** A few edits of the design's example: pieces cut out, doubled, or replaced by what YAML and CEL give a meaning. */
const edited = fc
  .array(
    fc.record({
      at: fc.nat(softmax.length),
      cut: fc.nat(12),
      paste: fc.constantFrom(
        '',
        '',
        '{',
        '}',
        '[',
        ']',
        ': ',
        '- ',
        '\n',
        '\n  ',
        '"',
        "'",
        '&a ',
        '*a',
        '#',
        '!',
        '|',
        '1e999',
        '-1',
        'null',
        'COLS',
        '%',
        '\t',
        '\u0000',
        '__proto__',
        'constructor',
      ),
    }),
    { minLength: 1, maxLength: 4 },
  )
  .map((edits) =>
    edits.reduce((text, { at, cut, paste }) => text.slice(0, at) + paste + text.slice(at + cut), softmax),
  );

describe('a damaged manifest', () => {
  it('never throws, is refused exactly if a fault is an error, and every fault lies in the text', () => {
    fc.assert(
      fc.property(edited, (text) => {
        const { manifest, problems } = parse(text);
        const errors = problems.filter(({ severity }) => severity === 'error');
        expect(manifest === null).toBe(errors.length > 0);
        const lines = text.split('\n');
        for (const problem of problems) {
          const line = lines[problem.line - 1] as string;
          expect(problem.sourceLine).toBe(line.replace(/\r$/, ''));
          expect(problem.column).toBeGreaterThanOrEqual(1);
          expect(problem.column).toBeLessThanOrEqual(line.length + 1);
          expect(problem.length).toBeGreaterThanOrEqual(1);
          expect(problem.nextStep).not.toBeNull();
        }
        expect(formatProblems(problems, { colour: false })).not.toMatch(/undefined|\[object Object/);
      }),
      { numRuns: 100 },
    );
  });
});
