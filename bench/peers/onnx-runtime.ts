import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Contender, launchesPerRun, readBuffer } from './contender.ts';
import type { Graph } from './graphs.ts';
import { type OnnxType, onnxFile } from './onnx.ts';

/** What is used of onnxruntime-web. */
interface OrtTensor {
  readonly gpuBuffer: GPUBuffer;
  dispose(): void;
}
interface OrtSession {
  run(feeds: Readonly<Record<string, OrtTensor>>): Promise<Readonly<Record<string, OrtTensor>>>;
  release(): Promise<void>;
}
interface Ort {
  readonly env: { logLevel: string; readonly wasm: { numThreads: number } };
  readonly InferenceSession: { create(model: Uint8Array, options: object): Promise<OrtSession> };
  readonly Tensor: { fromGpuBuffer(buffer: GPUBuffer, options: object): OrtTensor };
}

const typeNames: Readonly<Record<OnnxType, string>> = {
  ...{ f32: 'float32', f16: 'float16', u8: 'uint8', i32: 'int32', i64: 'int64' },
};

export type OnnxRuntime = (graph: Graph) => Promise<Contender>;

/** Opens onnxruntime-web with its WebGPU provider on a device. @param folder where it is installed */
export async function openOnnxRuntime(folder: string, device: GPUDevice): Promise<OnnxRuntime> {
  const path = resolve(join(folder, 'node_modules/onnxruntime-web/dist/ort.webgpu.min.mjs'));
  const ort = (await import(pathToFileURL(path).href)) as Ort;
  ort.env.wasm.numThreads = 1;
  ort.env.logLevel = 'error';
  return async (graph) => {
    const outputs = Array.from({ length: launchesPerRun }, (_, launch) => `result${launch}`);
    const file = onnxFile({
      ...{ inputs: graph.inputs, constants: graph.constants },
      outputs: outputs.map((name) => ({ name, ...graph.result })),
      nodes: outputs.flatMap((name, launch) => graph.nodes(launch, name)),
    });
    const session = await ort.InferenceSession.create(file, {
      executionProviders: [{ name: 'webgpu', device }],
      // Else equal nodes would be one.
      graphOptimizationLevel: 'disabled',
      preferredOutputLocation: 'gpu-buffer',
    });
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC;
    const buffers = graph.inputs.map(({ data }) => {
      const buffer = device.createBuffer({ size: Math.ceil(data.byteLength / 16) * 16, usage });
      device.queue.writeBuffer(buffer, 0, data as Uint8Array<ArrayBuffer>);
      return buffer;
    });
    const feeds = Object.fromEntries(
      graph.inputs.map(({ name, type, dims }, i) => [
        name,
        ort.Tensor.fromGpuBuffer(buffers[i] as GPUBuffer, { dataType: typeNames[type], dims }),
      ]),
    );
    const free = (results: Readonly<Record<string, OrtTensor>>) => {
      for (const tensor of Object.values(results)) tensor.dispose();
    };
    const length = graph.result.dims.reduce((product, size) => product * size, 1);
    return {
      run: async () => free(await session.run(feeds)),
      async result() {
        if (graph.ours === null) return null;
        const results = await session.run(feeds);
        const first = (await readBuffer(device, (results.result0 as OrtTensor).gpuBuffer)).subarray(
          0,
          length,
        );
        free(results);
        return graph.ours === undefined ? first : graph.ours(first);
      },
      async close() {
        await session.release();
        for (const buffer of buffers) buffer.destroy();
      },
    };
  };
}
