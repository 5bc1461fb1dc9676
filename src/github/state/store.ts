import type { Outcome } from '../outcome.ts';

export interface RestoredState extends Outcome<'restored' | 'missing' | 'off'> {
  /** What was saved, unchecked; null unless restored. */
  readonly bytes: Uint8Array | null;
  /** Whether it was read, or is known not to be there. What could not be asked for may be there: nothing may replace it. */
  readonly isKnown: boolean;
}

export type SavedState = Outcome<'saved' | 'kept' | 'read-only' | 'off'>;

/** Where states lie, without the rules of when they are kept. What goes wrong is an outcome, never an exception. */
export interface StateStore {
  restore(): Promise<RestoredState>;
  save(bytes: Uint8Array): Promise<SavedState>;
}
