import { lstatSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type BufferBinding, compareOutput, type Outcome, type VariantFailure } from '../../kernel/index.ts';
import type { Outputs, Remarks } from '../../measure/index.ts';

/** Larger outputs are not compared. */
const maxBytes = 1024 ** 3;

function fileOf({ name }: BufferBinding, folder: string): string {
  return join(folder, `${name}.bin`);
}

function faultOf(output: BufferBinding, folder: string): VariantFailure | null {
  const { name, type, length, byteLength } = output;
  // A link could lead anywhere, and a pipe never end.
  const stat = lstatSync(fileOf(output, folder), { throwIfNoEntry: false });
  if (stat === undefined || !stat.isFile()) {
    return { kind: 'unwritten', message: `\`${name}\`: the program wrote no file ${name}.bin` };
  }
  if (stat.size !== byteLength) {
    const message = `\`${name}\`: ${name}.bin has ${stat.size} bytes; ${length} ${type} are ${byteLength}`;
    return { kind: 'wrong-result', message };
  }
  if (byteLength <= maxBytes) return null;
  return { kind: 'unsupported', message: `\`${name}\` has more than 1 GiB: it cannot be compared` };
}

/** The first thing that is wrong with what a program wrote, by itself; null if nothing is. */
export function outputFault(outputs: readonly BufferBinding[], folder: string): VariantFailure | null {
  for (const output of outputs) {
    const fault = faultOf(output, folder);
    if (fault !== null) return fault;
  }
  return null;
}

/** What a program wrote, without a fault of its own. */
export async function readOutputs(
  outputs: readonly BufferBinding[],
  folder: string,
): Promise<Outcome<Outputs>> {
  try {
    const files = outputs.map(
      async (output) => [output.name, await readFile(fileOf(output, folder))] as const,
    );
    return { ok: true, value: new Map(await Promise.all(files)) };
  } catch {
    return { ok: false, failure: { kind: 'unwritten', message: 'its outputs cannot be read' } };
  }
}

/** Compares what a variant wrote with what its reference wrote, both without a fault of their own; what is to be said of it. */
export async function compareOutputs(
  outputs: readonly BufferBinding[],
  actual: string,
  expected: string,
): Promise<Outcome<Remarks>> {
  const remarks: string[] = [];
  for (const output of outputs) {
    // The reference may be of another revision, with other outputs.
    const fault = faultOf(output, expected);
    if (fault !== null)
      return { ok: false, failure: { ...fault, message: `the reference: ${fault.message}` } };
    const [mine, right] = await Promise.allSettled(
      [actual, expected].map((folder) => readFile(fileOf(output, folder))),
    );
    if (mine?.status !== 'fulfilled' || right?.status !== 'fulfilled') {
      return { ok: false, failure: { kind: 'unwritten', message: `\`${output.name}\` cannot be read` } };
    }
    const compared = compareOutput(output, mine.value, right.value);
    if (!compared.ok) return compared;
    remarks.push(...(compared.value.remarks ?? []));
  }
  return { ok: true, value: remarks.length === 0 ? null : remarks };
}
