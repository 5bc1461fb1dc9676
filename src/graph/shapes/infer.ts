import { JoulegateError } from '../../errors/index.ts';
import { nearestName } from '../../schema/index.ts';
import { type Declared, elements, type Graph, type GraphNode } from '../graph.ts';
import { arrangeRules } from './arrange.ts';
import { elementwiseRules } from './elementwise.ts';
import { makeRules } from './make.ts';
import { type Known, NodeView, NotKnown } from './node-view.ts';
import { productRules } from './products.ts';
import type { Result, Rule } from './rule.ts';
import { windowRules } from './windows.ts';

const rules: Readonly<Record<string, Rule>> = {
  ...elementwiseRules,
  ...windowRules,
  ...productRules,
  ...arrangeRules,
  ...makeRules,
};

export interface InferOptions {
  /** The file's path, for messages. */
  readonly label: string;
  /** Sizes by name; of an axis without a name `INPUT.AXIS`. An input that is one whole number has its name's value. */
  readonly sizes: ReadonlyMap<string, number>;
  /** Shapes of arrays that were seen when the network ran: they say what cannot be inferred. */
  readonly seen?: ReadonlyMap<string, Pick<Known, 'shape' | 'element'>>;
}

function fault(options: InferOptions, what: string, nextStep: string): JoulegateError {
  return new JoulegateError('bad-input', `${options.label}: ${what}`, { code: 'bad-model', nextStep });
}

class Inference {
  readonly #options: InferOptions;
  readonly #known = new Map<string, Known | null>();
  readonly views: NodeView[] = [];

  constructor(options: InferOptions) {
    this.#options = options;
  }

  /** Reads a graph, or a branch of one, which sees what is around it. */
  run(graph: Graph): void {
    for (const [name, constant] of graph.constants) this.#known.set(name, { ...constant, isConstant: true });
    const later = new Set(graph.nodes.flatMap(({ outputs }) => outputs));
    for (const node of graph.nodes) {
      const loose = node.inputs.find((name) => name !== '' && !this.#known.has(name));
      if (loose !== undefined) throw this.#looseInput(node, loose, later.has(loose));
      this.#node(node, graph);
    }
  }

  /** The inputs' sizes, as declared or asked for. */
  start(graph: Graph): void {
    const { inputs, constants } = graph;
    refuseOthers(graph, this.#options);
    const missing = new Set<string>();
    for (const { name, element, shape } of inputs) {
      if (constants.has(name)) continue;
      const sizes = shape?.map((size, axis) => {
        if (typeof size === 'number') return size;
        const key = size ?? `${name}.${axis}`;
        const given = this.#options.sizes.get(key);
        if (given === undefined) missing.add(key);
        return given;
      });
      const seen = this.#options.seen?.get(name);
      const isOpen = sizes === undefined || sizes.includes(undefined);
      const known = isOpen ? seen : { element, shape: sizes.map((size) => size!) };
      const value =
        known !== undefined && elements(known.shape) === 1 ? this.#options.sizes.get(name) : undefined;
      const values = value === undefined ? null : [value];
      this.#known.set(name, known === undefined ? null : { ...known, values, isConstant: false });
    }
    if (missing.size > 0 && this.#options.seen === undefined) throw unknownSizes(this.#options, [...missing]);
  }

  #looseInput(node: GraphNode, name: string, isMadeLater: boolean): JoulegateError {
    const what = isMadeLater
      ? `${node.name} needs '${name}', which is made only after it: a circle, or operators out of order`
      : `${node.name} needs '${name}', which nothing makes`;
    return fault(this.#options, what, 'Export the model again; `onnx.checker` says the same of it.');
  }

  #node(node: GraphNode, graph: Graph): void {
    const inputs = node.inputs.map((name) => (name === '' ? null : (this.#known.get(name) ?? null)));
    if (node.operator === 'If' && this.#branch(node, inputs[0] ?? null)) return;
    const results = this.#results(new NodeView(node, inputs), graph);
    const isConstant =
      node.operator === 'Constant' ||
      (results.length > 0 && results.every(({ values }) => values != null)) ||
      (inputs.length > 0 && node.inputs.every((name, at) => name === '' || inputs[at]?.isConstant === true));
    const outputs = node.outputs.map((name, at) => {
      const known = this.#outputOf(node, name, results[at], inputs[0] ?? null, isConstant);
      if (name !== '') this.#known.set(name, known);
      return known;
    });
    this.views.push(new NodeView(node, inputs, outputs));
  }

  /** A branch whose condition is known runs in its place. */
  #branch(node: GraphNode, condition: Known | null): boolean {
    const value = condition?.values?.[0];
    const branch =
      value === undefined ? undefined : node.attributes.get(value !== 0 ? 'then_branch' : 'else_branch');
    if (branch?.graph === undefined) return false;
    this.run(branch.graph);
    branch.graph.outputs.forEach(({ name }, at) => {
      const output = node.outputs[at];
      if (output !== undefined) this.#known.set(output, this.#known.get(name) ?? null);
    });
    return true;
  }

  /** What the rule says, or else what the file declares; empty: nothing is known. */
  #results(view: NodeView, graph: Graph): readonly Result[] {
    const rule = Object.hasOwn(rules, view.node.operator) ? rules[view.node.operator] : undefined;
    try {
      if (rule !== undefined) return rule(view);
    } catch (error) {
      if (!(error instanceof NotKnown)) throw error;
    }
    const declared = view.node.outputs.map((name) => this.#declared(graph, name));
    return declared.every((result) => result !== null) ? declared : [];
  }

  #declared({ declared, outputs }: Graph, name: string): Result | null {
    const info: Declared | undefined = declared.get(name) ?? outputs.find((output) => output.name === name);
    const shape = info?.shape?.map((size) =>
      typeof size === 'string' ? (this.#options.sizes.get(size) ?? null) : size,
    );
    if (info === undefined || shape === undefined || shape.includes(null)) return null;
    return { shape: shape.map((size) => size!), element: info.element };
  }

  #outputOf(
    node: GraphNode,
    name: string,
    result: Result | undefined,
    first: Known | null,
    isConstant: boolean,
  ): Known | null {
    const seen = this.#options.seen?.get(name);
    if (result === undefined) return seen === undefined ? null : { ...seen, values: null, isConstant };
    const { shape } = result;
    if (
      shape.some((size) => !Number.isSafeInteger(size) || size < 0) ||
      !Number.isSafeInteger(elements(shape))
    ) {
      const what = `${node.name} (${node.operator}) would give an array of ${shape.join(' x ')}`;
      throw fault(
        this.#options,
        what,
        'Check the sizes given with --dim; the inputs may be too small for it.',
      );
    }
    return {
      shape,
      element: result.element ?? first?.element ?? 'f32',
      values: result.values ?? null,
      isConstant,
    };
  }
}

/** Names that sizes may be given for: those of axes, `INPUT.AXIS` of axes without one, and inputs that may be one number. */
function openSizes({ inputs, outputs, declared, constants, nodes }: Graph): readonly string[] {
  const branches = nodes.flatMap(({ attributes }) =>
    [...attributes.values()].flatMap(({ graph }) => graph ?? []),
  );
  const own = inputs.filter(({ name }) => !constants.has(name));
  const named = [...own, ...outputs, ...declared.values()].flatMap(({ shape }) => shape ?? []);
  return [
    ...new Set([
      ...named.filter((size) => typeof size === 'string'),
      ...own.flatMap(({ name, shape }) =>
        (shape ?? []).flatMap((size, axis) => (size === null ? [`${name}.${axis}`] : [])),
      ),
      ...own
        .filter(
          ({ shape }) => shape === null || shape.every((size) => size === 1 || typeof size !== 'number'),
        )
        .map(({ name }) => name),
      ...branches.flatMap(openSizes),
    ]),
  ];
}

/** A size that nothing asks for is a slip of the pen, and what was meant would be left as it is. */
function refuseOthers(graph: Graph, { label, sizes }: InferOptions): void {
  const open = openSizes(graph);
  const other = [...sizes.keys()].find((name) => !open.includes(name));
  if (other === undefined) return;
  const nearest = nearestName(other, open);
  const shown = open.slice(0, 12).join(', ');
  const list = open.length === 0 ? 'all sizes stand in the file: leave it out' : `it has ${shown}`;
  throw new JoulegateError('bad-input', `${label} has no size '${other}' that could be given`, {
    code: 'unknown-size',
    nextStep: nearest === null ? list : `did you mean '${nearest}'?`,
  });
}

function unknownSizes({ label }: InferOptions, names: readonly string[]): JoulegateError {
  const shown = names.slice(0, 12);
  const what = `${label}: the sizes ${shown.join(', ')}${names.length > shown.length ? ', ...' : ''} are not known`;
  return new JoulegateError('bad-input', what, {
    code: 'unknown-size',
    nextStep: `Say what the network runs with: ${shown.map((name) => `--dim ${/^[\w.-]+$/.test(name) ? name : `'${name.replaceAll("'", "'\\''")}'`}=1`).join(' ')}`,
  });
}

/**
 * Every operator of a network with the shapes around it, branches with known conditions in their place.
 * @throws JoulegateError (bad-input): `unknown-size` for sizes that have to be given, `bad-model` for a circle or a shape
 *   that cannot be
 */
export function inferShapes(graph: Graph, options: InferOptions): readonly NodeView[] {
  const inference = new Inference(options);
  inference.start(graph);
  inference.run(graph);
  return inference.views;
}
