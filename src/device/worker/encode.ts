import type { CompiledPass, CompiledProgram } from './programs.ts';
import { onlyStamp } from './timestamps.ts';

/** What is encoded of a program: each launch of a round has passes of its own where it starts from the described contents. */
type Launchable = Pick<CompiledProgram, 'passes' | 'rounds'>;

/**
 * Encodes launches, all passes of each in order. They are one compute pass, whose dispatches wait for each other as far as
 * they share what is written; only where buffers are zeroed in between is it split.
 * @param options.launches of a round at most, where there are rounds
 */
export function encodeLaunches(
  encoder: GPUCommandEncoder,
  { passes, rounds }: Launchable,
  options: {
    readonly launches: number;
    readonly timestampWrites?: GPUComputePassTimestampWrites | undefined;
  },
): void {
  const { launches, timestampWrites } = options;
  const isSplit = passes.some(({ clears }) => clears.length > 0);
  let pass: GPUComputePassEncoder | null = null;
  // Zeroing counts: the time begins before the first, and ends when the last launch is done.
  const begin = (writes: GPUComputePassTimestampWrites | undefined) =>
    encoder.beginComputePass(writes === undefined ? {} : { timestampWrites: writes });
  if (isSplit && timestampWrites !== undefined) begin(onlyStamp(timestampWrites, 'begin')).end();
  let current: CompiledPass | null = null;
  for (let launch = 0; launch < launches; launch++) {
    for (const one of rounds?.passes(launch) ?? passes) {
      if (one.clears.length > 0) {
        pass?.end();
        pass = null;
        for (const { buffer, offset, size } of one.clears) encoder.clearBuffer(buffer, offset, size);
      }
      if (pass === null) {
        pass = begin(isSplit ? undefined : timestampWrites);
        current = null;
      }
      if (current?.pipeline !== one.pipeline) pass.setPipeline(one.pipeline);
      if (current !== one) {
        for (const [group, bindGroup] of one.bindGroups.entries()) pass.setBindGroup(group, bindGroup);
        current = one;
      }
      one.launch(pass);
    }
  }
  pass?.end();
  if (isSplit && timestampWrites !== undefined) begin(onlyStamp(timestampWrites, 'end')).end();
}
