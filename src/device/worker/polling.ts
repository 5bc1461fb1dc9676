/**
 * Dawn's Node binding waits for the GPU by calling the global `setImmediate` over and over, which keeps one CPU core
 * busy. On a software adapter that core belongs to the kernel, and its time would count as the kernel's energy (seen:
 * half of all CPU seconds, and launches 1.3 to 1.5 times as long on two cores). So the global is replaced by one that
 * looks about once a millisecond, except while the caller asks for haste.
 */
export interface Polling {
  /** Smallest time between two looks at the GPU, in milliseconds. */
  readonly periodMs: number;
  /** Looks without pause while `work` runs, for measuring short things by the wall clock. */
  eagerly<T>(work: () => Promise<T>): Promise<T>;
}

const quietPeriodMs = 1;

/** Installs the paced `setImmediate`. Once per process, before Dawn is loaded. */
export function installPolling(): Polling {
  const immediately = globalThis.setImmediate;
  let eager = 0;
  const paced = (callback: (...parameters: unknown[]) => void, ...parameters: unknown[]): unknown =>
    eager > 0
      ? immediately(callback, ...parameters)
      : globalThis.setTimeout(callback, quietPeriodMs, ...parameters);
  Object.defineProperty(globalThis, 'setImmediate', { value: paced, configurable: true, writable: true });
  return {
    periodMs: quietPeriodMs,
    async eagerly(work) {
      eager++;
      try {
        return await work();
      } finally {
        eager--;
      }
    },
  };
}
