import { existsSync } from 'node:fs';
import chromium from '@sparticuz/chromium';
import { type Browser, chromium as launcher } from 'playwright-core';
import { describe, it } from 'vitest';

/** Where Chromium usually is; the one of @sparticuz/chromium is unpacked where there is none. */
const usualPlaces = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

async function launch(extra: readonly string[] = []): Promise<Browser | Error> {
  try {
    const installed = usualPlaces.find((path) => existsSync(path));
    const executablePath = installed ?? (await chromium.executablePath());
    return await launcher.launch({
      executablePath,
      args: ['--no-sandbox', ...(installed === undefined ? chromium.args : []), ...extra],
    });
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/**
 * Specifies something in headless Chromium; `open` launches one, with further
 * arguments where given, and the caller closes it. Where none can be launched the
 * tests are skipped with a warning; in CI (`CI=true`) that is a failure.
 */
export async function describeInBrowser(
  name: string,
  body: (open: (...args: string[]) => Promise<Browser>) => void,
): Promise<void> {
  const first = await launch();
  if (!(first instanceof Error)) {
    await first.close();
    const open = async (...args: string[]) => {
      const browser = await launch(args);
      if (browser instanceof Error) throw browser;
      return browser;
    };
    describe(name, () => body(open));
    return;
  }
  const message = `NO BROWSER, SO NOT TESTED: ${name}. ${first.message}`;
  if (process.env.CI === 'true') {
    describe(name, () => {
      it('has a browser to run in', () => {
        throw new Error(message);
      });
    });
    return;
  }
  console.warn(message);
  describe.skip(name, () => {
    it('needs a browser', () => undefined);
  });
}
