import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const demo = join('examples', 'demo', 'head');

/** A kernel of the demo, and an edit that changes its program. */
interface Pattern {
  readonly files: readonly string[];
  readonly edit: readonly [file: string, from: string, to: string];
  readonly manifest: string;
}

const patterns: readonly Pattern[] = [
  {
    files: ['softmax.wesl', 'rows.wesl'],
    edit: ['softmax.wesl', 'exp(', 'exp2('],
    manifest: `workloads: [{ ROWS: 32, COLS: 4000 }]
    tunables: { LANES: [16, 32], ROWS_PER_GROUP: [1, 2], VECTORIZE: [true, false] }
    default: { LANES: 32, ROWS_PER_GROUP: 2, VECTORIZE: false }
    buffers:
      input: { binding: 0, type: f32, length: ROWS * COLS, fill: normal }
      output: { binding: 1, type: f32, length: ROWS * COLS, check: { relative: 1.0e-3 } }
    dispatch: ["ROWS / ROWS_PER_GROUP", 1, 1]`,
  },
  {
    files: ['row-norm.wgsl'],
    edit: ['row-norm.wgsl', 'sqrt(', '2.0 * sqrt('],
    manifest: `workloads: [{ ROWS: 32, COLS: 8192 }]
    tunables: { WORKGROUP: [32, 64], UNROLL: [1, 2], INTERLEAVED: [true, false] }
    default: { WORKGROUP: 32, UNROLL: 1, INTERLEAVED: true }
    buffers:
      values: { binding: 0, type: f32, length: ROWS * COLS, fill: normal }
      norms: { binding: 1, type: f32, length: ROWS, check: { relative: 1.0e-4 } }
    dispatch: [ROWS, 1, 1]`,
  },
  {
    files: ['bias-gelu.wgsl'],
    edit: ['bias-gelu.wgsl', 'v * v * v', 'pow(v, 3.0)'],
    manifest: `workloads: [{ ROWS: 128, COLS: 1024 }]
    tunables: { WORKGROUP: [64, 128], PER_THREAD: [1, 4] }
    default: { WORKGROUP: 64, PER_THREAD: 1 }
    buffers:
      x: { binding: 0, type: f32, length: ROWS * COLS, fill: normal }
      bias: { binding: 1, type: f32, length: COLS, fill: normal }
      y: { binding: 2, type: f32, length: ROWS * COLS, check: { relative: 1.0e-3 } }
    dispatch: ["ceil_div(ROWS * COLS, WORKGROUP * PER_THREAD)", 1, 1]`,
  },
];

/**
 * A project of `count` kernels, each with files of its own, as the demo's are.
 *
 * @param changed how many of them are another program than without
 */
export function manyKernels(count: number, changed: number): Readonly<Record<string, string>> {
  const files: Record<string, string> = {};
  const kernels: string[] = [];
  for (let i = 0; i < count; i++) {
    const { files: own, edit, manifest } = patterns[i % patterns.length] as Pattern;
    for (const file of own) {
      const text = readFileSync(join(demo, 'kernels', file), 'utf8');
      const [edited, from, to] = edit;
      if (file === edited && !text.includes(from)) throw new Error(`${file} has no "${from}"`);
      files[`kernels/${i}/${file}`] = file === edited && i < changed ? text.replaceAll(from, to) : text;
    }
    kernels.push(`  kernel-${i}:\n    source: kernels/${i}/${own[0]}\n    entry: main\n    ${manifest}\n`);
  }
  files['joulegate.yaml'] = `version: 1\nkernels:\n${kernels.join('')}`;
  return files;
}
