import { bufferContents, type Program } from '../../src/kernel/index.ts';
import { type Contender, launchesPerRun, readBuffer } from './contender.ts';

/** A program of ours on the shared device; every launch of a run has outputs of its own, as theirs have. */
export function ourContender(device: GPUDevice, program: Program): Contender {
  const usage =
    GPUBufferUsage.STORAGE | GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC;
  const create = (index: number) => {
    const binding = program.buffers[index];
    if (binding === undefined) throw new Error('a pass binds what is not there');
    const buffer = device.createBuffer({ size: Math.ceil(binding.byteLength / 16) * 16, usage });
    device.queue.writeBuffer(buffer, 0, bufferContents(binding) as Uint8Array<ArrayBuffer>);
    return buffer;
  };
  const isWritten = (index: number) =>
    program.passes.some((pass) =>
      pass.bindings.some(({ buffer, kind }) => buffer === index && kind === 'storage'),
    );
  const shared = program.buffers.map((_, index) => (isWritten(index) ? null : create(index)));
  const sets = Array.from({ length: launchesPerRun }, () =>
    shared.map((buffer, index) => buffer ?? create(index)),
  );
  const passes = program.passes.map((pass) => {
    const { dispatch } = pass;
    if ('indirect' in dispatch) throw new Error('a program that says its size');
    const layout = device.createBindGroupLayout({
      entries: pass.bindings.map(({ binding, kind }) => ({
        ...{ binding, visibility: GPUShaderStage.COMPUTE },
        buffer: { type: kind },
      })),
    });
    const pipeline = device.createComputePipeline({
      layout: device.createPipelineLayout({ bindGroupLayouts: [layout] }),
      compute: { module: device.createShaderModule({ code: pass.wgsl }), entryPoint: pass.entryPoint },
    });
    const groups = sets.map((buffers) =>
      device.createBindGroup({
        layout,
        entries: pass.bindings.map(({ binding, buffer }) => ({
          binding,
          resource: { buffer: buffers[buffer] as GPUBuffer },
        })),
      }),
    );
    return { dispatch, pipeline, groups };
  });
  const output = program.buffers.findIndex(({ check }) => check !== null);
  return {
    run() {
      const encoder = device.createCommandEncoder();
      const commands = encoder.beginComputePass();
      for (let launch = 0; launch < launchesPerRun; launch++) {
        for (const { dispatch, pipeline, groups } of passes) {
          commands.setPipeline(pipeline);
          commands.setBindGroup(0, groups[launch] as GPUBindGroup);
          commands.dispatchWorkgroups(...dispatch);
        }
      }
      commands.end();
      device.queue.submit([encoder.finish()]);
    },
    result: () => readBuffer(device, sets[0]?.[output] as GPUBuffer),
    close() {
      for (const buffers of sets) for (const buffer of buffers) buffer.destroy();
    },
  };
}
