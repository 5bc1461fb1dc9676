import { readFileSync } from 'node:fs';
import { type Commands, readRunner } from '../../github/index.ts';
import { restoreLeftClocks } from '../../meter/index.ts';
import { nativeSearch } from '../../native/index.ts';
import type { Host } from '../host.ts';
import { lockFolderOf } from '../laboratory/index.ts';
import { fetchNative } from './run-action.ts';

/** The action's post step: whatever became of the run, no clock stays locked. Never fails the job. */
export async function runPost(host: Host, commands: Commands): Promise<void> {
  try {
    const runner = readRunner(host.environment, (path) => readFileSync(path, 'utf8'));
    const notes = await restoreLeftClocks({
      lockFolder: lockFolderOf(host.environment),
      nvmlLibrary: host.environment.JOULEGATE_NVML_LIBRARY,
      // What the main step fetched is found again, without a network.
      native: async () =>
        nativeSearch(host.workerPath, { ...host.environment, ...(await fetchNative(host, runner)) }),
    });
    for (const note of notes) commands.warning(note, { title: 'Joulegate' });
  } catch (error) {
    commands.warning(`Clocks could not be looked after: ${error instanceof Error ? error.message : error}`, {
      title: 'Joulegate',
    });
  }
}
