import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { validateImport } from '../../src/schema/index.ts';
import { projectFolder } from '../support/command-line.ts';
import { ggufFile, languageModel, llama } from '../support/gguf-file.ts';
import { onnxFile } from '../support/onnx-file.ts';
import { run as joulegate } from '../support/run-here.ts';

/** Two equal layers, one of another size, and an operator that is none of ours. */
const model = onnxFile({
  inputs: { x: ['batch', 64] },
  constants: { w: { shape: [64, 64] }, b: { shape: [64] }, v: { shape: [64, 10] } },
  outputs: ['y'],
  nodes: [
    { op: 'MatMul', in: ['x', 'w'], out: ['h1'] },
    { op: 'Add', in: ['h1', 'b'], out: ['h2'] },
    { op: 'Relu', in: ['h2'], out: ['h3'] },
    { op: 'MatMul', in: ['h3', 'w'], out: ['h4'] },
    { op: 'Add', in: ['h4', 'b'], out: ['h5'] },
    { op: 'Relu', in: ['h5'], out: ['h6'] },
    { op: 'Hardmax', in: ['h6'], out: ['h7'] },
    { op: 'MatMul', in: ['h7', 'v'], out: ['h8'] },
    { op: 'Softmax', in: ['h8'], out: ['y'], with: { axis: -1 } },
  ],
});

async function project(files: Readonly<Record<string, string>> = {}) {
  const folder = await projectFolder(files);
  writeFileSync(join(folder, 'tiny.onnx'), model);
  const run = (...args: string[]) => joulegate(folder, 'import', 'onnx', 'tiny.onnx', ...args);
  return { folder, run, read: (path: string) => readFileSync(join(folder, path), 'utf8') };
}

const kernels = `  tiny-matmul:
    operator: matmul
    workloads:
      - { m: 4, n: 64, k: 64, bias: true, activation: relu } # 2 x MatMul: 92.7% of MACs, 85.9% of bytes
      - { m: 4, n: 10, k: 64 } # 1 x MatMul: 7.2% of MACs, 8.6% of bytes
  tiny-softmax:
    operator: softmax
    workloads:
      - { rows: 4, cols: 10 } # 1 x Softmax: 0.0% of MACs, 0.7% of bytes
`;

const networks = `  tiny:
    # not covered: 1 x Hardmax (0.0% of MACs, 4.7% of bytes): not among our operators
    calls:
      tiny-matmul:
        "m=4,n=64,k=64,bias=true,activation=relu": 2
        "m=4,n=10,k=64": 1
      tiny-softmax: 1
    covers: { macs: 100.0%, bytes: 95.2% }
`;

describe('joulegate import onnx', () => {
  it('writes a manifest that validates, with what is not covered in it and in words', async () => {
    const { folder, run, read } = await project();
    const { exitCode, output } = await run('--dim', 'batch=4');
    expect(exitCode).toBe(0);
    expect(output).toContain('4 launches cover 100.0 % of MACs and 95.2 % of bytes');
    expect(output).toMatch(/^ {2}1 x Hardmax +0\.0 % +4\.7 % {2}not among our operators$/m);
    expect(output).toContain('joulegate.yaml: 2 kernels, 1 network\n');
    expect(read('joulegate.yaml').endsWith(`kernels:\n${kernels}networks:\n${networks}`)).toBe(true);
    const validated = await joulegate(folder, 'validate');
    expect(validated.output).toContain('joulegate.yaml: 2 kernels, 3 workloads, no faults');
  });

  it('adds to a manifest that is there, of which no letter changes, and once only', async () => {
    const first = `version: 1 # mine\nkernels: # ours\n    norm: # four blanks\n        operator: rmsnorm\n        workloads: [{ rows: 4, cols: 64 }]\n`;
    const last = `gate:   { energy: { margin: 2% } }\n`;
    const { folder, run, read } = await project({ 'joulegate.yaml': first + last });
    expect((await run('--dim', 'batch=4', '--into', 'joulegate.yaml')).exitCode).toBe(0);
    const indented = kernels.replaceAll(/^ {2}/gm, '    ');
    expect(read('joulegate.yaml')).toBe(`${first}${indented}${last}networks:\n${networks}`);
    const again = await run('--dim', 'batch=4', '--into', 'joulegate.yaml');
    expect(again.exitCode).toBe(2);
    expect(again.error).toContain('joulegate.yaml has tiny-matmul, tiny-softmax, tiny already');
    const renamed = await run('--dim', 'batch=1', '--into', 'joulegate.yaml', '--name', 'one');
    expect(renamed.exitCode).toBe(0);
    expect(read('joulegate.yaml')).toContain(`${networks}  one:\n`);
    expect((await joulegate(folder, 'validate')).exitCode).toBe(0);
  });

  it('adds to a manifest that ends with its kernels', async () => {
    const own =
      'version: 1\nkernels:\n  norm:\n    operator: rmsnorm\n    workloads: [{ rows: 4, cols: 64 }]\n';
    const { run, read } = await project({ 'joulegate.yaml': own });
    expect((await run('--dim', 'batch=4', '--into', 'joulegate.yaml')).exitCode).toBe(0);
    expect(read('joulegate.yaml')).toBe(`${own}${kernels}networks:\n${networks}`);
  });

  it('replaces no file, and with --print writes none', async () => {
    const { folder, run, read } = await project({ 'joulegate.yaml': 'version: 1\n' });
    const refused = await run('--dim', 'batch=4');
    expect([refused.exitCode, read('joulegate.yaml')]).toEqual([2, 'version: 1\n']);
    expect(refused.error).toContain('joulegate.yaml is there already, and is left as it is.');
    const printed = await run('--dim', 'batch=4', '--print');
    expect(printed.output).toBe(`kernels:\n${kernels}networks:\n${networks}`);
    expect(readdirSync(folder).sort()).toEqual(['joulegate.yaml', 'tiny.onnx']);
    const flow = await project({
      'm.yaml': 'version: 1\nkernels: { n: { operator: rmsnorm, workloads: [{ rows: 1, cols: 8 }] } }\n',
    });
    const inOneLine = await flow.run('--dim', 'batch=4', '--into', 'm.yaml');
    expect(inOneLine.error).toContain('The kernels or networks of m.yaml are not written line by line.');
  });

  it('prints JSON of its schema, and leaves out what is below --least', async () => {
    const { run } = await project();
    const report = JSON.parse((await run('--dim', 'batch=4', '--print', '--json', '--least', '10')).output);
    expect(validateImport(report)).toMatchObject({ ok: true });
    expect(report).toMatchObject({
      manifest: null,
      kernels: [{ name: 'tiny-matmul', operator: 'matmul', workloads: 1 }],
    });
    const [network] = report.networks;
    expect(network.macs).toBe(2 * 4 * 64 * 64 + 4 * 64 * 10);
    expect(network.calls.map(({ times }: { times: number }) => times)).toEqual([2]);
    expect(
      network.leftOut.map(({ operator, reason }: Record<string, string>) => `${operator}: ${reason}`),
    ).toEqual([
      'MatMul: too little to be measured',
      'Hardmax: not among our operators',
      'Softmax: too little to be measured',
    ]);
  });

  it('says what is wrong with its arguments and with the file, with the way on', async () => {
    const { folder, run } = await project({ 'no.onnx': 'not a model', 'gone.json': '[]' });
    const faults = [
      [await run(), 'the sizes batch are not known', '--dim batch=1'],
      [await run('--dim', 'batch'), '--dim is "batch", but must be NAME=N.', '--dim batch=1'],
      [
        await run('--dim', 'batch=4', '--print', '--into', 'm.yaml'),
        '--into and --print contradict each other.',
        'one of them',
      ],
      [
        await run('--dim', 'batch=4', '--energy', 'e'),
        '--energy says nothing to `joulegate import onnx`.',
        '--dim',
      ],
      [await run('--profile', 'gone.json'), 'gone.json is no profile of ONNX Runtime', 'enableProfiling'],
      [
        await joulegate(folder, 'import', 'onnx', 'no.onnx'),
        'no.onnx: byte 0: ',
        'Fetch or export the file again',
      ],
      [await joulegate(folder, 'import', 'onnx', 'none.onnx'), 'none.onnx does not exist', 'Check the path'],
      [
        await joulegate(folder, 'import', 'tflite', 'a'),
        '"tflite" is not a format that can be imported.',
        'onnx',
      ],
    ] as const;
    for (const [{ exitCode, error }, message, next] of faults) {
      expect([exitCode, error.includes(message), error.includes(next)], error).toEqual([2, true, true]);
    }
  });
});

describe('an ONNX file whose names are commands', () => {
  it('gives a terminal, a job log and a manifest plain text', async () => {
    const { folder, read } = await project();
    const evil = onnxFile({
      inputs: { x: [4, 64] },
      constants: { w: { shape: [64, 64] } },
      outputs: ['y'],
      nodes: [
        { op: 'MatMul', in: ['x', 'w'], out: ['h'] },
        { op: '\u001b[31mBad\u0007\n::error::hi', in: ['h'], out: ['y'] },
      ],
    });
    writeFileSync(join(folder, 'evil.onnx'), evil);
    const { exitCode, output } = await joulegate(folder, 'import', 'onnx', 'evil.onnx');
    expect(exitCode).toBe(0);
    expect(output).toContain('1 x Bad ::error::hi');
    expect(output + read('joulegate.yaml')).not.toMatch(/^::|(?!\n)\p{Cc}/mu);
  });
});

describe('a size', () => {
  it('that nothing asks for is refused, with what was meant', async () => {
    const { run } = await project();
    const { exitCode, error } = await run('--dim', 'batch=4', '--dim', 'bacth=8');
    expect(exitCode).toBe(2);
    expect(error).toContain("tiny.onnx has no size 'bacth' that could be given");
    expect(error).toContain("did you mean 'batch'?");
  });

  it('that is given twice is refused', async () => {
    const { run } = await project();
    const { exitCode, error } = await run('--dim', 'batch=4', '--dim', 'batch=8');
    expect([exitCode, error]).toEqual([2, expect.stringContaining('--dim gives batch twice')]);
  });
});

describe('joulegate import gguf', () => {
  const model = ggufFile(languageModel({ ...llama, blocks: 2, weights: 0, head: 0 }));

  it('writes two networks that share kernels, and validates', async () => {
    const folder = await projectFolder({});
    writeFileSync(join(folder, 'Tiny Llama.gguf'), model);
    const args = ['import', 'gguf', 'Tiny Llama.gguf', '--context', '256', '--out', 'llama.yaml'];
    const { exitCode, output } = await joulegate(folder, ...args);
    expect(exitCode).toBe(0);
    expect(output).toMatch(/^Tiny-Llama-decode: .* cover 100\.0 % of MACs/m);
    expect(output).toMatch(/^Tiny-Llama-prefill: .* cover 100\.0 % of MACs/m);
    const text = readFileSync(join(folder, 'llama.yaml'), 'utf8');
    expect(text).toContain(
      '{ heads: 32, kv_heads: 8, head_size: 64, cache: 256, type: f16 } # Tiny-Llama-decode: 2 x attention',
    );
    expect(text).toContain('"m=128256,k=2048": 1');
    const validated = await joulegate(folder, 'validate', 'llama.yaml');
    expect([validated.exitCode, validated.output.includes('no faults')]).toEqual([0, true]);
  });

  it('needs the number of tokens', async () => {
    const folder = await projectFolder({});
    writeFileSync(join(folder, 'a.gguf'), model);
    const { exitCode, error } = await joulegate(folder, 'import', 'gguf', 'a.gguf');
    expect([exitCode, error.includes('`joulegate import gguf` needs --context N.')]).toEqual([2, true]);
  });
});
