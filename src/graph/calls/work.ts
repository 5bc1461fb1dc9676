import type { Call } from './call.ts';

/** What one operator of a network does, with what is fused into it. */
export interface Work {
  /** What the file calls the operator. */
  readonly operator: string;
  /** The operator of ours that does it; null: none does. */
  readonly call: Call | null;
  /** Why none does. */
  readonly reason: string | null;
  /** Multiplications with an addition of all its runs together. */
  readonly macs: number;
  /** Bytes that all its runs read and write, weights included. */
  readonly bytes: number;
  /** Runs per inference. */
  readonly times: number;
  /** False: its shapes are not known, and neither is what it costs. */
  readonly isCounted: boolean;
}
