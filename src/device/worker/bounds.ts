import { compareOutput } from '../../kernel/index.ts';
import type { Outputs } from '../../measure/index.ts';
import type { BoundsNotes } from '../protocol.ts';
import type { Launcher } from './launcher.ts';
import type { CompiledProgram } from './programs.ts';
import { readBack } from './readback.ts';
import { runOnce } from './verify.ts';

/** Reads beyond arrays go to these eighths of them, one after the other: values in two places may do the same. */
const eighths = [7, 3, 5, 6] as const;

/**
 * Launches a program that notes its indices, with every buffer as it was at first. Where one is beyond its buffer, it is
 * launched again with other elements in the place of what lies there: only then is a read wrong when that changes a result.
 */
export async function takeNotes(launcher: Launcher, compiled: CompiledProgram): Promise<BoundsNotes> {
  const { device } = launcher;
  const { program, bound } = compiled;
  const [binding] = program.buffers.slice(-2);
  const [buffer, mode] = bound.buffers.slice(-2);
  if (binding === undefined || buffer === undefined || mode === undefined)
    throw new Error('there are no buffers for notes');
  const launch = (...words: readonly number[]): Promise<Outputs> => {
    device.queue.writeBuffer(mode, 0, Uint32Array.from(words));
    return runOnce(launcher, compiled);
  };
  try {
    await launch(0, 0);
    const notes = await readBack(device, buffer, binding.byteLength);
    const counts = new Uint32Array(notes.buffer).filter((_, i) => i % 2 === 0);
    if (counts.every((count) => count === 0)) return { notes, shows: false };
    const first = await launch(1, 0);
    if (first.size === 0) return { notes, shows: true };
    for (const eighth of eighths) {
      const other = await launch(1, eighth);
      if (isEqual(first, other)) continue;
      // Sums in no fixed order differ by themselves.
      if (isEqual(first, await launch(1, 0)) || !isNear(program, other, first)) return { notes, shows: true };
    }
    return { notes, shows: false };
  } finally {
    // The buffer is the pool's, and others with the same contents may get it.
    device.queue.writeBuffer(mode, 0, Uint32Array.of(0, 0));
  }
}

/** Whether outputs are as near to each other as right ones are to the reference's. */
function isNear({ buffers }: CompiledProgram['program'], outputs: Outputs, others: Outputs): boolean {
  return buffers.every((output) => {
    const [one, other] = [outputs, others].map((all) => all.get(output.name));
    return one === undefined || other === undefined || compareOutput(output, one, other).ok;
  });
}

function isEqual(one: Outputs, other: Outputs): boolean {
  return [...one].every(([name, bytes]) => Buffer.from(bytes).equals(other.get(name) ?? new Uint8Array()));
}
