import type { CommandProgram, KnownContents, Outcome, Program, VariantFailure } from '../kernel/index.ts';

/** Runs a program that prints what a buffer of so many bytes holds. */
export type Generate = (program: CommandProgram, bytes: number) => Promise<Outcome<Uint8Array>>;

/** What nobody gets to see: such kernels are refused before a device is opened. */
const notAllowed: VariantFailure = {
  kind: 'unsupported',
  message: 'a program prints the contents of a buffer, and none may be run',
};

/** What buffers of these programs hold that is no rule: files, and what programs print. */
export async function contentsOf(
  programs: readonly Program[],
  generate: Generate | undefined,
): Promise<Outcome<KnownContents>> {
  const known = new Map<string, Uint8Array>();
  for (const { name, type, length, fill, content, generator } of programs.flatMap(({ buffers }) => buffers)) {
    if (typeof fill === 'string') continue;
    if ('file' in fill && content !== undefined) known.set(fill.file, content());
    if (!('generate' in fill) || generator === undefined) continue;
    const bytes = length * (type === 'f16' ? 2 : 4);
    const printed = await generate?.(generator, bytes);
    const failure = printed === undefined ? notAllowed : printedFault(printed, name, bytes);
    if (failure !== null) return { ok: false, failure };
    if (printed?.ok) known.set(fill.generate, printed.value);
  }
  return { ok: true, value: known };
}

/** Why what a program printed is not what a buffer of so many bytes holds; null if it is. */
function printedFault(printed: Outcome<Uint8Array>, name: string, bytes: number): VariantFailure | null {
  const subject = `the program that generates buffer \`${name}\``;
  if (!printed.ok) return { ...printed.failure, message: `${subject}: ${printed.failure.message}` };
  const { byteLength } = printed.value;
  if (byteLength === bytes) return null;
  const message = `${subject} printed ${byteLength} bytes; the buffer has ${bytes}`;
  return { kind: 'validation', message };
}
