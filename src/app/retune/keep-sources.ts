import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { JoulegateError } from '../../errors/index.ts';
import type { Program } from '../../kernel/index.ts';
import type { Configuration } from '../../space/index.ts';
import { makeFolder, writeFileAtomic } from '../../store/index.ts';
import type { Host } from '../host.ts';
import { absolutePath } from '../project/index.ts';
import type { Final } from '../tuning/index.ts';

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

function header(final: Final, configuration: Configuration, program: Program, role: string): string {
  const { kernel, workload } = final.search;
  const buffers = program.buffers.map(
    ({ group, binding, kind, name, byteLength }) =>
      `//   group ${group}, binding ${binding}: ${oneLine(name)}, ${kind}, ${byteLength} bytes`,
  );
  return [
    `// kernel: ${oneLine(kernel.name)}`,
    `// workload: ${oneLine(workload.parameters)}`,
    `// configuration: ${oneLine(configuration)}`,
    `// role: ${role}`,
    `// entry point: ${program.entryPoint}, workgroups: ${program.dispatch.join(' x ')}`,
    '// buffers:',
    ...buffers,
  ].join('\n');
}

/** A readable stem that no two workloads share. */
function stem({ search: { kernel, workload } }: Final): string {
  const digest = createHash('sha256').update(`${kernel.name}\n${workload.name}`).digest('hex').slice(0, 8);
  return `${kernel.name.replaceAll(/[^A-Za-z0-9_.-]/g, '_')}-${digest}`;
}

/**
 * Writes the final WGSL of everything that met in the finals, and of an incumbent that fails but can be built:
 * `KERNEL-DIGEST-incumbent.wgsl`, `KERNEL-DIGEST-finalist-N.wgsl`. Files of an earlier run of the same names are replaced.
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
    const write = async (configuration: Configuration, name: string, role: string) => {
      const built = await builder.build(configuration);
      if (!built.ok || built.value.program === null) return;
      const { program } = built.value;
      const path = join(folder, `${stem(final)}-${name}.wgsl`);
      writeFileAtomic(path, `${header(final, configuration, program, role)}\n\n${program.wgsl.trimEnd()}\n`);
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
