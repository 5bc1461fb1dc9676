import type { CompiledPass, CompiledProgram } from './programs.ts';

/** Where the time of some launches is stamped. */
export interface LaunchStamps {
  readonly querySet: GPUQuerySet;
  /** Index of the stamp before them; null if there is one already. */
  readonly from: number | null;
  /** Index of the stamp after them. */
  readonly to: number;
}

/** Stamps the end of what was encoded so far: the beginning of a pass may be stamped while the commands before it still run. */
export function markEnd(encoder: GPUCommandEncoder, querySet: GPUQuerySet, index: number): void {
  encoder.beginComputePass({ timestampWrites: { querySet, endOfPassWriteIndex: index } }).end();
}

function writesOf({ querySet, from, to }: LaunchStamps): GPUComputePassTimestampWrites {
  return { querySet, ...(from === null ? {} : { beginningOfPassWriteIndex: from }), endOfPassWriteIndex: to };
}

/**
 * Encodes launches, all passes of each in order. They are one compute pass, whose dispatches wait for each other as far as
 * they share what is written; only where buffers are zeroed in between is it split. Zeroing is within the time.
 * @param options.launches of a round at most, where each launch of one has passes of its own
 */
export function encodeLaunches(
  encoder: GPUCommandEncoder,
  { passes, rounds }: Pick<CompiledProgram, 'passes' | 'rounds'>,
  options: { readonly launches: number; readonly stamps?: LaunchStamps | null },
): void {
  const { launches, stamps = null } = options;
  const isSplit = passes.some(({ clears }) => clears.length > 0);
  if (isSplit && stamps !== null && stamps.from !== null) markEnd(encoder, stamps.querySet, stamps.from);
  let open: GPUComputePassEncoder | null = null;
  let current: CompiledPass | null = null;
  for (let launch = 0; launch < launches; launch++) {
    for (const pass of rounds?.passes(launch) ?? passes) {
      if (pass.clears.length > 0) {
        open?.end();
        open = null;
        for (const { buffer, offset, size } of pass.clears) encoder.clearBuffer(buffer, offset, size);
      }
      if (open === null) {
        open = encoder.beginComputePass(
          isSplit || stamps === null ? {} : { timestampWrites: writesOf(stamps) },
        );
        current = null;
      }
      if (current?.pipeline !== pass.pipeline) open.setPipeline(pass.pipeline);
      if (current !== pass) {
        for (const [group, bindGroup] of pass.bindGroups.entries()) open.setBindGroup(group, bindGroup);
        current = pass;
      }
      pass.launch(open);
    }
  }
  open?.end();
  if (isSplit && stamps !== null) markEnd(encoder, stamps.querySet, stamps.to);
}
