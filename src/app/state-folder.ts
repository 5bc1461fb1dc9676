import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { JoulegateError } from '../errors/index.ts';
import { writeFileAtomic } from '../store/index.ts';
import type { Host } from './host.ts';

/**
 * The folder beside a manifest that keeps the cost model and unfinished searches. Git is told to leave it alone. Where
 * it cannot be made the run goes on without: it only costs what could have been remembered.
 */
export function openStateFolder(host: Host, manifestFolder: string): string {
  const folder = join(manifestFolder, '.joulegate');
  const ignore = join(folder, '.gitignore');
  try {
    mkdirSync(folder, { recursive: true });
    if (!existsSync(ignore)) writeFileAtomic(ignore, '*\n');
  } catch (error) {
    if (!(error instanceof JoulegateError) && (error as NodeJS.ErrnoException).code === undefined)
      throw error;
    host.progress.warn(
      `${folder} cannot be used: ${(error as Error).message}. Nothing is kept between runs.`,
    );
  }
  return folder;
}
