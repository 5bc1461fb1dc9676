/** How often an operator is launched in one run: what a run costs on the host counts for little. */
export const launchesPerRun = 4;

/** One implementation of a case on the shared device. */
export interface Contender {
  /** Launches the operator `launchesPerRun` times. */
  run(): unknown;
  /** What the first launch of the last run left, in our layout; null where it cannot be compared. */
  result(): Promise<Float32Array | null>;
  close(): unknown;
}

export async function readBuffer(device: GPUDevice, buffer: GPUBuffer): Promise<Float32Array> {
  const copy = device.createBuffer({
    size: buffer.size,
    usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
  });
  const encoder = device.createCommandEncoder();
  encoder.copyBufferToBuffer(buffer, 0, copy, 0, buffer.size);
  device.queue.submit([encoder.finish()]);
  await copy.mapAsync(GPUMapMode.READ);
  const values = new Float32Array(copy.getMappedRange().slice(0));
  copy.destroy();
  return values;
}

/** Milliseconds of a launch by the wall clock, in the mean over so many runs. */
export async function timeLaunch(device: GPUDevice, { run }: Contender, runs: number): Promise<number> {
  const start = performance.now();
  for (let i = 0; i < runs; i++) await run();
  await device.queue.onSubmittedWorkDone();
  return (performance.now() - start) / runs / launchesPerRun;
}
