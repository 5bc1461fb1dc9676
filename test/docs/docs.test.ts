import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { inputDefaults } from '../../src/github/index.ts';
import { type FileReader, formatProblems, parseManifest } from '../../src/manifest/index.ts';
import { type DeviceInfo, type MeterInfo, measureOptions } from '../../src/measure/index.ts';
import { meterChoices } from '../../src/meter/index.ts';
import { operators } from '../../src/operators/index.ts';
import { type ActionFile, pinsOf, workflowFaults } from '../workflows/workflow-rules.ts';
import { commandHelps } from './commands.ts';
import { anchors, blocks, page, pages, quoted, root, rows, section, sourceText } from './pages.ts';

const read = (path: string) => readFileSync(join(root, path), 'utf8');
const source = sourceText();

describe('every page', () => {
  it.each([...pages])('%s is short, and its links lead somewhere', (name, text) => {
    const [written = ''] = text.split('<!-- reference: written by');
    expect(written.split('\n').length).toBeLessThanOrEqual(200);
    const broken = [...text.matchAll(/\]\(([^)]+)\)/g)]
      .map(([, target = '']) => target)
      .filter((target) => !/^https:\/\//.test(target))
      .filter((target) => {
        const [path = '', anchor] = target.split('#');
        const file = path === '' ? join(root, 'docs', name) : join(dirname(join(root, 'docs', name)), path);
        if (!existsSync(file)) return true;
        return anchor !== undefined && !anchors(readFileSync(file, 'utf8')).has(anchor);
      });
    expect(broken).toEqual([]);
  });

  it('is in the index', () => {
    for (const name of pages.keys())
      if (name !== 'README.md') expect(page('README.md')).toContain(`(${name})`);
  });

  it('names environment variables that are read, and none is kept secret', () => {
    const names = (text: string) => [...new Set(text.match(/\bJOULEGATE_[A-Z_]+/g))].sort();
    expect(names([...pages.values()].join('\n'))).toEqual(names(source));
  });

  it('names commands and options that exist', async () => {
    const helps = await commandHelps();
    const options = new Set([...helps.values()].flatMap((help) => help.match(/--[a-z][a-z-]+/g) ?? []));
    // Lines of a shell that run somebody else's programs.
    const foreign = /^(?:git|npm|sudo|nvidia-smi|docker|cat) .*$/gm;
    const texts = [...pages.values()].map((text) => text.replaceAll(foreign, ''));
    const own = texts
      .flatMap(quoted)
      .filter((text) => !/^(?:git|npm|node|WebGPU|docker|nvidia-smi|sudo) /.test(text));
    const commands = own.flatMap((text) =>
      [...text.matchAll(/\bjoulegate ([a-z]+)\b/g)].map(([, name]) => name),
    );
    expect(commands.filter((name) => name !== undefined && !helps.has(name))).toEqual([]);
    const named = own.flatMap((text) => text.match(/(?<![\w-])--[a-z][a-z-]+/g) ?? []);
    expect(named).toContain('--meter-command');
    expect(named.filter((option) => !options.has(option))).toEqual([]);
  });
});

describe('YAML in the pages', () => {
  const action = parse(read('action.yml')) as ActionFile;
  const yaml = blocks('yaml').map((block) => ({
    ...block,
    data: parse(block.text) as Record<string, unknown> | null,
  }));
  const workflows = yaml.filter(({ data }) => data !== null && 'jobs' in data);
  const manifests = yaml.filter(({ data }) => data !== null && 'kernels' in data);

  it('is a workflow, a manifest, or a comment', () => {
    expect(workflows.length).toBeGreaterThanOrEqual(1);
    expect(manifests.length).toBeGreaterThanOrEqual(2);
    expect(yaml.filter(({ data }) => data !== null)).toHaveLength(workflows.length + manifests.length);
  });

  it.each(workflows)('workflow of $page: $data.name breaks no rule', ({ text }) => {
    expect(workflowFaults(text, action)).toEqual([]);
  });

  it('pins actions as the workflows of this repository do', () => {
    const folders = ['.github/workflows', 'examples/workflows'];
    const pins = new Map(
      folders.flatMap((folder) =>
        readdirSync(join(root, folder)).flatMap((name) => pinsOf(read(`${folder}/${name}`))),
      ),
    );
    const used = workflows.flatMap(({ text }) => pinsOf(text));
    expect(used.length).toBeGreaterThan(0);
    for (const [name, commit] of used) expect([name, commit]).toEqual([name, pins.get(name)]);
  });

  it('has the first workflow in fifteen lines, and it is the example to copy', () => {
    const [first] = workflows.filter((block) => block.page === 'action.md');
    expect(first?.text.trim().split('\n').length).toBeLessThanOrEqual(15);
    expect(first?.data).toEqual(parse(read('examples/workflows/guard.yml')));
  });

  it.each(manifests)('manifest of $page is right', ({ text }) => {
    const program = '@compute @workgroup_size(64) fn main() {}';
    const reader: FileReader = {
      read: (path) =>
        /^kernels\/[\w-]+\.w[eg]sl$/.test(path)
          ? program
          : path === 'src/kernels.ts'
            ? `export const rowSumShader = \`${program}\`;`
            : null,
      readBytes: () => ({ bytes: Buffer.from(program), executable: false }),
      list: () => [],
      listSources: (path) => [path],
    };
    const { manifest, problems } = parseManifest({ path: 'joulegate.yaml', text, reader, operators });
    expect(formatProblems(problems, { colour: false })).toBe('');
    expect(manifest?.kernels.length).toBeGreaterThan(0);
  });
});

describe('docs/action.md', () => {
  const action = parse(read('action.yml')) as {
    readonly inputs: Readonly<Record<string, { readonly default?: unknown }>>;
    readonly outputs: Readonly<Record<string, unknown>>;
  };
  const inputs = rows(section('action.md', '## Inputs'));

  it('has every input in the order of action.yml, with its default', () => {
    expect(inputs.flatMap(([name = '']) => quoted(name))).toEqual(Object.keys(action.inputs));
    for (const [name = '', , standard = ''] of inputs) {
      const [input = ''] = quoted(name);
      const known = inputDefaults[input as keyof typeof inputDefaults];
      if (known !== '') expect([input, standard]).toEqual([input, `\`${known}\``]);
    }
  });

  it('has every meter that can be chosen', () => {
    const values = inputs.find(([name]) => name === '`meter`')?.[1] ?? '';
    expect(new Set(quoted(values))).toEqual(new Set(meterChoices));
  });

  it('has every output', () => {
    const outputs = rows(section('action.md', '## Outputs')).flatMap(([name = '']) => quoted(name));
    expect(new Set(outputs)).toEqual(new Set(Object.keys(action.outputs)));
  });

  it('has every verdict of a run', () => {
    const schema = read('schemas/report.schema.json');
    const [verdicts = ''] =
      rows(section('action.md', '## Outputs'))
        .find(([name]) => name === '`verdict`')
        ?.slice(1) ?? [];
    for (const verdict of quoted(verdicts)) {
      if (!['improved', 'unchanged', 'not-measured', 'error'].includes(verdict))
        expect(schema).toContain(`"${verdict}"`);
    }
    expect(quoted(verdicts)).toContain('nothing-gated');
  });
});

describe('docs/manifest.md', () => {
  it('has the reference that the schema gives', () => {
    expect(() =>
      execFileSync(process.execPath, ['scripts/docs.mjs', '--check'], { cwd: root, stdio: 'pipe' }),
    ).not.toThrow();
  });

  it('mentions every key and every limit', () => {
    const keys = [
      ...read('schemas/manifest.schema.json').matchAll(/"([a-z-]+)": \{\n\s+"(?:description|\$ref)"/g),
    ];
    const text = section('manifest.md', '## Reference');
    const definitions = new Set([
      'items',
      ...Object.keys(JSON.parse(read('schemas/manifest.schema.json')).$defs),
    ]);
    const missing = keys
      .map(([, key = '']) => key)
      .filter(
        (key) => !definitions.has(key) && !new RegExp(`^\\| \`(?:[a-z.-]+\\.)?${key}\``, 'm').test(text),
      );
    expect(keys.length).toBeGreaterThan(40);
    expect(missing).toEqual([]);
    const limits = read('src/manifest/limits.ts').match(/^ {2}\w+(?=: '(?:int|bool)')/gm) ?? [];
    expect(limits.length).toBeGreaterThan(8);
    for (const limit of limits) expect(page('manifest.md')).toContain(`\`${limit.trim()}\``);
  });
});

describe('docs/measuring.md', () => {
  it('states the windows and samples that are used', () => {
    const cells = (software: boolean, purpose: 'search' | 'judge') => {
      const device = { software } as DeviceInfo;
      const meter = (updatePeriodMs: number) => ({ updatePeriodMs }) as MeterInfo;
      const { window, time } = measureOptions({ device, meter: null, purpose });
      const slow = measureOptions({ device, meter: meter(1000), purpose }).window.windowMs / 1000;
      const length = software ? `${window.windowMs} ms` : `${window.windowMs / 1000} s, or ${slow} updates`;
      const samples = `${time.samples} of at least ${time.minSampleMs} ms, ${time.maxMs / 1000} s at most`;
      const wanted = window.precision === undefined ? '-' : `${window.precision * 100} %`;
      return [`${window.preheatMs} ms`, length, wanted, samples];
    };
    const table = rows(section('measuring.md', '## Energy'));
    const rowOf = (name: string) =>
      table
        .find(([first]) => first === name)
        ?.slice(1)
        .map((cell) => cell.replace(/ of the sensor.*/, ''));
    expect(rowOf('GPU, judging')).toEqual(cells(false, 'judge'));
    expect(rowOf('GPU, searching')).toEqual(cells(false, 'search'));
    expect(rowOf('software adapter, judging')).toEqual(cells(true, 'judge'));
    expect(rowOf('software adapter, searching')).toEqual(cells(true, 'search'));
  });

  it('has every meter and every verdict', () => {
    const meters = rows(section('measuring.md', '## Sensors')).flatMap(([name = '']) => quoted(name));
    expect(new Set(['auto', ...meters])).toEqual(new Set(meterChoices));
    const verdicts = rows(section('measuring.md', '## Judging, step by step')).flatMap(([name = '']) =>
      quoted(name),
    );
    const schema = JSON.parse(read('schemas/report.schema.json'));
    for (const verdict of schema.$defs.ReportVerdict?.enum ?? []) expect(verdicts).toContain(verdict);
    for (const verdict of ['regressed', 'missing-baseline', 'identical']) expect(verdicts).toContain(verdict);
  });
});

describe('docs/troubleshooting.md', () => {
  const cells = rows(page('troubleshooting.md')).map(([first = '']) => first);
  const codePattern = /\((`[a-z-]+`(?:, `[a-z-]+`)*)\)/g;
  const codes = new Set(
    cells.flatMap((cell) => [...cell.matchAll(codePattern)].flatMap(([, list = '']) => quoted(list))),
  );

  it('has every error code, and no other', () => {
    const assigned = [...source.matchAll(/\b(?:code|problem): ([^\n{}]*)/g)].flatMap(([, value = '']) =>
      [...value.matchAll(/'([a-z]+(?:-[a-z]+)+)'/g)].map(([, code = '']) => code),
    );
    const declared = read('src/errors/codes.ts').matchAll(/\| '([a-z-]+)'/g);
    expect(assigned.length).toBeGreaterThan(60);
    expect([...codes].sort()).toEqual([...new Set(assigned)].sort());
    expect([...codes].sort()).toEqual([...new Set([...declared].map(([, code]) => code))].sort());
  });

  it('quotes messages as the code has them', () => {
    const plain = source.replaceAll("\\'", "'");
    const escaped = (text: string) => text.trim().replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
    const unknown = cells
      .flatMap((cell) => quoted(cell.replaceAll(codePattern, '')))
      .filter((message) => {
        const pieces = message.split('…').filter((piece) => piece.trim() !== '');
        return !new RegExp(pieces.map(escaped).join('.{1,160}?')).test(plain);
      });
    expect(unknown).toEqual([]);
  });
});
