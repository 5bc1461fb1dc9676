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

/** A pipeline for one pass, and its bind groups. Not layout: 'auto', so that all of it stays in one's own hands. */
async function preparePass(device, pass, buffers) {
  const groups = Math.max(-1, ...pass.bindings.map(({ group }) => group)) + 1;
  const inGroup = (group) => pass.bindings.filter((one) => one.group === group);
  const layouts = Array.from({ length: groups }, (_, group) =>
    device.createBindGroupLayout({
      entries: inGroup(group).map(({ binding, kind }) => ({
        binding,
        visibility: GPUShaderStage.COMPUTE,
        buffer: { type: kind },
      })),
    }),
  );
  const pipeline = await device.createComputePipelineAsync({
    layout: device.createPipelineLayout({ bindGroupLayouts: layouts }),
    compute: { module: device.createShaderModule({ code: pass.wgsl }), entryPoint: pass.entryPoint },
  });
  const bindGroups = layouts.map((layout, group) => {
    const entries = inGroup(group).map(({ binding, buffer }) => ({
      binding,
      resource: { buffer: buffers.get(buffer) },
    }));
    return device.createBindGroup({ layout, entries });
  });
  return { pass, pipeline, bindGroups };
}

/**
 * Launches a variant once.
 * @param inputs typed arrays by the name of the buffer
 * @param output name of the buffer to read back, of f32
 */
export async function runVariant(device, variant, inputs, output) {
  const buffers = new Map();
  for (const one of variant.buffers) {
    const { name, usage, indirect, byteLength } = one;
    const role = usage === 'uniform' ? GPUBufferUsage.UNIFORM : GPUBufferUsage.STORAGE;
    const buffer = device.createBuffer({
      size: byteLength,
      usage:
        role | (indirect ? GPUBufferUsage.INDIRECT : 0) | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC,
    });
    const data = one.values ? bytesOf(one) : inputs[name];
    if (data) device.queue.writeBuffer(buffer, 0, data);
    buffers.set(name, buffer);
  }
  const prepared = await Promise.all(variant.passes.map((pass) => preparePass(device, pass, buffers)));
  const encoder = device.createCommandEncoder();
  // One compute pass for all launches, but for those before which something has to be zeroed.
  let commands = null;
  for (const [index, { pass, pipeline, bindGroups }] of prepared.entries()) {
    const bound = new Set(pass.bindings.map(({ buffer }) => buffer));
    const cleared = variant.buffers.filter(({ name, clear }) =>
      clear === 'launch' ? index === 0 : clear === 'pass' && bound.has(name),
    );
    if (cleared.length > 0) {
      commands?.end();
      commands = null;
      for (const { name } of cleared) encoder.clearBuffer(buffers.get(name));
    }
    commands ??= encoder.beginComputePass();
    commands.setPipeline(pipeline);
    for (const [group, bindGroup] of bindGroups.entries()) commands.setBindGroup(group, bindGroup);
    const { dispatch } = pass;
    if (Array.isArray(dispatch)) commands.dispatchWorkgroups(...dispatch);
    else commands.dispatchWorkgroupsIndirect(buffers.get(dispatch.indirect), dispatch.offsetBytes);
  }
  commands.end();
  const result = variant.buffers.find(({ name }) => name === output);
  const copy = device.createBuffer({
    size: result.byteLength,
    usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
  });
  encoder.copyBufferToBuffer(buffers.get(output), 0, copy, 0, result.byteLength);
  device.queue.submit([encoder.finish()]);
  await copy.mapAsync(GPUMapMode.READ);
  const values = new Float32Array(copy.getMappedRange().slice(0)).slice(0, result.length);
  for (const buffer of [copy, ...buffers.values()]) buffer.destroy();
  return values;
}
