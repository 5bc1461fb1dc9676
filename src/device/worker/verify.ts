import { type BufferBinding, compareOutput, poison } from '../../kernel/index.ts';
import type { Outputs, Remarks } from '../../measure/index.ts';
import type { WireProgram } from '../protocol.ts';
import { writeAll } from './buffers.ts';
import { VariantFault } from './faults.ts';
import { checkIndirect } from './indirect.ts';
import type { Launcher } from './launcher.ts';
import type { CompiledProgram } from './programs.ts';
import { readBack } from './readback.ts';

interface Output {
  readonly binding: BufferBinding;
  /** Index into the program's buffers. */
  readonly index: number;
}

function outputsOf(program: WireProgram): readonly Output[] {
  return program.buffers
    .map((binding, index) => ({ binding, index }))
    .filter(({ binding }) => binding.check !== null && binding.kind === 'storage');
}

/** What a launch has to write itself: outputs that it does not read, and what only passes share. */
function isPoisoned({ check, kind, scratch, clear, readsInitial }: BufferBinding): boolean {
  if (kind !== 'storage' || readsInitial === true) return false;
  return check !== null || (scratch === true && clear === undefined);
}

/** Launches once with every buffer as it was at first, and what it has to write poisoned. @returns the outputs. */
export async function runOnce(launcher: Launcher, compiled: CompiledProgram): Promise<Outputs> {
  const { device } = launcher;
  const { program, bound } = compiled;
  const encoder = device.createCommandEncoder();
  bound.reset(encoder);
  device.queue.submit([encoder.finish()]);
  for (const [index, binding] of program.buffers.entries()) {
    if (isPoisoned(binding)) writeAll(device, bound.buffers[index] as GPUBuffer, poison(binding));
  }
  // On the program's own buffers, which are read below.
  const { rounds: _, ...alone } = compiled;
  launcher.submit(alone, 1);
  const outputs = new Map<string, Uint8Array>();
  for (const { binding, index } of outputsOf(program)) {
    outputs.set(binding.name, await readBack(device, bound.buffers[index] as GPUBuffer, binding.byteLength));
  }
  return outputs;
}

/** Outputs that are more than this in bytes are not sent between processes. */
const maxSentBytes = 256 * 1024 ** 2;

/** What a launch writes that follows `launches` others; null where that is too much to send. */
export async function outputsAfter(
  launcher: Launcher,
  compiled: CompiledProgram,
  launches: number,
): Promise<Outputs | null> {
  const bytes = outputsOf(compiled.program).reduce((sum, { binding }) => sum + binding.byteLength, 0);
  if (bytes > maxSentBytes) return null;
  if (launches > 0) launcher.submit(compiled, launches);
  return runOnce(launcher, compiled);
}

/**
 * Launches a variant and compares every output with the reference's.
 *
 * @returns what is to be said of outputs that are right; null if there is nothing.
 * @throws VariantFault
 */
export async function checkAgainst(
  launcher: Launcher,
  compiled: CompiledProgram,
  reference: Outputs,
): Promise<Remarks> {
  const actual = await runOnce(launcher, compiled);
  const remarks: string[] = [...(await checkIndirect(launcher.device, compiled))];
  for (const { binding } of outputsOf(compiled.program)) {
    const expected = reference.get(binding.name);
    const found = actual.get(binding.name) as Uint8Array;
    if (expected === undefined || expected.byteLength !== found.byteLength) {
      const theirs = expected === undefined ? 'no such output' : `${expected.byteLength} bytes`;
      throw new VariantFault(
        'wrong-result',
        `output \`${binding.name}\` has ${found.byteLength} bytes, the reference has ${theirs}`,
      );
    }
    const outcome = compareOutput(binding, found, expected);
    if (!outcome.ok) throw new VariantFault(outcome.failure.kind, outcome.failure.message);
    remarks.push(...(outcome.value.remarks ?? []));
  }
  return remarks.length === 0 ? null : remarks;
}
