import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import type { Program } from '../../src/kernel/index.ts';
import { median } from '../../src/stats/index.ts';

/** What is used of TensorFlow.js; its packages are no dependencies of this project. */
interface Tensor {
  readonly shape: readonly number[];
  data(): Promise<Float32Array>;
  dispose(): void;
}
interface Tensorflow {
  setBackend(name: string): Promise<boolean>;
  ready(): Promise<void>;
  backend(): { readonly device: GPUDevice };
  tensor(values: Float32Array, shape: readonly number[]): Tensor;
  matMul(a: Tensor, b: Tensor): Tensor;
  conv2d(x: Tensor, filter: Tensor, strides: number, pad: 'same'): Tensor;
  readonly version_core: string;
}

export interface PeerResult {
  readonly peer: string;
  /** Their time over ours, the median of turns side by side; above 1 ours is faster. */
  readonly ratio: number;
  readonly oursMs: number;
  readonly theirsMs: number;
  /** Largest difference of the results over the largest result. */
  readonly difference: number;
}

const turns = 9;
const launchesPerTurn = 12;

/** Opens TensorFlow.js on Dawn in this process. @param folder one that has its packages installed */
export async function openPeer(folder: string) {
  const own = createRequire(join(resolve('.'), 'package.json'));
  const { create, globals } = own('webgpu') as { create: (flags: string[]) => GPU; globals: object };
  Object.assign(globalThis, globals);
  const gpu = create(['enable-dawn-features=allow_unsafe_apis']);
  Object.defineProperty(globalThis, 'navigator', { value: { gpu, userAgent: 'node' }, configurable: true });
  const theirs = createRequire(join(resolve(folder), 'package.json'));
  const tf = theirs('@tensorflow/tfjs-core') as Tensorflow;
  theirs('@tensorflow/tfjs-backend-webgpu');
  await tf.setBackend('webgpu');
  await tf.ready();
  return { tf, device: tf.backend().device };
}

type Peer = Awaited<ReturnType<typeof openPeer>>;

function randomValues(count: number, seed: number): Float32Array {
  let state = seed;
  return Float32Array.from({ length: count }, () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647 - 0.5;
  });
}

/** Our program on their device, with inputs that theirs gets too. */
function ours(device: GPUDevice, program: Program, inputs: readonly Float32Array[]) {
  const buffers = program.buffers.map((binding, index) => {
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC;
    const buffer = device.createBuffer({ size: Math.ceil(binding.byteLength / 4) * 4, usage });
    const values = inputs[index];
    if (values !== undefined) device.queue.writeBuffer(buffer, 0, values as Float32Array<ArrayBuffer>);
    return buffer;
  });
  const [pass] = program.passes;
  if (pass === undefined || 'indirect' in pass.dispatch) throw new Error('a program of one launch');
  const { dispatch } = pass;
  const module = device.createShaderModule({ code: pass.wgsl });
  const layout = device.createBindGroupLayout({
    entries: pass.bindings.map(({ binding, kind }) => ({
      ...{ binding, visibility: GPUShaderStage.COMPUTE },
      buffer: { type: kind },
    })),
  });
  const pipeline = device.createComputePipeline({
    layout: device.createPipelineLayout({ bindGroupLayouts: [layout] }),
    compute: { module, entryPoint: pass.entryPoint },
  });
  const group = device.createBindGroup({
    layout,
    entries: pass.bindings.map(({ binding, buffer }) => ({
      binding,
      resource: { buffer: buffers[buffer] as GPUBuffer },
    })),
  });
  const output = buffers[program.buffers.findIndex(({ check }) => check !== null)] as GPUBuffer;
  return {
    launch() {
      const encoder = device.createCommandEncoder();
      const commands = encoder.beginComputePass();
      commands.setPipeline(pipeline);
      commands.setBindGroup(0, group);
      commands.dispatchWorkgroups(...dispatch);
      commands.end();
      device.queue.submit([encoder.finish()]);
    },
    async read() {
      const usage = GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST;
      const copy = device.createBuffer({ size: output.size, usage });
      const encoder = device.createCommandEncoder();
      encoder.copyBufferToBuffer(output, 0, copy, 0, output.size);
      device.queue.submit([encoder.finish()]);
      await copy.mapAsync(GPUMapMode.READ);
      return new Float32Array(copy.getMappedRange().slice(0));
    },
  };
}

/** The same on theirs: one launch per call, its result kept until the next. */
function theirsOf({ tf }: Peer, operator: string, sizes: Readonly<Record<string, unknown>>) {
  const size = (name: string) => Number(sizes[name]);
  if (operator === 'conv2d') {
    const image = randomValues(size('height') * size('width') * size('channels'), 1);
    const weights = randomValues(
      size('kernel_height') * size('kernel_width') * size('channels') * size('filters'),
      2,
    );
    const x = tf.tensor(image, [1, size('height'), size('width'), size('channels')]);
    const filter = tf.tensor(weights, [
      size('kernel_height'),
      size('kernel_width'),
      size('channels'),
      size('filters'),
    ]);
    return { inputs: [image, weights], launch: () => tf.conv2d(x, filter, 1, 'same') };
  }
  const [m, k, n] = [size('m'), size('k'), operator === 'matvec' ? 1 : size('n')];
  const [left, right] = [randomValues(m * k, 1), randomValues(k * n, 2)];
  const [a, b] = [tf.tensor(left, [m, k]), tf.tensor(right, [k, n])];
  return { inputs: [left, right], launch: () => tf.matMul(a, b) };
}

/** Times a program of ours and theirs in turns, by the wall clock, and compares what they compute. */
export async function comparePeer(
  peer: Peer,
  task: {
    readonly operator: string;
    readonly sizes: Readonly<Record<string, unknown>>;
    readonly program: Program;
  },
): Promise<PeerResult> {
  const { device, tf } = peer;
  const theirs = theirsOf(peer, task.operator, task.sizes);
  const own = ours(device, task.program, theirs.inputs);
  const turn = async (launch: () => unknown) => {
    const start = performance.now();
    for (let i = 0; i < launchesPerTurn; i++) launch();
    await device.queue.onSubmittedWorkDone();
    return (performance.now() - start) / launchesPerTurn;
  };
  const launchTheirs = () => theirs.launch().dispose();
  own.launch();
  const [mine, other] = [await own.read(), await theirs.launch().data()];
  const largest = other.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
  const difference = mine.reduce(
    (max, value, i) => Math.max(max, Math.abs(value - (other[i] ?? Number.NaN))),
    0,
  );
  const times: { ours: number; theirs: number }[] = [];
  for (let i = -1; i < turns; i++) {
    const pair = { ours: await turn(own.launch), theirs: await turn(launchTheirs) };
    if (i >= 0) times.push(pair);
  }
  return {
    peer: `TensorFlow.js ${tf.version_core}, webgpu`,
    ratio: median(times.map((pair) => pair.theirs / pair.ours)),
    oursMs: median(times.map((pair) => pair.ours)),
    theirsMs: median(times.map((pair) => pair.theirs)),
    difference: difference / largest,
  };
}
