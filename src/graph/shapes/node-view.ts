import type { Attribute, ElementType, GraphNode } from '../graph.ts';

/** An array of which the shape is known. */
export interface Known {
  readonly element: ElementType;
  readonly shape: readonly number[];
  /** Its elements, where they are few and do not depend on the network's inputs. */
  readonly values: readonly number[] | null;
  /** Whether it depends on nothing that the network is given: whoever runs it has computed it beforehand. */
  readonly isConstant: boolean;
}

/** Thrown by what asks for a shape or a value that nothing is known of; costs that operator its shapes. */
export class NotKnown extends Error {}

/** An operator together with what is known of the arrays around it. */
export class NodeView {
  readonly node: GraphNode;
  readonly #inputs: readonly (Known | null)[];
  readonly #outputs: readonly (Known | null)[];

  /** Inputs and outputs in the operator's order; null: not given, or nothing is known of it. */
  constructor(node: GraphNode, inputs: readonly (Known | null)[], outputs: readonly (Known | null)[] = []) {
    this.node = node;
    this.#inputs = inputs;
    this.#outputs = outputs;
  }

  get inputs(): readonly (Known | null)[] {
    return this.#inputs;
  }

  get outputs(): readonly (Known | null)[] {
    return this.#outputs;
  }

  /** @throws NotKnown */
  input(at: number): Known {
    const known = this.optional(at);
    if (known === null) throw new NotKnown(`input ${at}`);
    return known;
  }

  /** @throws NotKnown */
  output(at = 0): Known {
    const known = this.#outputs[at] ?? null;
    if (known === null) throw new NotKnown(`output ${at}`);
    return known;
  }

  /** null where the input is not given; @throws NotKnown where it is and has no known shape */
  optional(at: number): Known | null {
    const known = this.#inputs[at] ?? null;
    if (known === null && this.has(at)) throw new NotKnown(`input ${at}`);
    return known;
  }

  /** Whether an input is given. */
  has(at: number): boolean {
    return (this.node.inputs[at] ?? '') !== '';
  }

  shape(at = 0): readonly number[] {
    return this.input(at).shape;
  }

  /** The elements of an input. @throws NotKnown */
  values(at: number): readonly number[] {
    const { values } = this.input(at);
    if (values === null) throw new NotKnown(`values of input ${at}`);
    return values;
  }

  /** A list that is an attribute in old versions of ONNX and an input in new ones; null where neither is given. */
  list(attribute: string, at: number): readonly number[] | null {
    return this.attribute(attribute)?.ints ?? (this.has(at) ? this.values(at) : null);
  }

  attribute(name: string): Attribute | undefined {
    return this.node.attributes.get(name);
  }

  int(name: string, byDefault: number): number {
    return this.attribute(name)?.ints?.[0] ?? byDefault;
  }

  ints(name: string): readonly number[] | undefined {
    return this.attribute(name)?.ints;
  }

  float(name: string, byDefault: number): number {
    return this.attribute(name)?.floats?.[0] ?? byDefault;
  }

  text(name: string): string {
    return this.attribute(name)?.text ?? '';
  }
}

/** An axis, counted from the front. */
export function fromFront(axis: number, rank: number): number {
  return axis < 0 ? axis + rank : axis;
}
