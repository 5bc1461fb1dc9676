import { expect, it } from 'vitest';
import { JoulegateError } from '../../src/errors/index.ts';
import { unpackState } from '../../src/store/index.ts';
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
