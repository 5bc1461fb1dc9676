import { expect, it } from 'vitest';
import { ExitCode, JoulegateError } from '../../src/errors/index.ts';

it('takes the codes of its kind, and no other compiles', () => {
  const error = new JoulegateError('could-not-measure', 'no GPU', { code: 'no-gpu' });
  expect(error).toMatchObject({ code: 'no-gpu', exitCode: ExitCode.couldNotMeasure, nextStep: null });
  // @ts-expect-error misspelt
  new JoulegateError('could-not-measure', 'no GPU', { code: 'no-gpus' });
  // @ts-expect-error another kind's
  new JoulegateError('bad-input', 'no GPU', { code: 'no-gpu' });
});
