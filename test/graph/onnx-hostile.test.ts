import { describe, expect, it } from 'vitest';
import { onnxWork } from '../../src/graph/index.ts';
import { graph, integer, message, onnxFile, sourceOf, tensor, varint } from '../support/onnx-file.ts';

const relu = { op: 'Relu', in: ['x'], out: ['y'] };
const sound = onnxFile({ inputs: { x: [2, 3] }, nodes: [relu] });
const read = (bytes: Uint8Array | readonly number[], size?: number) =>
  onnxWork({
    source: { ...sourceOf(Uint8Array.from(bytes)), ...(size === undefined ? {} : { size }) },
    sizes: new Map(),
    profile: null,
  });

/** The fault of a file: its code, and its message less the file's name. */
function fault(bytes: Uint8Array | readonly number[]): unknown {
  try {
    return read(bytes);
  } catch (error) {
    const {
      code,
      message: text,
      nextStep,
      kind,
    } = error as Error & { code: string; nextStep: string; kind: string };
    expect(kind).toBe('bad-input');
    expect(nextStep).not.toBe('');
    return `${code} ${text.replace('model.onnx: ', '')}`;
  }
}

const file = (...content: (readonly number[])[]) => content.flat();

describe('an ONNX file that is not one', () => {
  it('has a fault with the byte at which it stands', () => {
    expect(fault([])).toBe('bad-model byte 0: there is no network in it');
    expect(fault(new TextEncoder().encode('not a model at all'))).toMatch(
      /^bad-model byte \d+: it is no protobuf/,
    );
    expect(fault(file(integer(1, 8), message(7, [])))).toBe('bad-model byte 0: there is no network in it');
    expect(fault(file(message(7, message(1, []))))).toBe('bad-model byte 4: an operator without a name');
  });

  it('is cut off anywhere: a fault, or what is left makes sense', () => {
    expect(read(sound)).toHaveLength(1);
    for (let length = 0; length < sound.length; length++) {
      const found = fault(sound.slice(0, length));
      if (typeof found === 'string') expect(found).toMatch(/^bad-model /);
    }
  });

  it('promises more bytes than there are', () => {
    const claim = (bytes: number) => file([...varint(7 * 8 + 2), ...varint(bytes)]);
    expect(fault(claim(2 ** 31 - 1))).toBe('bad-model byte 0: a field of 2147483647 bytes, where 0 are left');
    const inner = [...varint(1 * 8 + 2), ...varint(2 ** 30)];
    expect(fault(file(message(7, inner)))).toMatch(/^bad-model byte 2: a field of 1073741824 bytes/);
  });

  it('has numbers and names that cannot be', () => {
    const weights = (shape: readonly number[]) =>
      file(message(7, [...graph({ inputs: { x: [2] }, nodes: [relu] }), ...tensor(5, 'w', { shape })]));
    expect(fault(weights([-3, 4]))).toMatch(/^bad-model byte \d+: an array cannot be of shape -3/);
    expect(fault(weights([2 ** 40, 2 ** 40]))).toMatch(
      /an array cannot be of shape 1099511627776 x 1099511627776/,
    );
    expect(fault(onnxFile({ inputs: { x: [-7] }, nodes: [relu] }))).toMatch(
      /^bad-model byte \d+: a size of -7/,
    );
    const long = onnxFile({ inputs: { x: [2] }, nodes: [{ ...relu, name: 'n'.repeat(5000) }] });
    expect(fault(long)).toMatch(/^bad-model byte \d+: a name of 5000 bytes, more than 4096/);
    expect(fault([0x0b])).toMatch(/^bad-model byte 1: it is no protobuf/);
  });

  it('goes round in a circle, reads what nothing makes, or nests branches without end', () => {
    const nodes = [
      { op: 'Add', in: ['x', 'b'], out: ['a'], name: 'first' },
      { op: 'Relu', in: ['a'], out: ['b'], name: 'second' },
    ];
    expect(fault(onnxFile({ inputs: { x: [2] }, nodes }))).toBe(
      "bad-model first needs 'b', which is made only after it: a circle, or operators out of order",
    );
    expect(fault(onnxFile({ inputs: { x: [2] }, nodes: [{ ...relu, name: 'r', in: ['z'] }] }))).toBe(
      "bad-model r needs 'z', which nothing makes",
    );
    const deep = (depth: number): Parameters<typeof graph>[0] => ({
      nodes: [
        {
          op: 'If',
          in: ['x'],
          out: ['y'],
          with: depth === 0 ? {} : { then_branch: { graph: deep(depth - 1) } },
        },
      ],
    });
    expect(fault(onnxFile({ inputs: { x: [2] }, ...deep(12) }))).toMatch(
      /graphs within graphs, more than 8 deep/,
    );
  });

  it('asks for shapes that cannot be, by the operator’s name', () => {
    const conv = { op: 'Conv', in: ['x', 'w'], out: ['y'], name: 'stem' };
    const small = onnxFile({
      inputs: { x: [1, 3, 2, 2] },
      constants: { w: { shape: [8, 3, 7, 7] } },
      nodes: [conv],
    });
    expect(fault(small)).toBe('bad-model stem (Conv) would give an array of 1 x 8 x -4 x -4');
    const odd = onnxFile({
      inputs: { x: [5, 3] },
      constants: { to: { type: 'i64', shape: [2], values: [-1, 4] } },
      nodes: [{ op: 'Reshape', in: ['x', 'to'], out: ['y'], name: 'flat' }],
    });
    expect(fault(odd)).toBe('bad-model flat (Reshape) would give an array of 3.75 x 4');
  });
});

describe('a large file', () => {
  it('is not read where its weights are, in the file or beside it', () => {
    const gigabytes = 2 * 1024 ** 3 - 100_000;
    const weights = [...integer(1, 1000), ...integer(1, 1000), ...integer(2, 1), ...message(8, [119])];
    // A tensor whose raw data (field 9) is two gigabytes that nobody sees.
    const head = [...weights, ...varint(9 * 8 + 2), ...varint(gigabytes)];
    const initialiser = [...varint(5 * 8 + 2), ...varint(head.length + gigabytes), ...head];
    const rest = graph({ inputs: { x: [1, 1000] }, nodes: [{ op: 'MatMul', in: ['x', 'w'], out: ['y'] }] });
    const start = [
      ...varint(7 * 8 + 2),
      ...varint(initialiser.length + gigabytes + rest.length),
      ...initialiser,
    ];
    let bytesRead = 0;
    const size = start.length + gigabytes + rest.length;
    const source = {
      label: 'large.onnx',
      size,
      read: (at: number, length: number) => {
        const bytes = new Uint8Array(Math.min(length, size - at));
        bytesRead += bytes.length;
        for (const [from, piece] of [
          [0, start],
          [size - rest.length, rest],
        ] as const) {
          for (const [i, byte] of piece.entries())
            if (from + i >= at && from + i < at + bytes.length) bytes[from + i - at] = byte;
        }
        return bytes;
      },
    };
    const [product] = onnxWork({ source, sizes: new Map(), profile: null });
    expect(product?.call).toEqual({ operator: 'matvec', parameters: { m: 1000, k: 1000 } });
    expect(bytesRead).toBeLessThan(2 * 1024 ** 2);
  });

  it('is refused where it has more parts than a network can have', () => {
    const many = new Uint8Array(2_100_000);
    for (let i = 0; i < many.length; i += 2) many.set([0x08, 1], i);
    expect(fault(many)).toMatch(/^bad-model byte \d+: it has more than 1000000 parts/);
  });
});
