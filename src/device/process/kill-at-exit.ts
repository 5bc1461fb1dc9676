const endings = new Set<() => void>();
let installed = false;

/**
 * Calls `end` when this process exits in any way it can notice; of the others what it started has to take notice itself.
 * @returns to be called when there is nothing left to end.
 */
export function killAtExit(end: () => void): () => void {
  if (!installed) {
    installed = true;
    process.on('exit', () => {
      for (const remaining of endings) remaining();
    });
  }
  endings.add(end);
  return () => endings.delete(end);
}
