import { expect, it } from 'vitest';
import { JoulegateError } from '../../src/errors/index.ts';
import { parseTuned, unpackState } from '../../src/store/index.ts';
import { unusableStates } from '../hostile/unusable-states.ts';

function refusalOf(bytes: Uint8Array): unknown {
  try {
    return unpackState(bytes, 'the kept state');
  } catch (error) {
    return error;
  }
}

it.each(Object.entries(unusableStates))(
  'a kept state that is %s is refused, with its name and the reason',
  (_, { bytes, says }) => {
    const refusal = refusalOf(bytes);
    expect(refusal).toBeInstanceOf(JoulegateError);
    expect(refusal).toMatchObject({ kind: 'bad-input', code: 'damaged-file' });
    expect(refusal).toHaveProperty('message', expect.stringContaining('the kept state'));
    expect(refusal).toHaveProperty('message', expect.stringContaining(says));
  },
);

it('a refusal quotes no more of a file than can be read', () => {
  const key = 'x'.repeat(100_000);
  const text = JSON.stringify({ schema: 'joulegate-tuned', version: 1, entries: [], [key]: 1 });
  const read = () => parseTuned(text, 'tuned.json');
  expect(read).toThrow(/^tuned\.json is not valid: the file has an unknown key 'x{900,}…$/);
  expect(read).not.toThrow(/.{1100}/);
});
