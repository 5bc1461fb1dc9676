import type { Expression } from '../expression/index.ts';
import type {
  BufferDefinition,
  FillDefinition,
  ScalarType,
  SourcePosition,
  Workload,
} from '../manifest/index.ts';
import { blockFormatNamed } from '../manifest/index.ts';
import { blockOf } from './blocks.ts';
import { evaluateOrFail, type Variables } from './buffer-counts.ts';
import { bytesPerElement } from './data-shape.ts';
import { failed, succeeded } from './failure.ts';
import { printingProgram } from './printing-program.ts';
import type { BufferBinding, Outcome } from './types.ts';

/** A buffer whose fill is worked out. */
interface Filled {
  readonly definition: Pick<BufferDefinition, 'name' | 'fill' | 'fillAt'>;
  readonly type: ScalarType;
  readonly length: number;
  readonly variables: Variables;
  readonly workload: Workload;
}

type Resolved = Pick<BufferBinding, 'fill'> &
  Partial<Pick<BufferBinding, 'values' | 'content' | 'generator'>>;
type Described = Exclude<FillDefinition, string>;
type Kind = Described extends infer D ? (D extends unknown ? keyof D : never) : never;
type Of<K extends Kind> = Extract<Described, Readonly<Record<K, unknown>>>[K];
type Resolve<K extends Kind> = (written: Of<K>, buffer: Filled) => Outcome<Resolved>;

/** From which to below which number a type holds all whole numbers. */
const exact: Readonly<Record<ScalarType, readonly [number, number]>> = {
  f32: [-(2 ** 24), 2 ** 24 + 1],
  f16: [-(2 ** 11), 2 ** 11 + 1],
  i32: [-(2 ** 31), 2 ** 31],
  u32: [0, 2 ** 32],
};

function refuse({ definition }: Filled, why: string, index?: number): Outcome<never> {
  const place: Partial<SourcePosition> = definition.fillAt?.(index) ?? {};
  return failed('validation', `the fill of buffer \`${definition.name}\` ${why}`, place);
}

function evaluated(
  expressions: readonly Expression[],
  buffer: Filled,
  whole: boolean,
): Outcome<readonly number[]> {
  const found: number[] = [];
  for (const [i, expression] of expressions.entries()) {
    const value = evaluateOrFail((known) => expression.evaluate(known), buffer.variables);
    if (!value.ok) return refuse(buffer, value.failure.message, i);
    const number = value.value;
    const isRight =
      typeof number === 'number' && (whole ? Number.isSafeInteger(number) : Number.isFinite(number));
    if (!isRight) return refuse(buffer, `is ${number}, which is no ${whole ? 'whole ' : ''}number`, i);
    found.push(number);
  }
  return succeeded(found);
}

/** The numbers from `from` to below `below`, all of which have to be there in `type`. */
function range(expressions: readonly Expression[], buffer: Filled): Outcome<readonly [number, number]> {
  const numbers = evaluated(expressions, buffer, true);
  if (!numbers.ok) return numbers;
  const [from = 0, below = 1] = numbers.value;
  if (below <= from)
    return refuse(buffer, `has no number from ${from} to below ${below}; write [least, most + 1]`);
  return succeeded([from, below]);
}

function unlessHeld(
  buffer: Filled,
  from: number,
  below: number,
  fill: BufferBinding['fill'],
): Outcome<Resolved> {
  const [least, most] = exact[buffer.type];
  if (from >= least && below <= most) return succeeded({ fill });
  return refuse(
    buffer,
    `goes from ${from} to ${below - 1}; ${buffer.type} holds all whole numbers only from ${least} to ${most - 1}`,
  );
}

function sizeOf({ type, length }: Filled): number {
  return length * bytesPerElement[type];
}

/** How each kind of fill is worked out, and what is wrong with one. */
const kinds: { readonly [K in Kind]: Resolve<K> } = {
  integers(written, buffer) {
    const numbers = range(written, buffer);
    if (!numbers.ok) return numbers;
    const [from, below] = numbers.value;
    return unlessHeld(buffer, from, below, { integers: [from, below] });
  },
  permutation(written, buffer) {
    const numbers = evaluated(written, buffer, true);
    if (!numbers.ok) return numbers;
    const [count = 0] = numbers.value;
    if (count < 1) return refuse(buffer, `is a permutation of ${count} numbers; it must be at least 1`);
    return unlessHeld(buffer, 0, count, { permutation: count });
  },
  cumulative(written, buffer) {
    const numbers = range(written, buffer);
    if (!numbers.ok) return numbers;
    const [from, below] = numbers.value;
    if (from < 0) return refuse(buffer, `has steps from ${from}; row starts never fall`, 0);
    return unlessHeld(buffer, 0, (buffer.length - 1) * (below - 1) + 1, { cumulative: [from, below] });
  },
  values(written, buffer) {
    const { type, length } = buffer;
    const numbers = evaluated(written, buffer, type === 'i32' || type === 'u32');
    if (!numbers.ok) return numbers;
    const values = numbers.value;
    if (values.length !== length) {
      const at = values.length > length ? length : undefined;
      return refuse(buffer, `gives ${values.length} values, and the buffer has ${length} elements`, at);
    }
    const [least, most] = exact[type];
    const beyond = values.findIndex((value) => value < least || value >= most);
    if (beyond >= 0 && (type === 'i32' || type === 'u32'))
      return refuse(buffer, `is ${values[beyond]}, which is outside of ${type}`, beyond);
    return succeeded({ fill: 'zeros', values });
  },
  blocks(written, buffer) {
    const named = typeof written === 'string' ? written : buffer.workload.parameters[written.parameter];
    const format = blockFormatNamed(named);
    if (format === null) return refuse(buffer, `is ${named}, which is no format of quantised weights`);
    const { bytes } = blockOf(format, buffer.type);
    const rest = sizeOf(buffer) % bytes;
    // What is left of the last word of whole blocks is padding.
    if (rest < 4 && sizeOf(buffer) >= bytes) return succeeded({ fill: { blocks: format } });
    return refuse(
      buffer,
      `is ${format}, blocks of ${bytes} bytes, and the buffer's ${sizeOf(buffer)} bytes are no whole number of them`,
    );
  },
  file({ path, source }, buffer) {
    const { byteLength } = source.content();
    if (byteLength !== sizeOf(buffer)) {
      const { type, length } = buffer;
      return refuse(buffer, `is ${path} of ${byteLength} bytes; ${length} ${type} are ${sizeOf(buffer)}`);
    }
    return succeeded({ fill: { file: source.digest }, content: source.content });
  },
  generate({ run, folder, files }, { workload }) {
    const generator = printingProgram({ run, folder, files }, workload.parameters);
    return succeeded({ fill: { generate: generator.identity }, generator });
  },
};

/** What a fill of the manifest comes to for a buffer of known type and length. */
export function resolveFill(buffer: Filled): Outcome<Resolved> {
  const { fill } = buffer.definition;
  if (typeof fill === 'string') return succeeded({ fill });
  const [[kind, written]] = Object.entries(fill) as [[Kind, never]];
  const resolve: Resolve<never> = kinds[kind];
  return resolve(written, buffer);
}

/** What a buffer holds before a launch, in the manifest's words with every number worked out: `{ integers: [0, 1000] }`. */
export function fillText({ fill, values }: Pick<BufferBinding, 'fill' | 'values'>): string {
  if (values !== null) return `${values.length} listed values`;
  if (typeof fill === 'string') return fill;
  const [[kind, value]] = Object.entries(fill) as [[Kind, unknown]];
  if (kind === 'file' || kind === 'generate') return `{ ${kind}: sha256 ${String(value).slice(0, 12)} }`;
  const shown = Array.isArray(value) ? `[${value.join(', ')}]` : String(value);
  return `{ ${kind}: ${shown} }`;
}
