import { compareOutput } from '../../kernel/index.ts';
import type { BoundsNotes } from '../protocol.ts';
import type { Launcher } from './launcher.ts';
import type { CompiledProgram } from './programs.ts';
import { readBack } from './readback.ts';
import { type Outputs, runOnce } from './verify.ts';

/** Where reads beyond buffers go: where the device has them, to the first element, to some other. */
const modes = { device: 0, first: 1, other: 2 } as const;

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
  const launch = (name: keyof typeof modes): Promise<Outputs> => {
    device.queue.writeBuffer(mode, 0, Uint32Array.of(modes[name]));
    return runOnce(launcher, compiled);
  };
  try {
    await launch('device');
    const notes = await readBack(device, buffer, binding.byteLength);
    const counts = new Uint32Array(notes.buffer).filter((_, i) => i % 2 === 0);
    if (counts.every((count) => count === 0)) return { notes, shows: false };
    const first = await launch('first');
    if (first.size === 0) return { notes, shows: true };
    const other = await launch('other');
    if (isEqual(first, other)) return { notes, shows: false };
    // Sums in no fixed order differ by themselves.
    if (isEqual(first, await launch('first'))) return { notes, shows: true };
    const isNear = program.buffers.every((output) => {
      const [one, two] = [first, other].map((outputs) => outputs.get(output.name));
      return one === undefined || two === undefined || compareOutput(output, two, one).ok;
    });
    return { notes, shows: !isNear };
  } finally {
    // The buffer is the pool's, and others with the same contents may get it.
    device.queue.writeBuffer(mode, 0, Uint32Array.of(modes.device));
  }
}

function isEqual(one: Outputs, other: Outputs): boolean {
  return [...one].every(([name, bytes]) => Buffer.from(bytes).equals(other.get(name) ?? new Uint8Array()));
}
