/** Copies the first `byteLength` bytes of `buffer` to the CPU. `buffer` holds a multiple of four bytes. */
export async function readBack(
  device: GPUDevice,
  buffer: GPUBuffer,
  byteLength: number,
): Promise<Uint8Array> {
  const readable = device.createBuffer({
    size: buffer.size,
    usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
  });
  try {
    const encoder = device.createCommandEncoder();
    encoder.copyBufferToBuffer(buffer, 0, readable, 0, buffer.size);
    device.queue.submit([encoder.finish()]);
    await readable.mapAsync(GPUMapMode.READ);
    return new Uint8Array(readable.getMappedRange().slice(0, byteLength));
  } finally {
    readable.destroy();
  }
}
