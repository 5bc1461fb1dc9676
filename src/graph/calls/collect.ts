import { type Known, type NodeView, NotKnown } from '../shapes/index.ts';
import { type Answer, bytesOf } from './call.ts';
import { fused } from './fusions.ts';
import { mappings } from './mappings.ts';
import type { Work } from './work.ts';

/** Work that later operators may still be fused into. */
type Open = { -readonly [Key in keyof Work]: Work[Key] };

interface Found {
  readonly answer: Answer;
  readonly macs: number;
  readonly isCounted: boolean;
}

function look(node: NodeView): Found {
  const { operator } = node.node;
  const mapping = Object.hasOwn(mappings, operator) ? mappings[operator] : undefined;
  try {
    // Whatever it is, its bytes are known only with its shapes.
    for (const at of node.node.inputs.keys()) node.optional(at);
    node.output();
    if (mapping === undefined) return { answer: 'not among our operators', macs: 0, isCounted: true };
    return { answer: mapping.call(node), macs: mapping.macs?.(node) ?? 0, isCounted: true };
  } catch (error) {
    if (!(error instanceof NotKnown)) throw error;
    return { answer: 'its shapes are not known', macs: 0, isCounted: false };
  }
}

function bytesAround(arrays: readonly (Known | null)[]): number {
  return arrays.reduce((sum, known) => sum + (known === null ? 0 : bytesOf(known)), 0);
}

/** Arrays that integers stand for: what computes with them computes with integers. */
function isQuantised(node: NodeView, dequantised: ReadonlySet<string>): boolean {
  return (
    ['Conv', 'MatMul', 'Gemm', 'ConvTranspose'].includes(node.node.operator) &&
    dequantised.has(node.node.inputs[0] ?? '')
  );
}

export type CollectOptions =
  | {
      readonly fuse: true;
      /** Names of the network's results, which are written whatever becomes of them. */
      readonly results: ReadonlySet<string>;
    }
  | {
      /** What is given ran as it is. */
      readonly fuse: false;
      /** Runs of each node per inference. */
      readonly times: readonly number[];
    };

/** What a network does, operator by operator, with what runtimes fuse in one. What is constant, or moves nothing, is no work. */
export function collectWork(nodes: readonly NodeView[], options: CollectOptions): readonly Work[] {
  const readers = new Map<string, number>();
  for (const { node } of nodes) {
    for (const name of node.inputs) readers.set(name, (readers.get(name) ?? 0) + 1);
  }
  const work: Open[] = [];
  const makers = new Map<string, Open>();
  const dequantised = new Set<string>();
  for (const [index, node] of nodes.entries()) {
    const { operator, outputs } = node.node;
    const [first] = outputs;
    if (node.outputs.length > 0 && node.outputs.every((output) => output?.isConstant === true)) continue;
    if (operator === 'DequantizeLinear' && first !== undefined) dequantised.add(first);
    const joined = options.fuse ? joinedTo(node, { makers, readers, results: options.results }) : null;
    if (joined !== null) {
      if (first !== undefined) makers.set(first, joined);
      continue;
    }
    const one = workOf(node, options.fuse ? 1 : options.times[index]!, isQuantised(node, dequantised));
    if (one === null) continue;
    work.push(one);
    if (one.call !== null && first !== undefined) makers.set(first, one);
  }
  return work;
}

/** null for what is no work. */
function workOf(node: NodeView, times: number, isInteger: boolean): Open | null {
  const { answer, macs, isCounted } = look(node);
  if (answer === null) return null;
  const reason = isInteger ? 'integers with scales' : typeof answer === 'string' ? answer : null;
  return {
    operator: node.node.operator,
    call: reason === null && typeof answer !== 'string' ? answer : null,
    reason,
    macs: macs * times,
    bytes: (bytesAround(node.inputs) + bytesAround(node.outputs)) * times,
    times,
    isCounted,
  };
}

interface Around {
  readonly makers: ReadonlyMap<string, Open>;
  readonly readers: ReadonlyMap<string, number>;
  readonly results: ReadonlySet<string>;
}

/** The work that a node became part of; null if it is work of its own. */
function joinedTo(node: NodeView, { makers, readers, results }: Around): Open | null {
  for (const [at, name] of node.node.inputs.entries()) {
    const maker = makers.get(name);
    const whole = node.inputs[at];
    if (maker?.call == null || whole == null || readers.get(name) !== 1 || results.has(name)) continue;
    const call = fused(maker.call, node, whole.shape);
    if (call === null) continue;
    maker.call = call;
    maker.bytes += bytesAround(node.inputs) + bytesAround(node.outputs) - 2 * bytesOf(whole);
    return maker;
  }
  return null;
}
