import {
  describeOtherFiles,
  type Host,
  type Initialisation,
  init,
  type TryResult,
  tryKernel,
} from '../../app/index.ts';
import { ExitCode, JoulegateError } from '../../errors/index.ts';
import type { Arguments, CommandSpec } from '../command.ts';
import { count, formatJson } from '../format.ts';
import {
  jsonOption,
  laboratoryOptions,
  manifestOption,
  readLaboratoryOptions,
  readManifestOption,
} from '../shared-options.ts';
import { isSound, triedText } from '../tried-text.ts';

/**
 * `--wgsl A B C`, which is what a shell makes of `--wgsl kernels/*.wgsl`: all of them are programs. Without it an argument is
 * the manifest, as for every command.
 */
function readFiles(args: Arguments) {
  const first = args.text('wgsl');
  if (first !== undefined) {
    return { manifest: args.text('manifest') ?? 'joulegate.yaml', programs: [first, ...args.positionals] };
  }
  const surplus = args.positionals.find((name, at) => at > 0 || /\.(wgsl|wesl)$/.test(name));
  if (surplus === undefined) return { ...readManifestOption(args), programs: null };
  throw new JoulegateError('bad-input', `"${surplus}" is one argument too many.`, {
    code: 'bad-arguments',
    nextStep: 'Give programs to `joulegate init` with --wgsl.',
  });
}

type LeftOut = Initialisation['leftOut'][number];

/** Files of one kind that are named one by one; of more only how many. */
const mostNamed = 2;

function placeOf({ file, line, column }: LeftOut): string {
  return [file, line, column].filter((part) => part !== null).join(':');
}

/** One line for each program, or for many of one kind. */
function describeLeftOut(all: readonly LeftOut[]): string[] {
  const kinds = new Map<string, LeftOut[]>();
  for (const one of all) {
    const key = one.group?.what ?? `${placeOf(one)} ${one.reason}`;
    kinds.set(key, [...(kinds.get(key) ?? []), one]);
  }
  return [...kinds.values()].flatMap((some) => {
    const [first] = some;
    if (some.length <= mostNamed || first?.group == null)
      return some.map((one) => `left out ${placeOf(one)}: ${one.reason}`);
    const { what, wayOn } = first.group;
    return [`left out ${some.length} times ${what} (${placeOf(first)}, ...): ${wayOn}`];
  });
}

function describe(result: Omit<Initialisation, 'complete'>): string {
  const { written, kept, kernels, leftOut, blanks, guesses, otherFiles, manifest } = result;
  const next: string[] = [];
  if (blanks.length > 0) {
    next.push(
      `Fill in what \`joulegate validate\` points at, ${count(blanks.length, 'place')} in ${manifest}.`,
    );
  }
  if (guesses.length > 0)
    next.push(
      `Look at ${count(guesses.length, 'value')} marked GUESS: they run, and need not be what ships.`,
    );
  if (result.ownerMissing)
    next.push(
      'In the workflow, give `uses:` the owner of the action and the commit of its release, and `runs-on:` your runner.',
    );
  if (kernels.length > 0) next.push('`joulegate retune` finds better configurations; commit tuned.json too.');
  return [
    ...written.map((path) =>
      path === manifest ? `wrote ${path}: ${count(kernels.length, 'kernel')}` : `wrote ${path}`,
    ),
    ...kept.map((path) => `kept ${path} as it was`),
    ...describeLeftOut(leftOut),
    ...otherFiles.map((files) => `not read: ${describeOtherFiles(files)}`),
    ...(written.length === 0 ? ['nothing was written'] : []),
    ...(next.length === 0 ? [] : ['', 'next:', ...next.map((step, i) => `  ${i + 1}. ${step}`)]),
    '',
  ].join('\n');
}

/** Runs the kernels that nothing is missing of, one after the other. */
async function tryComplete(
  host: Host,
  args: Arguments,
  manifest: string,
  { kernels, text }: Initialisation['complete'],
): Promise<readonly TryResult[]> {
  const tried: TryResult[] = [];
  for (const kernel of kernels) {
    tried.push(await tryKernel(host, { manifest, kernel, text, ...readLaboratoryOptions(args) }));
  }
  return tried;
}

/** What running the kernels found, and what about them is a guess. */
function describeTried(result: Omit<Initialisation, 'complete'>, tried: readonly TryResult[]): string {
  const { guesses, kernels, manifest } = result;
  const left = kernels.filter(({ name }) => !tried.some(({ kernel }) => kernel === name));
  return [
    '',
    ...tried.map(triedText),
    ...(kernels.length === 0
      ? ['nothing was tried: `joulegate try KERNEL` takes kernels of a manifest that is there']
      : []),
    ...left.map(({ name }) => `${name}: not tried, something of it has to be filled in`),
    ...(guesses.length === 0 ? [] : ['still a guess:']),
    ...guesses.map(({ line, text }) => `  ${manifest}:${line}: ${text}`),
    '',
  ].join('\n');
}

export const initCommand: CommandSpec = {
  name: 'init',
  summary: 'write a manifest for the kernels that are there, and a workflow',
  positionals: ['MANIFEST|FILE...?'],
  description: `Reads WGSL and WESL programs and writes a manifest with what they say about themselves: entry points, buffers,
overrides, workgroup sizes, and how far they reach: lengths and numbers of workgroups follow from guards, loops and
indices. What only you can know is left empty and marked FILL IN; \`joulegate validate\` points at each such place. GUESS
marks values that run and need not be what ships. A file that is no WGSL is called what it is, with the way on. Beside it comes .github/workflows/joulegate.yml. Without
--wgsl every program below the manifest's folder is read, and an argument is the manifest; after it, arguments are
programs. A file that is there already is never changed. With --try sizes are guesses as well, and every kernel that nothing
is missing of is run, as \`joulegate try\` does; exit status 2: something about one has to be mended.`,
  examples: [
    'joulegate init',
    'joulegate init --wgsl kernels/softmax.wgsl kernels/norm.wgsl',
    'joulegate init --wgsl kernels/new.wgsl --print',
    'joulegate init --try',
  ],
  options: {
    wgsl: { type: 'string', value: 'FILE...', help: 'only these programs, .wgsl or .wesl' },
    print: {
      type: 'boolean',
      help: 'write nothing; print the entries, to be put into a manifest that is there',
    },
    try: { type: 'boolean', help: 'guess sizes too, run what can be run, and show what is a guess' },
    ...manifestOption,
    ...laboratoryOptions,
    ...jsonOption,
  },
  async run(args, host) {
    const print = args.flag('print');
    const files = readFiles(args);
    const { complete, ...result } = await init(host, { ...files, print, guessSizes: args.flag('try') });
    const tried = args.flag('try') ? await tryComplete(host, args, files.manifest, complete) : [];
    const exitCode = tried.every(isSound) ? ExitCode.passed : ExitCode.badInput;
    if (print) for (const line of describeLeftOut(result.leftOut)) host.progress.warn(line);
    if (args.flag('json')) {
      return { output: formatJson(args.flag('try') ? { ...result, tried } : result), exitCode };
    }
    const found = args.flag('try') ? describeTried(result, tried) : '';
    return { output: print ? result.entries : `${describe(result)}${found}`, exitCode };
  },
};
