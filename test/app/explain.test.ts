import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { explain, type Host } from '../../src/app/index.ts';
import { JoulegateError } from '../../src/errors/index.ts';
import type { RetunedKernel } from '../../src/report/index.ts';
import { type Recording, writeModel, writeRecording, writeReport } from '../../src/store/index.ts';
import { guardKernel, guardReport, retunedKernel, retuneReport } from '../report/samples.ts';
import { model } from '../store/samples.ts';
import { run } from '../support/run-here.ts';

let folder: string;
const host = () => ({ workingDirectory: folder }) as Host;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'joulegate-explain-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** Every configuration of two tunables: A decides nearly everything, B little; A=4 with B=2 fails. */
function recording(kernel: string, workload: string): Recording {
  const [a, b] = [
    [1, 2, 4, 8, 16, 32, 64],
    [1, 2, 3, 4],
  ] as const;
  return {
    ...{ schema: 'joulegate-recording', version: 1, kernel },
    workload: { name: workload, parameters: {} },
    device: {
      ...{ family: 'mesa-llvmpipe', vendor: 'mesa', architecture: '', device: '', description: 'llvmpipe' },
      ...{ driver: '', software: true },
    },
    meter: {
      ...{ name: 'nvml', description: 'counter', estimated: false },
      ...{ updatePeriodMs: 100, resolutionJoules: 0.001, idleWatts: 60 },
    },
    tunables: [
      { name: 'A', values: [...a] },
      { name: 'B', values: [...b] },
    ],
    measurements: a.flatMap((A, i) =>
      b.map((B, j) =>
        A === 4 && B === 2
          ? { values: [i, j], failure: { kind: 'wrong-result', message: 'result[3] is 1, not 2' } }
          : { values: [i, j], latencyMs: 10 / A + 0.01 * B, joules: 20 / A + 0.02 * B },
      ),
    ),
    provenance: { tool: 'joulegate', version: '0', command: '', createdAt: '2026-01-01T00:00:00.000Z' },
  } as Recording;
}

function write(kernels: readonly RetunedKernel[]): void {
  writeReport(join(folder, 'report.json'), retuneReport(kernels));
  mkdirSync(join(folder, 'recordings'), { recursive: true });
  for (const { kernel, workload } of kernels) {
    writeRecording(join(folder, 'recordings', `${kernel}-${workload}.json.gz`), recording(kernel, workload));
  }
}

const won = retunedKernel({ kernel: 'valley', workload: 'n=1', configuration: { A: 8, B: 2 } });

describe('explain', () => {
  it('shows what every trial costs that differs in one tunable, and what fails there', () => {
    write([won]);
    const [explained] = explain(host(), { report: '.', kernel: 'valley' });
    const told = Object.fromEntries(
      explained?.neighbours.map(({ tunable, value, ...rest }) => [`${tunable}=${value}`, rest]) ?? [],
    );
    expect(Object.keys(told)).toEqual(['A=1', 'A=2', 'A=4', 'A=16', 'A=32', 'A=64', 'B=1', 'B=3', 'B=4']);
    expect(told['A=16']?.change).toBeCloseTo((20 / 16 + 0.04) / (20 / 8 + 0.04) - 1, 12);
    expect(told['A=16']?.latencyChange).toBeCloseTo((10 / 16 + 0.02) / (10 / 8 + 0.02) - 1, 12);
    expect(told['A=4']).toMatchObject({ change: null, failure: 'wrong-result: result[3] is 1, not 2' });
  });

  it('compares in terms of what was minimised', () => {
    const changeFor = (objective: RetunedKernel['objective']) => {
      write([{ ...won, objective }]);
      const [explained] = explain(host(), { report: '.', kernel: 'valley' });
      return explained?.neighbours.find(({ tunable, value }) => tunable === 'A' && value === 16)?.change;
    };
    // Energy and latency of a configuration are in proportion here.
    const ratio = (10 / 16 + 0.02) / (10 / 8 + 0.02);
    expect(changeFor('latency')).toBeCloseTo(ratio - 1, 12);
    expect(changeFor('edp')).toBeCloseTo(ratio ** 2 - 1, 12);
    expect(changeFor('ed2p')).toBeCloseTo(ratio ** 3 - 1, 12);
  });

  it('ranks tunables by how much they matter', () => {
    write([won]);
    const [explained] = explain(host(), { report: '.', kernel: 'valley' });
    expect(explained?.importances[0]?.tunable).toBe('A');
    expect(explained?.importances[0]?.share).toBeGreaterThan(0.9);
  });

  it('says what work costs, where a cost model is given', () => {
    write([won]);
    writeModel(join(folder, 'model.json'), model);
    const [explained] = explain(host(), { report: '.', kernel: 'valley', model: 'model.json' });
    expect(explained?.work).toEqual({
      family: 'nvidia-h200',
      costs: [{ what: 'barrier', nanoseconds: 0.5 }],
    });
    expect(explain(host(), { report: '.', kernel: 'valley' })[0]?.work).toBeNull();
  });

  it('gives a terminal plain text, whatever reports and models hold', async () => {
    const hostile = '\u001b[2Jfine\u0007\n::error::no';
    write([{ ...won, reason: hostile }]);
    const costs = [{ what: hostile, nanoseconds: 1 }];
    writeModel(join(folder, 'model.json'), { ...model, family: `gpu ${hostile}`, workCosts: costs });
    const { output } = await run(folder, 'explain', 'valley', '--report', '.', '--model', 'model.json');
    expect(output).toContain('fine');
    expect(output).not.toMatch(/^::|(?!\n)\p{Cc}/mu);
  });

  it('takes one workload or all of them', () => {
    write([won, { ...won, workload: 'n=2' }]);
    expect(explain(host(), { report: '.', kernel: 'valley' })).toHaveLength(2);
    const only = explain(host(), { report: '.', kernel: 'valley', workload: 'n=2' });
    expect(only.map(({ workload }) => workload)).toEqual(['n=2']);
  });

  const refusal = (options: { kernel: string; workload?: string }) => {
    try {
      explain(host(), { report: '.', ...options });
    } catch (error) {
      if (error instanceof JoulegateError)
        return { kind: error.kind, text: `${error.message} ${error.nextStep}` };
    }
    throw new Error('not refused');
  };

  it('refuses unknown names with what there is', () => {
    write([won]);
    expect(refusal({ kernel: 'vally' })).toEqual({
      kind: 'bad-input',
      text: "The report has no kernel 'vally'. Did you mean 'valley'?",
    });
    expect(refusal({ kernel: 'valley', workload: 'n=3' }).text).toContain("It has 'n=1'.");
  });

  it('refuses the report of a guard run', () => {
    writeReport(join(folder, 'report.json'), guardReport([guardKernel()]));
    expect(refusal({ kernel: 'softmax' }).text).toContain('Give the folder of a retune');
  });
});
