import type { ChildProcess } from 'node:child_process';

const living = new Set<ChildProcess>();
let installed = false;

/**
 * Kills `child` when this process exits in any way it can notice; the child watches for the others itself.
 * @returns to be called when the child has ended by itself.
 */
export function killAtExit(child: ChildProcess): () => void {
  if (!installed) {
    installed = true;
    process.on('exit', () => {
      for (const remaining of living) remaining.kill('SIGKILL');
    });
  }
  living.add(child);
  return () => living.delete(child);
}
