import { readdirSync } from 'node:fs';
import { JoulegateError } from '../../errors/index.ts';
import type { NativeSearch } from '../../native/index.ts';
import { listGpus } from '../nvml/gpus.ts';
import { openNvml } from '../nvml/library.ts';
import { nvmlLibraryPath } from '../nvml/usual-library.ts';
import { lockGpu } from '../sensor/lock.ts';
import { systemTime } from '../sensor/time.ts';
import { markPath, removeMark } from './mark.ts';

/**
 * Restores the clocks of boards that ended runs left locked, as their marks in `lockFolder` say. A board that is being
 * measured is left alone: whoever measures it restores it. Marks are believed for which boards, and for nothing else.
 * @returns what was done or could not be, in sentences; empty if nothing was left, which is found out without NVML
 */
export async function restoreLeftClocks(options: {
  readonly lockFolder: string;
  readonly nvmlLibrary: string | undefined;
  /** Asked for only if something was left: it may have to fetch native parts. */
  native(): Promise<NativeSearch>;
}): Promise<readonly string[]> {
  const { lockFolder, native } = options;
  const nvmlLibrary = nvmlLibraryPath(options.nvmlLibrary);
  if (!namesIn(lockFolder).some((name) => /^joulegate-.+\.clocks$/.test(name))) return [];
  const opened = await openNvml(nvmlLibrary, await native());
  if (!opened.ok) return [`A run left a clock locked, and it cannot be restored: ${opened.why}.`];
  const notes: string[] = [];
  try {
    const { candidates } = await listGpus(opened.value, '/proc', nvmlLibrary);
    for (const { sensor, clocks } of candidates) {
      const path = markPath(lockFolder, sensor.key);
      if (
        clocks === undefined ||
        path === null ||
        !namesIn(lockFolder).includes(`joulegate-${sensor.key}.clocks`)
      )
        continue;
      const lock = await lockOrNull(lockFolder, sensor.key, sensor.label);
      if (lock === null) continue;
      try {
        const unlocked = await clocks.unlock();
        if (unlocked.ok) removeMark(path);
        notes.push(
          unlocked.ok
            ? `${sensor.label}: its clock, which a run had left locked, was restored.`
            : `${sensor.label}: a run left its clock locked, and it cannot be restored: ${unlocked.why}.`,
        );
      } finally {
        lock.release();
      }
    }
  } finally {
    await opened.value.close();
  }
  return notes;
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** null: somebody measures it. */
async function lockOrNull(folder: string, key: string, label: string) {
  try {
    return await lockGpu({ folder, key, label, waitMs: 0, time: systemTime });
  } catch (error) {
    if (error instanceof JoulegateError && error.code === 'gpu-in-use') return null;
    throw error;
  }
}
