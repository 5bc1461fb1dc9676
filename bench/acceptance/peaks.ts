/** What a GPU can do at the most, by its data sheet. */
export interface Peak {
  /** f32 and f16 without matrix units, which WGSL cannot reach; TFLOP/s. */
  readonly tflops: Readonly<Record<string, number>>;
  /** Memory bandwidth in GB/s. */
  readonly gigabytesPerSecond: number;
}

/** By a part of the adapter's name; the first that fits. NVIDIA's data sheets, SXM boards where there are several. */
const peaks: readonly (readonly [name: RegExp, peak: Peak])[] = [
  [/H200/i, { tflops: { f32: 66.9, f16: 133.8 }, gigabytesPerSecond: 4800 }],
  [/H100.*PCIe/i, { tflops: { f32: 51.2, f16: 102.4 }, gigabytesPerSecond: 2000 }],
  [/H100/i, { tflops: { f32: 66.9, f16: 133.8 }, gigabytesPerSecond: 3350 }],
  [/A100.*80/i, { tflops: { f32: 19.5, f16: 78 }, gigabytesPerSecond: 2039 }],
  [/A100/i, { tflops: { f32: 19.5, f16: 78 }, gigabytesPerSecond: 1555 }],
  [/RTX 4090/i, { tflops: { f32: 82.6, f16: 82.6 }, gigabytesPerSecond: 1008 }],
  [/L40S/i, { tflops: { f32: 91.6, f16: 91.6 }, gigabytesPerSecond: 864 }],
  [/\bT4\b/i, { tflops: { f32: 8.1, f16: 16.2 }, gigabytesPerSecond: 320 }],
];

/** null for a GPU that is not in the table: then rates are given without a share. */
export function peakOf(description: string): Peak | null {
  return peaks.find(([name]) => name.test(description))?.[1] ?? null;
}
