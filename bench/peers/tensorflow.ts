import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { type Contender, launchesPerRun } from './contender.ts';
import type { Contents, Sizes } from './graphs.ts';

/** What is used of TensorFlow.js. */
interface Tensor {
  data(): Promise<Float32Array>;
  dispose(): void;
}
interface Tensorflow {
  removeBackend(name: string): void;
  registerBackend(name: string, factory: () => unknown): boolean;
  setBackend(name: string): Promise<boolean>;
  tensor(values: Float32Array, shape: readonly number[]): Tensor;
  matMul(a: Tensor, b: Tensor): Tensor;
  conv2d(x: Tensor, filter: Tensor, strides: number, pad: number): Tensor;
  softmax(x: Tensor): Tensor;
}

/** TensorFlow.js' contender for an operator; null where it has none. */
export type TensorflowPeer = (operator: string, sizes: Sizes, contents: Contents) => Contender | null;

/** Opens TensorFlow.js on a device. @param folder where its packages are installed */
export async function openTensorflow(
  folder: string,
  { adapter, device }: { readonly adapter: GPUAdapter; readonly device: GPUDevice },
): Promise<TensorflowPeer> {
  const theirs = createRequire(join(resolve(folder), 'package.json'));
  const tf = theirs('@tensorflow/tfjs-core') as Tensorflow;
  const { WebGPUBackend } = theirs('@tensorflow/tfjs-backend-webgpu') as {
    WebGPUBackend: new (device: GPUDevice, info: GPUAdapterInfo) => unknown;
  };
  // Their kernels are those of this name; their own factory would open a device of its own.
  tf.removeBackend('webgpu');
  tf.registerBackend('webgpu', () => new WebGPUBackend(device, adapter.info));
  await tf.setBackend('webgpu');
  return (operator, sizes, contents) => {
    const size = (name: string) => Number(sizes[name] ?? 0);
    const tensor = (name: string, shape: readonly number[]) => {
      const bytes = contents(name);
      return tf.tensor(new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4), shape);
    };
    const contender = (inputs: readonly Tensor[], launch: () => Tensor): Contender => ({
      run() {
        for (let i = 0; i < launchesPerRun; i++) launch().dispose();
      },
      async result() {
        const result = launch();
        const values = await result.data();
        result.dispose();
        return values;
      },
      close() {
        for (const input of inputs) input.dispose();
      },
    });
    switch (operator) {
      case 'matmul':
      case 'matvec': {
        const n = operator === 'matvec' ? 1 : size('n');
        const [a, b] = [
          tensor('a', [size('m'), size('k')]),
          tensor(operator === 'matvec' ? 'x' : 'b', [size('k'), n]),
        ];
        return contender([a, b], () => tf.matMul(a, b));
      }
      case 'conv2d': {
        if (sizes.groups !== undefined) return null;
        const x = tensor('image', [1, size('height'), size('width'), size('channels')]);
        const shape = ['kernel_height', 'kernel_width', 'channels', 'filters'].map(size);
        const filter = tensor('weights', shape);
        return contender([x, filter], () =>
          tf.conv2d(x, filter, Number(sizes.stride ?? 1), size('padding_height')),
        );
      }
      case 'softmax': {
        const x = tensor('x', [size('rows'), size('cols')]);
        return contender([x], () => tf.softmax(x));
      }
      default:
        return null;
    }
  };
}
