import { join } from 'node:path';
import type { Commands, Inputs, Runner } from '../../github/index.ts';
import type { Host } from '../host.ts';

/** What a mode of the action works with. */
export interface ModeTask {
  readonly host: Host;
  readonly commands: Commands;
  readonly runner: Runner;
  readonly inputs: Inputs;
}

/** Folder that reports are written to; emptied by the runner after the job. */
export function reportFolderOf(runner: Runner): string {
  return join(runner.temporaryFolder, 'joulegate', 'report');
}

/** Says that a report could not be written. It is shown everywhere else, so the verdict stands. */
export function reportFault({ commands }: Pick<ModeTask, 'commands'>): (message: string) => void {
  return (message) => commands.warning(`The report is incomplete: ${message}`, { title: 'Joulegate' });
}
