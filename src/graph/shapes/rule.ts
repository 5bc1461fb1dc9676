import type { ElementType } from '../graph.ts';
import type { NodeView } from './node-view.ts';

/** What a rule says of one output. */
export interface Result {
  readonly shape: readonly number[];
  /** That of the first input unless given. */
  readonly element?: ElementType;
  /** Its elements, if they could be computed. */
  readonly values?: readonly number[] | null;
}

/** The outputs of an operator, in order. @throws NotKnown */
export type Rule = (node: NodeView) => readonly Result[];

/** Several operators of one rule. */
export function named(names: string, rule: Rule): Readonly<Record<string, Rule>> {
  return Object.fromEntries(names.split(' ').map((name) => [name, rule]));
}
