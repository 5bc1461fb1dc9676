import { elementBits, elements } from '../graph.ts';
import type { Known, NodeView } from '../shapes/index.ts';

type Parameter = number | boolean | string;

/** A workload of one of our operators. */
export interface Call {
  readonly operator: string;
  /** Without those that have the operator's own default. */
  readonly parameters: Readonly<Record<string, Parameter>>;
}

/** A call; null for what is no work when a network runs; or why none of our operators does it. */
export type Answer = Call | string | null;

/** How an operator of a model file is one of ours. */
export interface Mapping {
  /** Multiplications with an addition; 0 unless given. @throws NotKnown */
  readonly macs?: (node: NodeView) => number;
  /** @throws NotKnown */
  readonly call: (node: NodeView) => Answer;
}

/** Several operators of one mapping. */
export function mapped(names: string, mapping: Mapping): Readonly<Record<string, Mapping>> {
  return Object.fromEntries(names.split(' ').map((name) => [name, mapping]));
}

/** A call on elements of the node's result's type. Parameters that are undefined have their default. */
export function callOf(
  node: NodeView,
  operator: string,
  parameters: Readonly<Record<string, Parameter | undefined>>,
): Call | string {
  const { element } = node.output();
  if (element !== 'f32' && element !== 'f16') return `elements of type ${element}`;
  const given = Object.entries(parameters).filter(
    (entry): entry is [string, Parameter] => entry[1] !== undefined,
  );
  return {
    operator,
    parameters: { ...Object.fromEntries(given), ...(element === 'f16' ? { type: element } : {}) },
  };
}

/** A number where it differs from the operator's default. */
export function unless(byDefault: number, value: number): number | undefined {
  return value === byDefault ? undefined : value;
}

/** True, or nothing: false is the default of all our switches. */
export function when(condition: boolean): true | undefined {
  return condition ? true : undefined;
}

/** Bytes of an array. */
export function bytesOf({ element, shape }: Pick<Known, 'element' | 'shape'>): number {
  return Math.ceil((elements(shape) * elementBits[element]) / 8);
}
