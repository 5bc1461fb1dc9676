import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateRawSync, gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { mergeReports } from '../../src/app/fleet/index.ts';
import { JoulegateError } from '../../src/errors/index.ts';
import { compileExpression } from '../../src/expression/index.ts';
import { createCommands, readInputs, readRunner, readZip, UnusableZipError } from '../../src/github/index.ts';
import { formatProblems } from '../../src/manifest/index.ts';
import { costModelFromFile } from '../../src/model/index.ts';
import {
  annotationsOf,
  mergeRow,
  readComment,
  renderComment,
  renderHtml,
  renderMarkdown,
  renderProposal,
  renderTerminal,
  rowOfDiff,
  rowOfFailure,
} from '../../src/report/index.ts';
import {
  emptyState,
  importKernelTuner,
  packState,
  parseTuned,
  readModel,
  readRecording,
  readReport,
  unpackState,
} from '../../src/store/index.ts';
import { environmentOf, events } from '../github/runners.ts';
import { parse, softmax } from '../manifest/support.ts';
import { origin, place, rowOf } from '../report/comment-rows.ts';
import { guardReport, mixedKernels, retunedKernels, retuneReport } from '../report/samples.ts';
import { model, recording, tunedEntry } from '../store/samples.ts';
import { liveHtml, liveMarkup, steersTerminal } from './markdown-rules.ts';
import { changedBytes, changedFile, changedText } from './mutations.ts';
import { check, parsed } from './properties.ts';
import { zipOf } from './zip-writer.ts';

const folder = mkdtempSync(join(tmpdir(), 'joulegate-fuzz-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** As `parsed`, for readers that take a path. */
function parsedFile<T>(name: string, text: string | Uint8Array, read: (path: string) => T): T | null {
  const path = join(folder, name);
  writeFileSync(path, text);
  return parsed(path, () => read(path));
}

describe('a damaged or malicious file is refused by name and reason, or harmless', () => {
  const state = {
    ...emptyState('nvidia-h200'),
    model,
    tuned: { schema: 'joulegate-tuned', version: 1, entries: [tunedEntry()] } as const,
    history: [
      {
        at: '2026-01-31T02:00:00.000Z',
        commit: 'a'.repeat(40),
        kernel: 'softmax',
        workload: 'ROWS=32',
        latencyMs: 1.5,
        joules: 0.25,
        estimated: false,
        driver: 'NVIDIA 570.1',
      },
    ],
  };
  const packed = packState(state);

  it('a kept state', () => {
    const text = JSON.parse(gunzipSync(packed).toString());
    check(changedFile(text), 1200, (changed) => {
      const found = parsed('the kept state', () =>
        unpackState(gzipSync(changed, { level: 1 }), 'the kept state'),
      );
      // What is taken for a state can be kept again.
      if (found !== null) packState(found);
    });
  });

  it('bytes where a state should be', () => {
    check(changedBytes(packed), 800, (bytes) => {
      parsed('the kept state', () => unpackState(bytes, 'the kept state'));
    });
  });

  it('a tuned state', () => {
    const tuned = { schema: 'joulegate-tuned', version: 1, entries: [tunedEntry()] };
    check(changedFile(tuned), 1000, (text) => parsed('tuned.json', () => parseTuned(text, 'tuned.json')));
  });

  it('a cost model, and what it predicts is a number', () => {
    // Enough rows to predict from.
    const rows = Array.from({ length: 30 }, (_, i) => ({
      ...model.rows[0]!,
      identity: String(i).padStart(64, '0'),
      features: [i + 0.5, i % 3 === 0 ? null : i],
      latencyMs: 1 + i,
    }));
    check(changedFile({ ...model, rows }), 200, (text) => {
      const found = parsedFile('model.json', text, readModel);
      if (found === null) return;
      let made: ReturnType<typeof costModelFromFile>;
      try {
        made = costModelFromFile(found, { featureNames: model.featureNames, family: 'nvidia-h200' });
      } catch (error) {
        if (error instanceof JoulegateError || error instanceof RangeError) return;
        throw error;
      }
      const predicted = made.predict(Float64Array.of(1.5, 2));
      if (predicted === null) return;
      expect(predicted.latencyMs).toBeGreaterThan(0);
      expect(predicted.watts).not.toBe(Number.POSITIVE_INFINITY);
    });
  });

  it('a recording', () => {
    check(changedFile(recording()), 800, (text) => parsedFile('recording.json', text, readRecording));
  });

  it('a Kernel Tuner cache', () => {
    const cache = {
      device_name: 'NVIDIA RTX 4000 Ada Generation',
      kernel_name: 'vector_add',
      problem_size: [4096, 16],
      tune_params_keys: ['block', 'fast'],
      tune_params: { block: [32, 64], fast: [true, false] },
      objective: 'time',
      cache: {
        '32,True': { block: 32, fast: true, time: 2, times: [2.5, 2, 1.5], energy: 0.4, power: 210 },
        '64,False': { block: 64, fast: false, time: 'CompilationFailedConfig' },
      },
    };
    const provenance = {
      version: '0.1.0',
      command: 'joulegate import',
      createdAt: '2025-06-01T12:00:00.000Z',
    };
    check(changedFile(cache), 800, (text) =>
      parsed('cache.json', () => importKernelTuner({ text, label: 'cache.json', provenance })),
    );
  });

  it('an artifact’s archive', () => {
    const zip = zipOf([
      { name: 'report.json', bytes: Buffer.from('{"schema": "joulegate-report"}'.repeat(20)) },
      { name: 'report.md', bytes: Buffer.from('# report') },
      { name: 'state.json.gz', bytes: Buffer.from(packed), method: 0 },
    ]);
    const limits = { names: ['report.json', 'state.json.gz'], maxEntryBytes: 4096, maxEntries: 10 };
    check(changedBytes(zip), 1000, (bytes) => {
      try {
        for (const [name, content] of readZip(Buffer.from(bytes), limits)) {
          expect(limits.names).toContain(name);
          expect(content.length).toBeLessThanOrEqual(4096);
        }
      } catch (error) {
        if (!(error instanceof UnusableZipError)) throw error;
      }
    });
  });

  it('a manifest', () => {
    check(changedText(softmax), 500, (text) => {
      const { manifest, problems } = parse(text);
      const errors = problems.filter(({ severity }) => severity === 'error');
      expect(manifest === null).toBe(errors.length > 0);
      for (const line of formatProblems(problems, { colour: false }).split('\n')) {
        expect(steersTerminal(line)).toBe(false);
      }
    });
  });

  it('an expression', () => {
    const variables = { ROWS: 'int', COLS: 'int', FAST: 'bool', type: 'string' } as const;
    const context = { variables, expect: ['int', 'bool'] as const };
    check(changedText('ceil_div(ROWS * 2, min(COLS, 64)) <= 4096 && FAST'), 900, (source) => {
      const compiled = compileExpression(source, context);
      if (!compiled.ok) return;
      parsed('', () => compiled.expression.evaluate({ ROWS: 1024, COLS: 0, FAST: true, type: 'f16' }));
    });
  });

  it('an event of the runner', () => {
    const kinds = [
      ['pull_request', events.opened],
      ['workflow_run', events.workflowRun],
      ['merge_group', events.mergeGroup],
      ['push', events.push],
    ] as const;
    for (const [name, event] of kinds) {
      check(changedFile(event), 250, (text) => {
        const runner = parsed('', () => readRunner(environmentOf(name), () => text));
        if (runner === null) return;
        for (const sha of [runner.pullRequest?.headSha, runner.workflowRun?.headSha]) {
          expect(sha ?? 'a'.repeat(40)).toMatch(/^[0-9a-f]{40,64}$/);
        }
        expect(runner.pullRequest?.baseRef ?? 'main').not.toMatch(/^-|\s/);
      });
    }
  });

  it('inputs', () => {
    const names = [
      'mode',
      'manifest',
      'base',
      'shard',
      'cache',
      'meter-command',
      'device-label',
      'expect-devices',
    ];
    const given = fc.record({
      name: fc.constantFrom(...names),
      text: fc.oneof(
        fc.string({ unit: 'binary', maxLength: 60 }),
        changedText('2/4'),
        changedText('rtx-4090, h200'),
      ),
    });
    check(given, 600, ({ name, text }) => {
      const getInput = (wanted: string) => (wanted === name ? text : '');
      parsed('input', () => readInputs({ getInput, setSecret: () => undefined }));
    });
  });
});

describe('a report from an artifact, whatever is in it', () => {
  const samples = [1, 2, 3, 4, 5, 6].flatMap((block) =>
    (['B', 'H'] as const).map((arm) => ({
      kernel: 'softmax',
      workload: 'ROWS=1024,COLS=512',
      arm,
      block,
      phase: 'flag' as const,
      latencyMs: 1 + block / 100,
      joules: 0.03,
      latencyResolution: 0,
      energyResolution: 0,
      voidReasons: [],
    })),
  );
  const guard = { ...guardReport(mixedKernels), samples };

  const unharmed = (text: string) => {
    const report = parsedFile('report.json', text, readReport);
    if (report === null) return;
    const body =
      report.kind !== 'retune'
        ? renderComment([report.kind === 'diff' ? rowOfDiff(report, origin) : rowOf(report)], place)
        : renderProposal(report, { ...place, run: 1, attempt: 1, notes: [] });
    expect(body.length).toBeLessThanOrEqual(65_536);
    expect(liveMarkup(body)).toEqual([]);
    // What we write is what we take for ours.
    if (report.kind !== 'retune') expect(readComment(body)?.rows.map(({ run }) => run)).toEqual([42]);
    expect(liveMarkup(renderMarkdown(report, { maxLength: 3000 }))).toEqual([]);
    for (const line of renderTerminal(report, { colour: false, width: 100 }).split('\n')) {
      expect(steersTerminal(line)).toBe(false);
    }
    expect(liveHtml(renderHtml(report))).toEqual([]);
    for (const { title, message, file } of annotationsOf(report)) {
      expect(`${title}${message}${file}`).not.toMatch(/[\r\n]/);
    }
    if (report.kind !== 'guard') return;
    parsed('', () => mergeReports({ reports: [report], gaps: [], failOn: null }));
  };

  it('of guard: is refused, or rendered and judged without harm', () => {
    check(changedFile(guard), 500, unharmed);
  });

  it('of retune: is refused, or rendered without harm', () => {
    check(changedFile(retuneReport(retunedKernels)), 300, unharmed);
  });
});

describe('a comment of ours that somebody has edited', () => {
  const rows = [rowOf(guardReport(mixedKernels)), rowOfFailure('No device.', { ...origin, leg: 'h100' })];
  const [first = ''] = renderComment(rows, place).split('\n');
  const edited = (packed: Uint8Array) =>
    `${first}\nText.\n<!-- joulegate-rows:${Buffer.from(packed).toString('base64url')} -->\n`;

  it('holds rows that are sound, or none, and is written anew without harm', () => {
    let sound = 0;
    check(changedFile({ version: 1, rows }), 600, (text) => {
      const content = readComment(edited(deflateRawSync(text)));
      sound += content?.rows.length ?? 0;
      const merged = mergeRow(content?.rows ?? [], rowOf(guardReport(mixedKernels), { attempt: 2 }));
      const body = renderComment(merged.rows, place);
      expect(body.length).toBeLessThanOrEqual(65_536);
      expect(liveMarkup(body)).toEqual([]);
    });
    expect(sound).toBeGreaterThan(10);
  });

  it('is bounded in what it unpacks to, and in what it packs', () => {
    expect(readComment(edited(deflateRawSync(Buffer.alloc(64 * 1024 * 1024, ' '))))?.rows).toEqual([]);
    check(changedBytes(deflateRawSync(JSON.stringify({ version: 1, rows }))), 200, (bytes) => {
      expect(readComment(edited(bytes))).not.toBeNull();
    });
  });
});

describe('foreign text', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    changedText('::error file=a::b\n##[error]c <img src=x onerror=y> @octo #1 [a](b) `c` | d'),
  );

  it('makes no workflow command', () => {
    const printed: string[] = [];
    const write = process.stdout.write;
    process.stdout.write = ((chunk: string) => printed.push(String(chunk)) > 0) as typeof write;
    try {
      const commands = createCommands();
      check(text, 400, (foreign) => {
        printed.length = 0;
        commands.info(foreign);
        commands.warning(foreign, { title: foreign, file: foreign });
        const lines = printed.join('').split(/\r?\n|\r/);
        const started = lines.filter((line) => /^\s*::|##\[/.test(line));
        // The one warning that was meant.
        if (started.some((line) => !line.startsWith('::warning '))) throw new Error(started.join('\n'));
        if (started.length > 1) throw new Error(`several commands: ${started.join('\n')}`);
      });
    } finally {
      process.stdout.write = write;
    }
  });

  it('is plain in a comment about a failure', () => {
    check(text, 400, (foreign) => {
      expect(liveMarkup(renderComment([rowOfFailure(foreign, origin)], place))).toEqual([]);
    });
  });
});
