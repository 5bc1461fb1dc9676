import { describe, it } from 'vitest';
import { hasCompiler } from './library.ts';

export {
  counterModes,
  type DriverAge,
  NvmlStandIn,
  removeStandIns,
} from './library.ts';

/**
 * Specifies something over a shared library that is compiled here. Without a C compiler it is skipped with a warning; in CI
 * (`CI=true`) that is a failure.
 */
export function describeWithStandIn(name: string, body: () => void): void {
  if (process.platform === 'linux' && hasCompiler()) {
    describe(name, body);
    return;
  }
  const message = `NO C COMPILER, SO NOT TESTED: ${name}. Install gcc, or name a compiler in CC.`;
  if (process.env.CI === 'true') {
    describe(name, () => {
      it('has a compiler', () => {
        throw new Error(message);
      });
    });
    return;
  }
  console.warn(message);
  describe.skip(name, () => {
    it('needs a compiler', () => undefined);
  });
}
