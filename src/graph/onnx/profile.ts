import { JoulegateError } from '../../errors/index.ts';
import type { Attribute, ElementType, Graph, GraphNode } from '../graph.ts';
import { type Known, NodeView } from '../shapes/index.ts';

type Seen = Pick<Known, 'shape' | 'element'>;

/** An operator as ONNX Runtime ran it, after fusing. */
export interface RanNode {
  readonly name: string;
  readonly operator: string;
  readonly inputs: readonly Seen[];
  readonly outputs: readonly Seen[];
  /** Runs per inference. */
  readonly times: number;
}

/** ONNX Runtime's names of element types. */
const elementTypes: Readonly<Record<string, ElementType>> = {
  float: 'f32',
  float16: 'f16',
  double: 'f64',
  bfloat16: 'bf16',
  int64: 'i64',
  int32: 'i32',
  int8: 'i8',
  uint8: 'u8',
  bool: 'bool',
};

/** Most operators that are read of a profile. */
const maxNodes = 100_000;

interface Event {
  readonly cat?: unknown;
  readonly name?: unknown;
  readonly args?: {
    readonly op_name?: unknown;
    readonly input_type_shape?: unknown;
    readonly output_type_shape?: unknown;
  };
}

function shapesOf(written: unknown): Seen[] | null {
  if (!Array.isArray(written)) return null;
  const shapes = written.flatMap((one: unknown) => Object.entries((one ?? {}) as Record<string, unknown>));
  const isSound = shapes.every(
    ([, shape]) =>
      Array.isArray(shape) &&
      shape.length <= 32 &&
      shape.every((size) => Number.isSafeInteger(size) && size >= 0),
  );
  if (!isSound) return null;
  return shapes.map(([type, shape]) => ({
    element: elementTypes[type] ?? 'other',
    shape: shape as number[],
  }));
}

/**
 * What a profile of ONNX Runtime (`enableProfiling`) says ran, in order.
 * @throws JoulegateError (bad-input, `bad-model`) if it is none, or nothing ran
 */
export function readProfile(data: unknown, label: string): readonly RanNode[] {
  const events: readonly Event[] = Array.isArray(data)
    ? data.filter((one) => typeof one === 'object' && one !== null)
    : [];
  const runs = Math.max(
    1,
    events.filter(({ cat, name }) => cat === 'Session' && name === 'model_run').length,
  );
  const nodes = new Map<string, Omit<RanNode, 'times'> & { count: number }>();
  for (const { cat, name, args } of events) {
    if (cat !== 'Node' || typeof name !== 'string' || !name.endsWith('_kernel_time')) continue;
    const own = name.slice(0, -'_kernel_time'.length);
    const before = nodes.get(own);
    const [inputs, outputs] = [shapesOf(args?.input_type_shape), shapesOf(args?.output_type_shape)];
    if (before !== undefined) before.count++;
    else if (
      typeof args?.op_name === 'string' &&
      inputs !== null &&
      outputs !== null &&
      nodes.size < maxNodes
    )
      nodes.set(own, { name: own, operator: args.op_name, inputs, outputs, count: 1 });
  }
  if (nodes.size === 0) {
    throw new JoulegateError('bad-input', `${label} is no profile of ONNX Runtime: no operator ran in it`, {
      code: 'bad-model',
      nextStep:
        'Make one with enableProfiling (enable_profiling in Python), and run the model once before it ends.',
    });
  }
  return [...nodes.values()].map(({ count, ...node }) => ({ ...node, times: count / runs }));
}

/** Whether an operator that ran takes what the file's operator takes, and perhaps more behind it. */
function keepsInputs(written: string, ran: string): boolean {
  return ran === written || (written === 'Conv' && ran === 'FusedConv');
}

/** Shapes of arrays by name, as far as operators of the file ran under their names. */
export function seenShapes(graph: Graph, ran: readonly RanNode[]): ReadonlyMap<string, Seen> {
  const nodes = new Map(graph.nodes.map((node) => [node.name, node]));
  const seen = new Map<string, Seen>();
  for (const { name, operator, inputs, outputs } of ran) {
    const node = nodes.get(name);
    if (node === undefined) continue;
    const given = node.inputs.filter((input) => input !== '');
    const pairs = [
      ...(keepsInputs(node.operator, operator) && given.length <= inputs.length
        ? given.map((one, at) => [one, inputs[at]] as const)
        : []),
      ...node.outputs.map((one, at) => [one, outputs[at]] as const),
    ];
    for (const [array, shape] of pairs) if (shape !== undefined) seen.set(array, shape);
  }
  return seen;
}

/** What was fused behind an operator: its only reader, where that did not run by itself. */
function activationAfter(
  { outputs }: GraphNode,
  graph: Graph,
  names: ReadonlySet<string>,
): Attribute | undefined {
  const readers = graph.nodes.filter(({ inputs }) => outputs.some((output) => inputs.includes(output)));
  const [only] = readers;
  return readers.length === 1 && only !== undefined && !names.has(only.name)
    ? { text: only.operator }
    : undefined;
}

/** The file's operator of a name, or of one that the runtime made by putting something behind it. */
function originOf(name: string, views: ReadonlyMap<string, NodeView>): NodeView | undefined {
  for (let cut = name.length; cut > 0; cut = name.lastIndexOf('/', cut - 1)) {
    const view = views.get(name.slice(0, cut));
    if (view !== undefined) return view;
  }
  return undefined;
}

/** What was inferred, and where nothing was, what was seen; arrays that are not given are not seen either. */
function completed(
  names: readonly string[],
  known: readonly (Known | null)[],
  seen: readonly Seen[],
): readonly (Known | null)[] {
  const given = names.filter((name) => name !== '');
  return names.map((name, at) => {
    const own = known[at] ?? null;
    const shape = given.length <= seen.length ? seen[given.indexOf(name)] : undefined;
    return own ?? (name === '' || shape === undefined ? null : { ...shape, values: null, isConstant: false });
  });
}

/** An operator that the file does not have: its shapes are all that is known of it. */
function unknownView({ name, operator, inputs, outputs }: RanNode): NodeView {
  const known = (all: readonly Seen[]) => all.map((one) => ({ ...one, values: null, isConstant: false }));
  const numbered = (all: readonly Seen[], side: string) => all.map((_, at) => `${name} ${side} ${at}`);
  const arrays = { inputs: numbered(inputs, 'in'), outputs: numbered(outputs, 'out') };
  return new NodeView({ name, operator, ...arrays, attributes: new Map() }, known(inputs), known(outputs));
}

/**
 * What ran, with shapes: attributes and constants are those of the file's operator of the same name.
 * @param views the file's operators with what was inferred of them
 */
export function ranViews(
  graph: Graph,
  views: readonly NodeView[],
  ran: readonly RanNode[],
): readonly NodeView[] {
  const names = new Set(ran.map(({ name }) => name));
  const byName = new Map(views.map((view) => [view.node.name, view]));
  return ran.map((one) => {
    const view = originOf(one.name, byName);
    if (view === undefined) return unknownView(one);
    const { node } = view;
    const isKept = keepsInputs(node.operator, one.operator);
    const activation = node.operator === one.operator ? undefined : activationAfter(node, graph, names);
    const attributes = new Map(node.attributes);
    if (activation !== undefined) attributes.set('activation', activation);
    // What was folded into weights became an input: the bias of a convolution with a normalisation.
    const more = isKept && !node.inputs.includes('') ? one.inputs.slice(node.inputs.length) : [];
    const inputs = [...node.inputs, ...more.map((_, at) => `${one.name} in ${at}`)];
    return new NodeView(
      { ...node, operator: one.operator, inputs, attributes },
      completed(inputs, view.inputs, isKept ? one.inputs : []),
      completed(node.outputs, view.outputs, one.outputs),
    );
  });
}
