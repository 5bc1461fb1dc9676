/** Reads the timestamps of one batch of commands. */
export interface TimestampReader {
  readonly querySet: GPUQuerySet;
  /** Makes the first `count` timestamps readable once the commands are done. */
  resolve(encoder: GPUCommandEncoder, count: number): void;
  /** The first `count` timestamps, in milliseconds since the first of them. */
  readMs(count: number): Promise<readonly number[]>;
}

/** A reader of up to `most` timestamps. */
export function createTimestampReader(device: GPUDevice, most: number): TimestampReader {
  const querySet = device.createQuerySet({ type: 'timestamp', count: most });
  const size = 8 * most;
  const resolved = device.createBuffer({
    size,
    usage: GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC,
  });
  const readable = device.createBuffer({ size, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
  return {
    querySet,
    resolve(encoder, count) {
      encoder.resolveQuerySet(querySet, 0, count, resolved, 0);
      encoder.copyBufferToBuffer(resolved, 0, readable, 0, 8 * count);
    },
    async readMs(count) {
      await readable.mapAsync(GPUMapMode.READ);
      const [...stamps] = new BigUint64Array(readable.getMappedRange().slice(0, 8 * count));
      readable.unmap();
      return stamps.map((stamp) => Number(stamp - (stamps[0] ?? 0n)) / 1e6);
    },
  };
}
