import type { ByteSource } from '../byte-source.ts';
import type { Attribute, Constant, Declared, Dimension, Graph, GraphNode } from '../graph.ts';
import { elementType, maxAxes, readTensor } from './tensor.ts';
import { type Field, Wire } from './wire.ts';

/** Graphs within graphs: branches and loops. */
const maxDepth = 8;

/** Most operators of a network, those of its branches included. */
const maxNodes = 100_000;

/** Most arrays that a file names; each has room in memory. */
const maxArrays = 500_000;

/** Fields of `AttributeProto` with numbers. */
const numbersOf = { 2: 'float', 3: 'int64', 7: 'float', 8: 'int64' } as const;

class OnnxReader {
  readonly #wire: Wire;
  #nodes = 0;
  #arrays = 0;

  constructor(wire: Wire) {
    this.#wire = wire;
  }

  graph(message: Pick<Field, 'start' | 'end'>, depth: number): Graph {
    const wire = this.#wire;
    if (depth > maxDepth) throw wire.fault(message.start, `graphs within graphs, more than ${maxDepth} deep`);
    const nodes: GraphNode[] = [];
    const constants = new Map<string, Constant>();
    const declared = new Map<string, Declared>();
    const lists: Record<number, Declared[]> = { 11: [], 12: [], 13: [] };
    for (const field of wire.fields(message)) {
      if (field.number === 1) nodes.push(this.#node(field, depth));
      else if (field.number === 5) {
        const { name, ...constant } = readTensor(wire, field);
        constants.set(name, constant);
      } else if (lists[field.number] !== undefined) lists[field.number]?.push(this.#declared(field));
      else continue;
      if (++this.#arrays > maxArrays) throw wire.fault(field.start, `it names more than ${maxArrays} arrays`);
    }
    for (const info of lists[13] ?? []) declared.set(info.name, info);
    return { nodes, constants, declared, inputs: lists[11] ?? [], outputs: lists[12] ?? [] };
  }

  #node(message: Field, depth: number): GraphNode {
    const wire = this.#wire;
    const inputs: string[] = [];
    const outputs: string[] = [];
    const attributes = new Map<string, Attribute>();
    let name = '';
    let operator = '';
    for (const field of wire.fields(message)) {
      if (field.number === 1) inputs.push(wire.text(field));
      else if (field.number === 2) outputs.push(wire.text(field));
      else if (field.number === 3) name = wire.text(field);
      else if (field.number === 4) operator = wire.text(field);
      else if (field.number === 5) attributes.set(...this.#attribute(field, depth));
    }
    if (operator === '') throw wire.fault(message.start, 'an operator without a name');
    if (++this.#nodes > maxNodes) throw wire.fault(message.start, `it has more than ${maxNodes} operators`);
    return { name: name === '' ? `${operator} ${this.#nodes}` : name, operator, inputs, outputs, attributes };
  }

  #attribute(message: Field, depth: number): [name: string, attribute: Attribute] {
    const wire = this.#wire;
    let name = '';
    let attribute: Attribute = {};
    for (const field of wire.fields(message)) {
      const { number } = field;
      if (number === 1) name = wire.text(field);
      else if (number === 4) attribute = { ...attribute, text: shortText(wire, field) };
      else if (number === 5) attribute = { ...attribute, tensor: readTensor(wire, field) };
      else if (number === 6) attribute = { ...attribute, graph: this.graph(field, depth + 1) };
      else if (Object.hasOwn(numbersOf, number)) {
        const kind = numbersOf[number as keyof typeof numbersOf];
        const list = kind === 'float' ? 'floats' : 'ints';
        // Lists may come as one packed field or number by number.
        const numbers = [...(attribute[list] ?? []), ...(wire.numbers(field, kind) ?? [])];
        if (numbers.length <= maxAxes * maxAxes) attribute = { ...attribute, [list]: numbers };
      }
    }
    return [name, attribute];
  }

  /** `ValueInfoProto`: name and type; a type that is not a tensor's has no shape. */
  #declared(message: Field): Declared {
    const wire = this.#wire;
    let name = '';
    let element = elementType(0);
    let shape: Dimension[] | null = null;
    for (const field of wire.fields(message)) {
      if (field.number === 1) name = wire.text(field);
      if (field.number !== 2) continue;
      for (const type of wire.fields(field)) {
        if (type.number !== 1) continue;
        for (const part of wire.fields(type)) {
          if (part.number === 1) element = elementType(wire.integer(part));
          else if (part.number === 2) shape = this.#shape(part);
        }
      }
    }
    return { name, element, shape };
  }

  #shape(message: Field): Dimension[] {
    const wire = this.#wire;
    const shape: Dimension[] = [];
    for (const field of wire.fields(message)) {
      if (field.number !== 1) continue;
      let size: Dimension = null;
      for (const part of wire.fields(field)) {
        if (part.number === 1) size = wire.integer(part);
        else if (part.number === 2) size = wire.text(part);
      }
      // Some exporters write -1 for what is not known.
      if (size === -1 || size === '') size = null;
      if (typeof size === 'number' && size < 0) throw wire.fault(field.start, `a size of ${size}`);
      if (shape.push(size) > maxAxes)
        throw wire.fault(field.start, `an array with more than ${maxAxes} axes`);
    }
    return shape;
  }
}

/** Attributes may hold programs and images; none that is asked for is long. */
function shortText(wire: Wire, field: Field): string {
  return field.end - field.start > 256 ? '' : wire.text(field);
}

/**
 * Reads an ONNX file: operators, shapes and small constants. Weights are stepped over, in the file or beside it.
 * @throws JoulegateError (bad-input, `bad-model`) with the byte at which something is wrong
 */
export function readOnnx(source: ByteSource): Graph {
  const wire = new Wire(source);
  let graph: Field | null = null;
  for (const field of wire.fields({ start: 0, end: wire.size })) if (field.number === 7) graph = field;
  const network = graph === null ? null : new OnnxReader(wire).graph(graph, 0);
  if (network === null || network.nodes.length === 0) throw wire.fault(0, 'there is no network in it');
  return network;
}
