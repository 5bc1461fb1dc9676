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
