/** Something that a run can do without. */
export interface OptionalPart<T> {
  /** What is lost without it, one clause: `nothing is advised`. */
  readonly cost: string;
  /** What the run goes on with. */
  readonly otherwise: T;
  readonly warn: (text: string) => void;
}

function said<T>({ cost, otherwise, warn }: OptionalPart<T>, error: unknown): T {
  const reason = error instanceof Error ? error.message : String(error);
  warn(`${reason.replace(/\.$/, '')}: ${cost}.`);
  return otherwise;
}

/**
 * The one way to do what a verdict must not depend on: after measuring, whatever it throws, faults of ours included, costs
 * that part and a warning.
 */
export async function optional<T>(part: OptionalPart<T>, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    return said(part, error);
  }
}

/** `optional` for what is done at once. */
export function optionalNow<T>(part: OptionalPart<T>, work: () => T): T {
  try {
    return work();
  } catch (error) {
    return said(part, error);
  }
}
