/** No answer within the time it was given. */
export class DeadlineError extends Error {
  constructor(seconds: number) {
    super(`no answer within ${seconds} s`);
    this.name = 'DeadlineError';
  }
}

/**
 * The result of `work`, or a `DeadlineError`. The work itself cannot be stopped: it goes on without being heard and
 * must not keep the process alive, which ends with `process.exit` in any case.
 */
export async function withDeadline<T>(seconds: number, work: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new DeadlineError(seconds)), seconds * 1000);
  });
  const result = work();
  try {
    return await Promise.race([result, late]);
  } finally {
    clearTimeout(timer);
    // A rejection after the deadline has nobody to hear it and would end the process.
    result.catch(() => undefined);
  }
}
