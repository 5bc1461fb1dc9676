import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { guard } from '../../src/app/index.ts';

const kernels = 40;

const program = `@group(0) @binding(0) var<storage, read_write> values: array<f32>;
@compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) { values[id.x] *= 2.0; }
`;

function manifest(): string {
  const entries = Array.from(
    { length: kernels },
    (_, i) => `  kernel-${i}:
    source: kernels/kernel-${i}.wgsl
    entry: main
    workloads: [{ N: 4096 }]
    buffers:
      values: { binding: 0, type: f32, length: N, fill: uniform, check: { relative: 0.001, absolute: 0.001 } }
    dispatch: ["N / 64", 1, 1]
`,
  );
  return `version: 1\nkernels:\n${entries.join('')}`;
}

/** What a run does and costs in which no kernel changed. */
export interface Untouched {
  readonly kernels: number;
  readonly seconds: number;
  readonly verdict: string;
  readonly identical: number;
  /** Samples taken: none are to be. */
  readonly samples: number;
  readonly openedDevice: boolean;
}

const silent = () => undefined;

/** Guards a change of a README in a repository of forty kernels. */
export async function guardUntouched(): Promise<Untouched> {
  const folder = mkdtempSync(join(tmpdir(), 'joulegate-untouched-'));
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=bench', '-c', 'user.email=bench@localhost', ...args], {
      cwd: folder,
    });
  try {
    mkdirSync(join(folder, 'kernels'));
    writeFileSync(join(folder, 'joulegate.yaml'), manifest());
    for (let i = 0; i < kernels; i++) writeFileSync(join(folder, 'kernels', `kernel-${i}.wgsl`), program);
    git('init', '--quiet');
    git('add', '--all');
    git('commit', '--quiet', '--message=base');
    writeFileSync(join(folder, 'README.md'), 'words\n');
    git('add', '--all');
    git('commit', '--quiet', '--message=head');
    const { signal } = new AbortController();
    const progress = { stage: silent, update: silent, note: silent, warn: silent };
    const host = { environment: process.env, workingDirectory: folder, signal, progress };
    const startMs = performance.now();
    const report = await guard(
      { ...host, workerPath: '', version: '0.0.0', command: 'joulegate guard', now: () => new Date() },
      { manifest: 'joulegate.yaml', base: 'HEAD~1', kernels: null, device: 'auto', meter: 'auto' },
    );
    return {
      kernels,
      seconds: (performance.now() - startMs) / 1000,
      verdict: report.verdict,
      identical: report.counts.identical,
      samples: report.samples?.length ?? 0,
      openedDevice: report.device !== null,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
