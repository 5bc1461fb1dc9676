import { isAbsolute } from 'node:path';

/**
 * Whether what a run is compared with is a folder: a path that says so, `./x`, `../x` or `/x`. A name is looked up in git
 * and nowhere else, because whoever changes the checkout can put a folder of that name there.
 */
export function namesFolder(base: string): boolean {
  return isAbsolute(base) || /^\.\.?(?:[\\/]|$)/.test(base);
}
