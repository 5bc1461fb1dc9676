/** Where a long-running mode says what it is doing. Implemented by the entries. */
export interface Progress {
  /** A new stage begins. */
  stage(title: string): void;
  /** What is happening right now; replaces the previous status. */
  update(status: ProgressStatus): void;
  /** Something worth keeping on the screen. */
  note(text: string): void;
  warn(text: string): void;
}

export interface ProgressStatus {
  readonly text: string;
  /** Share of the current stage that is done, 0 to 1. */
  readonly share?: number;
  readonly secondsLeft?: number;
}
