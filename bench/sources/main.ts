// What a generator costs: one kernel, written by hand with overrides and printed by a program for each of 60
// configurations. Compares programs, and what a search of either finds where equal programs take equal time, and takes the time
// that printing adds to the program's own.
// usage: node bench/run.mjs sources [CONFIGURATIONS]      fewer than all 60 on a busy machine
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { CommandWorkspace, SourcePrinter } from '../../src/device/index.ts';
import { createVariantBuilder, type PrintSource, type VariantBuilder } from '../../src/kernel/index.ts';
import { createKernelSpace, type FileReader, noLimits, parseManifest } from '../../src/manifest/index.ts';
import { runSearch } from '../../src/search/index.ts';
import type { Configuration, Space } from '../../src/space/index.ts';

const body = `@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
var<workgroup> parts: array<f32, TILE>;

@compute @workgroup_size(TILE)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  for (var row = group.x * ROWS_EACH; row < (group.x + 1u) * ROWS_EACH; row++) {
    var part = 0.0;
    for (var c = local * RUN; c < COLS; c += TILE * RUN) {
      for (var i = 0u; i < RUN; i++) { part += x[row * COLS + c + i]; }
    }
    parts[local] = part;
    for (var half = TILE / 2u; half > 0u; half /= 2u) {
      workgroupBarrier();
      if (local < half) { parts[local] += parts[local + half]; }
    }
    if (local == 0u) { y[row] = parts[0]; }
    workgroupBarrier();
  }
}
`;
const names = ['TILE', 'RUN', 'ROWS_EACH', 'COLS'];
const template = `${names.map((name) => `const ${name}: u32 = @${name}@;`).join('\n')}\n${body}`;
const files: Readonly<Record<string, string>> = {
  'kernel.wgsl': `${names.map((name) => `override ${name}: u32;`).join('\n')}\n${body}`,
  'kernel.wgsl.tmpl': template,
};
const reader: FileReader = {
  read: (path) => files[path] ?? null,
  readBytes: (path) =>
    files[path] === undefined ? null : { bytes: Buffer.from(files[path]), executable: false },
  list: () => [],
  listSources: (path) => [path],
};
// About the quickest program there is: what is added shows beside it.
const run = ['sed', ...names.flatMap((name) => ['-e', `s/@${name}@/{${name}}/`]), 'kernel.wgsl.tmpl'];

function builderOf(program: string, print?: PrintSource) {
  const text = `version: 1
objective: { minimize: latency }
kernels:
  rows:
    ${program}
    workloads: [{ ROWS: 1024, COLS: 1024 }]
    tunables: { TILE: [16, 32, 64, 128, 256], RUN: [1, 2, 4], ROWS_EACH: [1, 2, 4, 8] }
    default: { TILE: 64, RUN: 1, ROWS_EACH: 1 }
    buffers:
      x: { binding: 0, type: f32, length: ROWS * COLS, fill: normal }
      y: { binding: 1, type: f32, length: ROWS, check: { relative: 1.0e-3 } }
    dispatch: [ROWS / ROWS_EACH]
`;
  const [kernel] = parseManifest({ path: 'bench.yaml', text, reader, operators: [] }).manifest?.kernels ?? [];
  const workload = kernel?.workloads[0];
  if (kernel === undefined || workload === undefined) throw new Error('the kernel does not parse');
  const space = createKernelSpace(kernel, workload, noLimits);
  return { kernel, space, builder: createVariantBuilder({ kernel, workload, limits: noLimits, print }) };
}

async function identityOf(builder: VariantBuilder, configuration: Configuration): Promise<string> {
  const built = await builder.build(configuration);
  if (!built.ok) throw new Error(built.failure.message);
  return built.value.program?.identity ?? '';
}

/** What a search finds where a program takes a time that its identity gives. */
async function bestOf(builder: VariantBuilder, space: Space): Promise<string> {
  let nowMs = 0;
  const { best } = await runSearch({
    space,
    objective: { minimize: 'latency' } as Parameters<typeof runSearch>[0]['objective'],
    budget: { trials: 40, seconds: 3600 },
    seed: 1,
    start: [builder.kernel.defaults],
    costModel: null,
    known: [],
    clock: { nowMs: () => ++nowMs },
    signal: new AbortController().signal,
    trials: {
      async latency(configuration) {
        const medianMs =
          1 + Number.parseInt((await identityOf(builder, configuration)).slice(0, 8), 16) / 2 ** 32;
        return { ok: true, value: { medianMs, samplesMs: [medianMs] } as never };
      },
      energy: () => Promise.reject(new Error('not measured')),
      expect: () => undefined,
      features: async () => null,
      measuresEnergy: false,
    },
  });
  return JSON.stringify(best?.configuration);
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

const workspace = new CommandWorkspace({
  environment: { PATH: process.env.PATH ?? '' },
  temporaryFolder: tmpdir(),
  signal: new AbortController().signal,
  reaper: { workerPath: resolve('dist/worker.js'), environment: process.env },
  warn: (text) => console.warn(text),
});
const folder = mkdtempSync(join(tmpdir(), 'joulegate-bench-sources-'));
try {
  for (const [path, text] of Object.entries(files)) writeFileSync(join(folder, path), text);
  const written = builderOf('source: kernel.wgsl');
  const generate = `generate: { run: ${JSON.stringify(run)}, sources: [kernel.wgsl.tmpl] }`;
  const printed = builderOf(generate, new SourcePrinter({ workspace }).print);
  const wanted = Number(process.argv[2] ?? 60);
  const configurations = [...written.space.enumerate()]
    .slice(0, wanted)
    .map((point) => written.space.configuration(point));
  await identityOf(printed.builder, printed.kernel.defaults);
  await identityOf(written.builder, written.kernel.defaults);
  let same = 0;
  const own: number[] = [];
  const added: number[] = [];
  for (const configuration of configurations) {
    const values = { ...configuration, ROWS: 1024, COLS: 1024 } as Readonly<Record<string, number>>;
    const [program = '', ...rest] = run.map((one) =>
      one.replaceAll(/\{(\w+)\}/g, (_, name) => String(values[name])),
    );
    const start = performance.now();
    spawnSync(program, rest, { cwd: folder, encoding: 'utf8' });
    const alone = performance.now();
    // Of a printer of its own, so that nothing is known yet.
    const fresh = builderOf(generate, new SourcePrinter({ workspace }).print);
    const point = performance.now();
    const texts = await fresh.builder.printed(configuration);
    const got = performance.now();
    own.push(alone - start);
    added.push(got - point - (alone - start));
    if (texts.length !== 1) throw new Error('nothing was printed');
    const identities = [printed.builder, written.builder].map((builder) =>
      identityOf(builder, configuration),
    );
    if (new Set(await Promise.all(identities)).size === 1) same++;
  }
  const together = builderOf(generate, new SourcePrinter({ workspace }).print);
  const start = performance.now();
  await Promise.all(configurations.map((configuration) => together.builder.printed(configuration)));
  const each = (performance.now() - start) / configurations.length;
  const best = [await bestOf(written.builder, written.space), await bestOf(printed.builder, printed.space)];
  console.log(`configurations          ${configurations.length}`);
  console.log(`same program            ${same}`);
  console.log(`best, written           ${best[0]}`);
  console.log(`best, printed           ${best[1]}`);
  console.log(`program alone           ${median(own).toFixed(1)} ms (median)`);
  console.log(`added by printing       ${median(added).toFixed(1)} ms (median; bar: 20)`);
  console.log(`all together            ${each.toFixed(1)} ms a configuration`);
} finally {
  rmSync(folder, { recursive: true, force: true });
  await workspace.close();
}
