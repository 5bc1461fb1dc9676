// Runs a variant that `joulegate/runtime` picked: any kernel, any buffers.

/** A device with all the compute limits and the features that kernels may ask for. */
export async function openDevice() {
  const adapter = await navigator.gpu?.requestAdapter();
  if (!adapter) throw new Error('This browser offers no WebGPU adapter.');
  const limits = [
    'maxComputeWorkgroupStorageSize',
    'maxComputeInvocationsPerWorkgroup',
    'maxComputeWorkgroupSizeX',
    'maxComputeWorkgroupSizeY',
    'maxBufferSize',
    'maxStorageBufferBindingSize',
  ];
  return adapter.requestDevice({
    requiredLimits: Object.fromEntries(limits.map((name) => [name, adapter.limits[name]])),
    requiredFeatures: ['shader-f16', 'subgroups'].filter((name) => adapter.features.has(name)),
  });
}

/** A device as `Kernels.variant` wants it. Its limits are those that were requested, which is what counts. */
export function describe(device) {
  return { info: device.adapterInfo, limits: device.limits, features: device.features };
}

const arrays = { f32: Float32Array, i32: Int32Array, u32: Uint32Array };

/** What a buffer with values holds, as bytes. Each value has a place and type of its own, or all follow each other. */
function bytesOf({ type, values, slots, byteLength }) {
  const bytes = new ArrayBuffer(byteLength);
  for (const [index, value] of values.entries()) {
    const slot = slots?.[index] ?? { type, offsetBytes: 4 * index };
    new arrays[slot.type](bytes, slot.offsetBytes, 1)[0] = value;
  }
  return bytes;
}

/**
 * Launches a variant once.
 * @param inputs typed arrays by the name of the buffer
 * @param output name of the buffer to read back, of f32
 */
export async function runVariant(device, variant, inputs, output) {
  // Not layout: 'auto', which leaves out buffers that a program declares and does not use.
  const groups = Math.max(-1, ...variant.buffers.map(({ group }) => group)) + 1;
  const layouts = Array.from({ length: groups }, (_, group) =>
    device.createBindGroupLayout({
      entries: variant.buffers
        .filter((one) => one.group === group)
        .map(({ binding, kind }) => ({
          binding,
          visibility: GPUShaderStage.COMPUTE,
          buffer: { type: kind },
        })),
    }),
  );
  const pipeline = await device.createComputePipelineAsync({
    layout: device.createPipelineLayout({ bindGroupLayouts: layouts }),
    compute: { module: device.createShaderModule({ code: variant.wgsl }), entryPoint: variant.entryPoint },
  });
  const buffers = variant.buffers.map((binding) => {
    const usage = binding.kind === 'uniform' ? GPUBufferUsage.UNIFORM : GPUBufferUsage.STORAGE;
    const buffer = device.createBuffer({
      size: binding.byteLength,
      usage: usage | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC,
    });
    const data = binding.values ? bytesOf(binding) : inputs[binding.name];
    if (data) device.queue.writeBuffer(buffer, 0, data);
    return { ...binding, buffer };
  });
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  for (const [group, layout] of layouts.entries()) {
    const entries = buffers
      .filter((one) => one.group === group)
      .map(({ binding, buffer }) => ({ binding, resource: { buffer } }));
    pass.setBindGroup(group, device.createBindGroup({ layout, entries }));
  }
  pass.dispatchWorkgroups(...variant.dispatch);
  pass.end();
  const result = buffers.find((one) => one.name === output);
  const copy = device.createBuffer({
    size: result.byteLength,
    usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
  });
  encoder.copyBufferToBuffer(result.buffer, 0, copy, 0, result.byteLength);
  device.queue.submit([encoder.finish()]);
  await copy.mapAsync(GPUMapMode.READ);
  const values = new Float32Array(copy.getMappedRange().slice(0)).slice(0, result.length);
  for (const buffer of [copy, ...buffers.map((one) => one.buffer)]) buffer.destroy();
  return values;
}
