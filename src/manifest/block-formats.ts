/** How quantised weights are stored. */
export const blockFormats = ['q4_0', 'q4_k', 'q8_0', 'ort-q4-32', 'ort-q8-32', 'mlc-q4f16'] as const;

export type BlockFormat = (typeof blockFormats)[number];

/** The format of this name; _ stands for - in a workload parameter, which is part of conditions in programs. */
export function blockFormatNamed(name: unknown): BlockFormat | null {
  return blockFormats.find((format) => format === name || format.replaceAll('-', '_') === name) ?? null;
}
