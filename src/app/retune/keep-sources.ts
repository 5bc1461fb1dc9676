import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { JoulegateError } from '../../errors/index.ts';
import { createVariantBuilder, type Pass, type Program, programSources } from '../../kernel/index.ts';
import type { KernelDefinition, Workload } from '../../manifest/index.ts';
import type { Configuration } from '../../space/index.ts';
import { makeFolder, writeFileAtomic } from '../../store/index.ts';
import type { Host } from '../host.ts';
import type { Laboratory } from '../laboratory/index.ts';
import { optional } from '../optional.ts';
import { absolutePath } from '../project/index.ts';
import type { Final, WorkloadSearch } from '../tuning/index.ts';

/**
 * Makes the folder for sources before anything is measured.
 * @throws JoulegateError bad-input (`cannot-write`) if it cannot be made
 */
export function prepareKeepFolder(host: Host, folder: string | undefined): void {
  if (folder === undefined) return;
  try {
    makeFolder(absolutePath(host, folder));
  } catch (error) {
    if (error instanceof JoulegateError) throw error;
    throw new JoulegateError('bad-input', `The folder ${folder} for the sources cannot be made.`, {
      code: 'cannot-write',
      nextStep: 'Give --keep a folder, or one that may be made.',
      cause: error,
    });
  }
}

/** JSON on one line. WGSL ends a comment at more characters than JSON escapes. */
function oneLine(value: unknown): string {
  return JSON.stringify(value).replaceAll(
    /[\u0085\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** How a pass is launched. */
function launchLines({ entryPoint, dispatch, bindings }: Pass, { buffers }: Program): readonly string[] {
  const workgroups =
    'indirect' in dispatch
      ? `as many as ${oneLine(buffers[dispatch.indirect]?.name)} says at byte ${dispatch.offsetBytes}`
      : dispatch.join(' x ');
  return [
    `// entry point: ${entryPoint}, workgroups: ${workgroups}`,
    '// buffers:',
    ...bindings.map(({ group, binding, kind, buffer }) => {
      const { name, byteLength } = buffers[buffer] ?? { name: '', byteLength: 0 };
      return `//   group ${group}, binding ${binding}: ${oneLine(name)}, ${kind}, ${byteLength} bytes`;
    }),
  ];
}

/** A kernel's workload with what builds it. */
type Subject = Pick<WorkloadSearch, 'kernel' | 'workload' | 'builder'>;

/** Failed configurations of a workload whose printed programs are kept. */
const mostFailed = 8;

/**
 * Writes what a program printed for a configuration, as it is, so that lines in messages are lines of the file:
 * `KERNEL-DIGEST-NAME.generated.wgsl`, `...-2.generated.wgsl` where passes have programs of their own. Nothing where none is printed.
 */
async function keepPrinted(
  folder: string,
  subject: Subject,
  ...[configuration, name]: [Configuration, string]
): Promise<void> {
  const printed = await subject.builder.printed(configuration);
  for (const [i, { text }] of printed.entries()) {
    const own = i === 0 ? '' : `-${i + 1}`;
    writeFileAtomic(join(folder, `${stem(subject)}-${name}${own}.generated.wgsl`), text);
  }
}

/** Keeps what a program prints for a kernel that cannot be searched: that is what its failure shows lines of. */
export async function keepFaulty(
  bench: {
    readonly host: Host;
    /** undefined: nothing is kept. */
    readonly folder: string | undefined;
    readonly laboratory: Pick<Laboratory, 'info' | 'print'>;
  },
  ...[kernel, workload]: [KernelDefinition, Workload]
): Promise<void> {
  const { host, folder, laboratory } = bench;
  if (folder === undefined) return;
  const { info, print } = laboratory;
  const builder = createVariantBuilder({ kernel, workload, limits: info.limits, print });
  const part = { cost: 'what a program prints is not kept', otherwise: undefined, warn: host.progress.warn };
  await optional(part, () =>
    keepPrinted(absolutePath(host, folder), { kernel, workload, builder }, kernel.defaults, 'default'),
  );
}

async function keepPrintedOfFailed(folder: string, { search }: Final): Promise<void> {
  const failed = search.result.measurements
    .filter(({ failure }) => failure?.kind === 'compile' || failure?.kind === 'validation')
    .filter(({ configuration }) => search.idOf(configuration) !== search.idOf(search.incumbent));
  for (const [i, { configuration }] of failed.slice(0, mostFailed).entries())
    await keepPrinted(folder, search, configuration, `failed-${i + 1}`);
}

function header(final: Final, configuration: Configuration, launches: readonly string[], role: string) {
  const { kernel, workload } = final.search;
  return [
    `// kernel: ${oneLine(kernel.name)}`,
    `// workload: ${oneLine(workload.parameters)}`,
    `// configuration: ${oneLine(configuration)}`,
    `// role: ${role}`,
    ...launches,
  ].join('\n');
}

/** A readable stem that no two workloads share. */
function stem({ kernel, workload }: Subject): string {
  const digest = createHash('sha256').update(`${kernel.name}\n${workload.name}`).digest('hex').slice(0, 8);
  return `${kernel.name.replaceAll(/[^A-Za-z0-9_.-]/g, '_')}-${digest}`;
}

/**
 * Writes the final WGSL of everything that met in the finals, and of an incumbent that fails but can be built:
 * `KERNEL-DIGEST-incumbent.wgsl`, `KERNEL-DIGEST-finalist-N.wgsl`; where passes come from several files, one of each with the
 * name of its first pass. Beside them what programs printed. Files of an earlier run of the same names are replaced.
 * @throws JoulegateError bad-input (`cannot-write`)
 */
export async function keepSources(options: {
  readonly host: Host;
  readonly folder: string;
  readonly finals: readonly Final[];
}): Promise<void> {
  const folder = absolutePath(options.host, options.folder);
  for (const final of options.finals) {
    const { incumbent, builder, idOf } = final.search;
    await keepPrintedOfFailed(folder, final);
    const write = async (configuration: Configuration, name: string, role: string) => {
      await keepPrinted(folder, final.search, configuration, name);
      const built = await builder.build(configuration);
      if (!built.ok || built.value.program === null) return;
      const { program } = built.value;
      const sources = programSources(program);
      for (const { wgsl, passes } of sources) {
        const launches = passes.flatMap((pass) => launchLines(pass, program));
        const own = sources.length > 1 ? `-${passes[0]?.name}` : '';
        const path = join(folder, `${stem(final.search)}-${name}${own}.wgsl`);
        writeFileAtomic(path, `${header(final, configuration, launches, role)}\n\n${wgsl.trimEnd()}\n`);
      }
    };
    if (final.incumbentFailure !== null) {
      await write(incumbent, 'incumbent', `incumbent, fails (${final.incumbentFailure.kind})`);
    }
    let finalist = 0;
    for (const [index, configuration] of final.contenders.entries()) {
      const isIncumbent = idOf(configuration) === idOf(incumbent);
      const name = isIncumbent ? 'incumbent' : `finalist-${++finalist}`;
      const chosen = index === final.selection.index ? ', chosen' : '';
      await write(configuration, name, `${name.replace('-', ' ')}${chosen}`);
    }
  }
}
