import { JoulegateError } from '../../errors/index.ts';

/** One thing that `doctor` looked at. */
export interface Finding {
  readonly ok: boolean;
  /** What was looked at. */
  readonly subject: string;
  /** What was found, or what is wrong. */
  readonly detail: string;
  /** How to get what is missing; null if nothing is. */
  readonly nextStep: string | null;
}

export function good(subject: string, detail: string): Finding {
  return { ok: true, subject, detail, nextStep: null };
}

export function wrong(subject: string, detail: string, nextStep: string | null): Finding {
  return { ok: false, subject, detail, nextStep };
}

/** What was thrown where something was looked at. */
export function thrown(subject: string, error: unknown): Finding {
  if (error instanceof JoulegateError) return wrong(subject, error.message, error.nextStep);
  const message = error instanceof Error ? error.message : String(error);
  return wrong(
    subject,
    `it could not be looked at: ${message}`,
    'This is a bug. Please report it with this text.',
  );
}

/** Findings of one check, each on its own: what it throws becomes one, and costs no other check its findings. */
export async function checked(
  subject: string,
  check: () => Promise<readonly Finding[]> | readonly Finding[],
): Promise<readonly Finding[]> {
  try {
    return await check();
  } catch (error) {
    return [thrown(subject, error)];
  }
}
