/** What the CEL library parses an expression into, and what it finds wrong with one. */
import type { ASTNode } from '@marcbachmann/cel-js';

export type CelNode = ASTNode;

/** A fault as the library reports it. */
export interface CelFault {
  readonly code: string;
  readonly summary: string;
  readonly start: number;
  readonly end: number;
}
