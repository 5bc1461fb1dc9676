import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeOnAdapter } from '../support/adapter.ts';
import { itInFull } from '../support/full.ts';
import { onnxFile } from '../support/onnx-file.ts';

const script = join(import.meta.dirname, '..', '..', 'examples', 'network', 'run.mjs');

/** Convolutions as the model's heaviest layers have them, each of an input of its own. */
const layers = [
  { image: [24, 74, 32], kernel: [1, 3], pads: [0, 1, 0, 1] },
  { image: [24, 74, 32], kernel: [3, 1], pads: [0, 0, 0, 0] },
  { image: [48, 36, 16], kernel: [3, 1], pads: [0, 0, 0, 0] },
];

function model(): Uint8Array {
  const entries = <T>(of: (layer: (typeof layers)[number], at: number) => readonly [string, T]) =>
    Object.fromEntries(layers.map(of));
  return onnxFile({
    inputs: entries(({ image }, at) => [`x${at}`, ['unk__314', ...image]]),
    constants: {
      ...entries(({ image: [channels = 0], kernel }, at) => [
        `w${at}`,
        { shape: [channels, channels, ...kernel] },
      ]),
      ...entries(({ image: [channels = 0] }, at) => [`b${at}`, { shape: [channels] }]),
    },
    outputs: layers.map((_, at) => `y${at}`),
    nodes: layers.map(({ kernel, pads }, at) => ({
      op: 'Conv',
      in: [`x${at}`, `w${at}`, `b${at}`],
      out: [`y${at}`],
      with: { kernel_shape: kernel, pads },
    })),
  });
}

let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'joulegate-network-'));
  writeFileSync(join(folder, 'model.onnx'), model());
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function example(...args: string[]) {
  return spawnSync(process.execPath, [script, ...args], { cwd: folder, encoding: 'utf8' });
}

describe('the example of a network', () => {
  it('calls the kernel that the project has written in the place of a layer that was imported', () => {
    const { status, stdout } = example('--model', 'model.onnx', '--out', 'imported', '--import-only');
    expect(stdout).toContain('network embedding: 2 kernels, 3 workloads; 3 launches');
    const manifest = readFileSync(join(folder, 'imported', 'base', 'joulegate.yaml'), 'utf8');
    expect(manifest).toContain('    calls:\n      conv-3x1: 1\n      embedding-conv2d:\n');
    expect(status).toBe(0);
  });

  it('deletes no folder that it has not made', () => {
    mkdirSync(join(folder, 'mine'));
    const { status, stderr } = example('--model', 'model.onnx', '--out', 'mine');
    expect([status, stderr]).toEqual([2, expect.stringContaining('is not a work folder of this example')]);
  });
});

describeOnAdapter('the example of a network, run', () => {
  // On cores that other tests share, a network may also end undecided.
  itInFull(
    'fetches its model, and ends with a network that regressed by a kernel that did not',
    { retry: 2 },
    () => {
      const { status, stdout, stderr } = example('--out', 'run', '--device', 'software');
      expect(stdout.slice(-2000) + stderr.slice(-2000)).toContain(
        'the network is not: regressed. As it should be',
      );
      expect(status).toBe(0);
    },
  );
});
