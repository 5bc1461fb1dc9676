/** No answer within the time it was given. */
export class DeadlineError extends Error {
  constructor(seconds: number) {
    super(`no answer within ${seconds} s`);
    this.name = 'DeadlineError';
  }
}

/** The run is being ended. */
export class CancelledError extends Error {
  constructor() {
    super('the run was cancelled');
    this.name = 'CancelledError';
  }
}

/**
 * The result of `work`, or a `DeadlineError`, or an error as soon as `signal` is aborted. The work itself cannot be stopped: it goes on without being heard and
 * must not keep the process alive, which ends with `process.exit` in any case.
 */
export async function withDeadline<T>(
  seconds: number,
  work: () => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  if (signal?.aborted === true) throw new CancelledError();
  let timer: NodeJS.Timeout | undefined;
  let cancel = (): void => undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new DeadlineError(seconds)), seconds * 1000);
    cancel = () => reject(new CancelledError());
    signal?.addEventListener('abort', cancel, { once: true });
  });
  const result = work();
  try {
    return await Promise.race([result, late]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', cancel);
    // A rejection after the deadline has nobody to hear it and would end the process.
    result.catch(() => undefined);
  }
}
