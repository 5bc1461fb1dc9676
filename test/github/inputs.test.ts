import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { JoulegateError } from '../../src/errors/index.ts';
import { type Inputs, inputDefaults, outputsOf, readInputs, setOutputs } from '../../src/github/index.ts';
import { guardReport, mixedKernels, retunedKernel, retuneReport } from '../report/samples.ts';

type Given = Readonly<Record<string, string>>;

function read(given: Given = {}, secrets: string[] = []): Inputs {
  return readInputs({ getInput: (name) => given[name] ?? '', setSecret: (secret) => secrets.push(secret) });
}

function faultOf(given: Given): JoulegateError {
  try {
    read(given);
  } catch (error) {
    if (error instanceof JoulegateError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('inputs', () => {
  it('have defaults', () => {
    expect(read()).toEqual({
      mode: 'guard',
      manifest: 'joulegate.yaml',
      base: null,
      pullRequest: null,
      githubToken: null,
      comment: 'auto',
      failOn: null,
      maxMinutes: null,
      device: 'auto',
      meter: 'auto',
      sensor: null,
      meterCommand: null,
      allowCommands: false,
      shard: null,
      deviceLabel: null,
      expectDevices: null,
      cache: { kind: 'service' },
      workingDirectory: '.',
    });
  });

  it('are read, blanks around them aside', () => {
    const given = {
      mode: ' retune ',
      manifest: 'gpu/joulegate.yaml',
      base: 'origin/main',
      'pull-request': '',
      'github-token': 'ghs_x',
      comment: 'on-change',
      'fail-on': 'regressed, inconclusive\nregressed',
      'max-minutes': '12.5',
      device: 'software',
      meter: 'cpu-time',
      sensor: 'GPU-01ab',
      'meter-command': 'wattmeter  --port /dev/ttyUSB0',
      'allow-commands': 'true',
      shard: '2/4',
      'device-label': 'RTX-4090',
      'expect-devices': 'h200, rtx-4090\nh200',
      cache: '/var/cache/joulegate',
      'working-directory': 'packages/gpu',
    };
    expect(read(given)).toEqual({
      mode: 'retune',
      manifest: 'gpu/joulegate.yaml',
      base: 'origin/main',
      pullRequest: null,
      githubToken: 'ghs_x',
      comment: 'on-change',
      failOn: ['regressed', 'inconclusive', 'wrong-result'],
      maxMinutes: 12.5,
      device: 'software',
      meter: 'cpu-time',
      sensor: 'GPU-01ab',
      meterCommand: ['wattmeter', '--port', '/dev/ttyUSB0'],
      allowCommands: true,
      shard: { index: 2, count: 4 },
      deviceLabel: 'rtx-4090',
      expectDevices: ['h200', 'rtx-4090'],
      cache: { kind: 'directory', path: '/var/cache/joulegate' },
      workingDirectory: 'packages/gpu',
    });
  });

  it.each([
    ['true', { kind: 'service' }],
    ['restore-only', { kind: 'restore-only' }],
    ['false', { kind: 'off' }],
    ['./true', { kind: 'directory', path: './true' }],
    ['C:\\cache', { kind: 'directory', path: 'C:\\cache' }],
  ])('cache: %s', (text, expected) => {
    expect(read({ cache: text }).cache).toEqual(expected);
  });

  it('fail-on: none lets everything pass', () => {
    expect(read({ 'fail-on': 'none' }).failOn).toEqual([]);
  });

  it.each([
    ['mode', 'gaurd', 'guard, retune, report or diff'],
    ['comment', 'always', 'auto, on-change or never'],
    [
      'fail-on',
      'regresed',
      'some of regressed, wrong-result, missing-baseline, environment, inconclusive; or none',
    ],
    [
      'fail-on',
      'none, regressed',
      'some of regressed, wrong-result, missing-baseline, environment, inconclusive; or none',
    ],
    ['max-minutes', '0', 'a number of minutes from 0.01 to 7200'],
    ['max-minutes', '-5', 'a number of minutes from 0.01 to 7200'],
    ['max-minutes', '1e3', 'a number of minutes from 0.01 to 7200'],
    ['max-minutes', '7201', 'a number of minutes from 0.01 to 7200'],
    ['device', 'cuda', 'auto, gpu or software'],
    ['meter', 'volts', 'auto, none, command, nvml, jetson, amdgpu, intel, apple or cpu-time'],
    ['sensor', '0; rm', "a sensor's index, UUID, PCI address or card, e.g. 0 or card1"],
    ['device-label', 'a b', 'a name of up to 40 letters, digits, dots and dashes, e.g. rtx-4090'],
    ['device-label', 'gpu-2of4', 'a name of up to 40 letters, digits, dots and dashes, e.g. rtx-4090'],
    ['device-label', 'gpu-attempt-1', 'a name of up to 40 letters, digits, dots and dashes, e.g. rtx-4090'],
    ['expect-devices', 'a, ../b', 'a name of up to 40 letters, digits, dots and dashes, e.g. rtx-4090'],
    ['pull-request', '0', 'the number of a pull request, e.g. 7'],
    ['pull-request', '-7', 'the number of a pull request, e.g. 7'],
    ['pull-request', '7a', 'the number of a pull request, e.g. 7'],
    ['pull-request', '#7', 'the number of a pull request, e.g. 7'],
    ['pull-request', '1e3', 'the number of a pull request, e.g. 7'],
    ['pull-request', '7; rm', 'the number of a pull request, e.g. 7'],
    ['pull-request', '12345678901', 'the number of a pull request, e.g. 7'],
    ['shard', '0/4', 'INDEX/COUNT, e.g. 2/4, from 1/1 to 256/256'],
    ['shard', '5/4', 'INDEX/COUNT, e.g. 2/4, from 1/1 to 256/256'],
    ['shard', '1/257', 'INDEX/COUNT, e.g. 2/4, from 1/1 to 256/256'],
    ['shard', '2', 'INDEX/COUNT, e.g. 2/4, from 1/1 to 256/256'],
    ['cache', 'yes', 'true, restore-only, false or a directory, which needs a slash in it, e.g. ./cache'],
    ['base', '--output=x', 'a branch, tag, commit or folder, without blanks and not starting with a dash'],
    [
      'base',
      'main@{1} branch',
      'a branch, tag, commit or folder, without blanks and not starting with a dash',
    ],
    ['base', 'main branch', 'a branch, tag, commit or folder, without blanks and not starting with a dash'],
  ])('%s: %s is refused with what is valid', (name, value, valid) => {
    const fault = faultOf({ [name]: value });
    expect(fault.message).toBe(`The input ${name}: "${value}" is not ${valid}.`);
    expect(fault.code).toBe('bad-inputs');
    expect(fault.exitCode).toBe(2);
  });

  it('meter-command: one argument a line may hold blanks, and nothing is read by a shell', () => {
    expect(read({ 'meter-command': '/opt/my meter\n--board\n$(reboot) `x` "y"' }).meterCommand).toEqual([
      '/opt/my meter',
      '--board',
      '$(reboot) `x` "y"',
    ]);
    expect(read({ 'meter-command': 'wattmeter -1', meter: 'command' }).meter).toBe('command');
    expect(faultOf({ meter: 'command' }).message).toContain('without the input meter-command');
  });

  it('at fault are listed all at once', () => {
    const given = { mode: 'x', manifest: 'a\nb', shard: 'y', cache: 'z', 'working-directory': 'c\u0000d' };
    expect(faultOf(given).message).toBe(
      [
        '5 inputs are not valid:',
        '  mode: "x" is not guard, retune, report or diff',
        '  manifest: "a b" is not a path on one line',
        '  shard: "y" is not INDEX/COUNT, e.g. 2/4, from 1/1 to 256/256',
        '  cache: "z" is not true, restore-only, false or a directory, which needs a slash in it, e.g. ./cache',
        '  working-directory: "c d" is not a path on one line',
      ].join('\n'),
    );
  });

  it('mask the token before anything can go wrong, and never show it', () => {
    const secrets: string[] = [];
    expect(() => read({ 'github-token': 'ghs_x', mode: 'x' }, secrets)).toThrow(JoulegateError);
    expect(secrets).toEqual(['ghs_x']);
    const fault = faultOf({ 'github-token': 'ghs_secret\nghs_second' });
    expect(fault.message).toBe('The input github-token: what it is given is not a token without blanks.');
    read({}, secrets);
    expect(secrets).toEqual(['ghs_x']);
  });
});

describe('outputs', () => {
  const paths = { reportPath: '/runner/_temp/report.json', commentBody: '## Joulegate' };

  it('count the verdicts of a guard run', () => {
    expect(outputsOf({ report: guardReport(mixedKernels), ...paths })).toEqual({
      verdict: 'failed',
      gated: '4',
      regressed: '1',
      improved: '1',
      inconclusive: '0',
      identical: '1',
      'missing-baseline': '0',
      'wrong-result': '0',
      report: '/runner/_temp/report.json',
      'comment-body': '## Joulegate',
      tuned: '',
      'tuned-folder': '',
    });
  });

  it('count what retuning improved', () => {
    const kept = retunedKernel({ configuration: { W: 1 }, previousConfiguration: { W: 1 } });
    const improved = outputsOf({ report: retuneReport([retunedKernel(), kept]), ...paths });
    expect(improved).toMatchObject({ verdict: 'improved', improved: '1', gated: '0' });
    const unchanged = outputsOf({ report: retuneReport([kept]), ...paths });
    expect(unchanged).toMatchObject({ verdict: 'unchanged', improved: '0' });
  });

  it.each([
    ['tuned.json', '.'],
    ['packages/gpu/best.json', 'packages/gpu'],
    ['../../elsewhere/tuned.json', '.'],
    ['/etc/tuned.json', '.'],
    [undefined, '.'],
  ])('say which folder of the repository the tuned state %s belongs to', (tuned, folder) => {
    const report = { ...retuneReport([retunedKernel()]), ...(tuned === undefined ? {} : { tuned }) };
    const outputs = outputsOf({ report, ...paths, tunedPath: '/runner/tuned.json' });
    expect(outputs).toMatchObject({ tuned: '/runner/tuned.json', 'tuned-folder': folder });
    expect(outputsOf({ report, ...paths })['tuned-folder']).toBe('');
  });

  it('are handed to the runner by name', () => {
    const set: [string, string][] = [];
    const outputs = outputsOf({ report: guardReport([]), ...paths });
    setOutputs({ setOutput: (name, value) => set.push([name, value]) }, outputs);
    expect(Object.fromEntries(set)).toEqual(outputs);
  });
});

describe('action.yml', () => {
  interface Named {
    readonly description: string;
    readonly default?: string;
  }
  interface ActionFile {
    readonly inputs: Readonly<Record<string, Named>>;
    readonly outputs: Readonly<Record<string, Named>>;
    readonly runs: Readonly<Record<string, string>>;
    readonly branding: Readonly<Record<string, string>>;
  }
  const file = parse(readFileSync(join(import.meta.dirname, '..', '..', 'action.yml'), 'utf8')) as ActionFile;

  it('declares the inputs that are read, with the same defaults, but for the token of the run', () => {
    const declared = Object.fromEntries(
      Object.entries(file.inputs).map(([name, one]) => [name, one.default]),
    );
    // biome-ignore lint/suspicious/noTemplateCurlyInString: an expression of Actions
    expect(declared).toEqual({ ...inputDefaults, 'github-token': '${{ github.token }}' });
  });

  it('declares the outputs that are set', () => {
    const outputs = outputsOf({ report: guardReport([]), reportPath: '', commentBody: '' });
    // Where there is a page of the history, it is said apart from the report.
    expect(Object.keys(file.outputs)).toEqual([...Object.keys(outputs), 'history']);
  });

  it('describes all of them', () => {
    const all = { ...file.inputs, ...file.outputs };
    for (const [name, { description }] of Object.entries(all))
      expect(description, name).toMatch(/^.{10,200}\.$/);
  });

  it('runs the bundle on Node 24', () => {
    expect(file.runs).toEqual({ using: 'node24', main: 'dist/action.js', post: 'dist/post.js' });
    expect(file.branding).toEqual({ icon: 'zap', color: 'green' });
  });
});
