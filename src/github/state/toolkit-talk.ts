type Write = typeof process.stdout.write;

/** What work came to, and what was printed meanwhile. */
export interface Overheard<T> {
  readonly result: T;
  /** Lines, without their ends. */
  readonly lines: readonly string[];
}

/**
 * Does something with the toolkit and listens to what it prints: some of its calls return the same for "there is nothing" and for "it
 * went wrong", and tell them apart in the log alone. Everything is printed as it would be. One call at a time.
 */
export async function overhear<T>(work: () => Promise<T>): Promise<Overheard<T>> {
  const { stdout } = process;
  const write: Write = stdout.write;
  const printed: string[] = [];
  const listening = (...args: Parameters<Write>): boolean => {
    printed.push(typeof args[0] === 'string' ? args[0] : Buffer.from(args[0]).toString());
    return Reflect.apply(write, stdout, args) as boolean;
  };
  stdout.write = listening as Write;
  try {
    const result = await work();
    return { result, lines: printed.join('').split(/\r?\n/) };
  } finally {
    stdout.write = write;
  }
}
