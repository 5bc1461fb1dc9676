import { type Host, type ImportedModel, importGguf, importOnnx } from '../app/index.ts';
import { ExitCode, JoulegateError } from '../errors/index.ts';
import type { Arguments, CommandResult } from './command.ts';
import { columns, count, formatJson } from './format.ts';

/** Below this share of MACs and bytes a workload is left out, in per cent. */
const leastPercent = 0.1;

function badArguments(message: string, nextStep: string): JoulegateError {
  return new JoulegateError('bad-input', message, { code: 'bad-arguments', nextStep });
}

/** `--dim NAME=N`, several times. */
function readSizes(args: Arguments): ReadonlyMap<string, number> {
  const sizes = new Map<string, number>();
  for (const written of args.texts('dim')) {
    const [, name, number] = /^(.+)=(\d{1,10})$/.exec(written) ?? [];
    if (name === undefined)
      throw badArguments(`--dim is "${written}", but must be NAME=N.`, 'Write for example --dim batch=1');
    if (sizes.has(name)) throw badArguments(`--dim gives ${name} twice.`, 'Give each size once.');
    sizes.set(name, Number(number));
  }
  return sizes;
}

function readModelOptions(args: Arguments) {
  const into = args.text('into');
  const out = args.text('out');
  const print = args.flag('print');
  const given = [
    out === undefined ? '' : '--out',
    into === undefined ? '' : '--into',
    print ? '--print' : '',
  ].filter((option) => option !== '');
  if (given.length > 1)
    throw badArguments(`${given.join(' and ')} contradict each other.`, 'Give one of them.');
  const target = print
    ? ({ kind: 'none' } as const)
    : into === undefined
      ? ({ kind: 'new', manifest: out ?? 'joulegate.yaml' } as const)
      : ({ kind: 'into', manifest: into } as const);
  return {
    file: args.positionals[1]!,
    name: args.text('name') ?? null,
    least: (args.number('least') ?? leastPercent) / 100,
    target,
  };
}

export function importOnnxFile(args: Arguments, host: Host): CommandResult {
  const sizes = readSizes(args);
  const profile = args.text('profile') ?? null;
  return describe(args, importOnnx(host, { ...readModelOptions(args), sizes, profile }));
}

export function importGgufFile(args: Arguments, host: Host): CommandResult {
  const context = args.number('context');
  if (context === undefined) {
    throw badArguments(
      '`joulegate import gguf` needs --context N.',
      'Say how many tokens there are, in the cache and in a prompt, e.g. --context 4096',
    );
  }
  return describe(args, importGguf(host, { ...readModelOptions(args), context }));
}

/** `97.0 %`. */
function percent(share: number): string {
  return `${(Math.floor(share * 1000 + 1e-9) / 10).toFixed(1)} %`;
}

const units = [
  [1e12, 'T'],
  [1e9, 'G'],
  [1e6, 'M'],
  [1e3, 'k'],
] as const;

/** `2.3 G`, with three digits at most. */
function amount(number: number): string {
  const [size, unit] = units.find(([least]) => number >= least) ?? [1, ''];
  return `${Number((number / size).toPrecision(3))} ${unit}`;
}

function networkText({
  name,
  macs,
  bytes,
  calls,
  covers,
  leftOut,
  notCounted,
}: ImportedModel['networks'][number]): string {
  const launches = calls.reduce((sum, { times }) => sum + times, 0);
  const rows = leftOut.map(({ operator, reason, times, ...share }) => [
    `  ${times} x ${operator}`,
    percent(share.macs),
    percent(share.bytes),
    reason,
  ]);
  return [
    `${name}: ${amount(macs)}MACs and ${amount(bytes)}B an inference; ${count(calls.length, 'workload')} in ${count(launches, 'launch').replace(/hs$/, 'hes')} cover ${percent(covers.macs)} of MACs and ${percent(covers.bytes)} of bytes`,
    ...(rows.length === 0 ? [] : [columns([['  not covered', 'MACs', 'bytes', ''], ...rows], [1, 2])]),
    ...(notCounted === 0
      ? []
      : [
          `  ${notCounted} of these have no known shapes and count for nothing in the shares: a --profile says what ran`,
        ]),
    '',
  ].join('\n');
}

function describe(args: Arguments, imported: ImportedModel): CommandResult {
  const exitCode = ExitCode.passed;
  const { manifest, networks, kernels, entries } = imported;
  if (args.flag('json'))
    return { output: formatJson({ schema: 'joulegate-import', version: 1, ...imported }), exitCode };
  if (manifest === null) return { output: entries, exitCode };
  const written = `${manifest}: ${count(kernels.length, 'kernel')}, ${count(networks.length, 'network')}\n`;
  const next =
    '\nnext:\n  1. Look at what is not covered.\n  2. `joulegate plan` says how long retuning takes; a larger --least leaves more out.\n';
  return { output: `${networks.map(networkText).join('\n')}\n${written}${next}`, exitCode };
}
