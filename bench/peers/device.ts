import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';

const wanted = ['shader-f16', 'subgroups', 'timestamp-query'] as const;

/**
 * Dawn in this process, with all the adapter has: ours and theirs run on this one device. The Vulkan driver is the one that the
 * environment names by now.
 */
export async function openSharedDevice(): Promise<{
  readonly adapter: GPUAdapter;
  readonly device: GPUDevice;
}> {
  const own = createRequire(join(resolve('.'), 'package.json'));
  const { create, globals } = own('webgpu') as { create: (flags: string[]) => GPU; globals: object };
  Object.assign(globalThis, globals);
  const gpu = create(['enable-dawn-features=allow_unsafe_apis']);
  const navigator = { gpu, userAgent: 'node', hardwareConcurrency: 1 };
  Object.defineProperty(globalThis, 'navigator', { value: navigator, configurable: true });
  const adapter = await gpu.requestAdapter();
  if (adapter === null) throw new Error('no adapter');
  const requiredLimits: Record<string, number> = {};
  for (const name of [
    ...['maxComputeWorkgroupStorageSize', 'maxComputeInvocationsPerWorkgroup', 'maxComputeWorkgroupSizeX'],
    ...[
      'maxComputeWorkgroupSizeY',
      'maxStorageBufferBindingSize',
      'maxBufferSize',
      'maxStorageBuffersPerShaderStage',
    ],
  ])
    requiredLimits[name] = adapter.limits[name as keyof GPUSupportedLimits] as number;
  const device = await adapter.requestDevice({
    requiredFeatures: wanted.filter((feature) => adapter.features.has(feature)),
    requiredLimits,
  });
  // ONNX Runtime's memory is shared between threads, which Dawn's binding for Node does not take.
  const { queue } = device;
  const write = queue.writeBuffer.bind(queue);
  queue.writeBuffer = (buffer, offset, data, ...range) => {
    const view = data as Uint8Array;
    const isShared = ArrayBuffer.isView(data) && data.buffer instanceof SharedArrayBuffer;
    const bytes = isShared
      ? new Uint8Array(new Uint8Array(view.buffer, view.byteOffset, view.byteLength))
      : data;
    write(buffer, offset, bytes as GPUAllowSharedBufferSource, ...range);
  };
  return { adapter, device };
}
