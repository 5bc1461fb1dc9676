import fc from 'fast-check';
import { expect } from 'vitest';
import { JoulegateError } from '../../src/errors/index.ts';
import { isFull } from '../support/full.ts';
import { steersTerminal } from './markdown-rules.ts';

/** Two and a half thousand cases in all, in full four times as many; `scripts/fuzz.mjs` asks for more, and for others. */
const scale = Number(process.env.FUZZ_SCALE ?? (isFull ? 1 : 0.25));
const seed = Number(process.env.FUZZ_SEED ?? 20_260_131);

/** Runs a property on `cases` inputs, as many times more as the scale says. */
export function check<T>(arbitrary: fc.Arbitrary<T>, cases: number, holds: (value: T) => unknown): void {
  const property = fc.property(arbitrary, (value) => {
    holds(value);
  });
  fc.assert(property, { numRuns: Math.ceil(cases * scale), seed });
}

/** As `check`, for what takes its time. */
export async function checkLater<T>(
  arbitrary: fc.Arbitrary<T>,
  cases: number,
  holds: (value: T) => Promise<unknown>,
): Promise<void> {
  const property = fc.asyncProperty(arbitrary, async (value) => {
    await holds(value);
  });
  await fc.assert(property, { numRuns: Math.ceil(cases * scale), seed });
}

/** Holds a refusal to what one has to be: it names `label`, says what to do, and can be printed. Any other error is a crash. */
export function expectRefusal(
  error: unknown,
  label: string,
  kind: JoulegateError['kind'] = 'bad-input',
): JoulegateError {
  if (!(error instanceof JoulegateError)) throw error;
  expect(error.kind).toBe(kind);
  expect(error.message).toContain(label);
  expect(error.message.length).toBeLessThan(5000);
  expect(steersTerminal(error.message.replaceAll('\n', ' '))).toBe(false);
  expect(error.nextStep).not.toBe('');
  return error;
}

/** What a parser made of foreign input: a value, or null where it refused. */
export function parsed<T>(label: string, parse: () => T): T | null {
  try {
    return parse();
  } catch (error) {
    expectRefusal(error, label);
    return null;
  }
}
