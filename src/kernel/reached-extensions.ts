import type { KernelDefinition } from '../manifest/index.ts';
import { extensionsIn, type NamedExtension } from './extensions.ts';
import { programValues } from './parameters.ts';
import { specialise } from './program.ts';
import { ProgramTexts } from './program-texts.ts';
import type { PrintSource } from './types.ts';

/**
 * What a kernel's program and its reference may enable: the extensions in those modules that their default configurations
 * are linked from, under conditions too.
 * @param print absent: nothing is known of what programs print
 */
export async function reachedExtensions(
  kernel: KernelDefinition,
  print?: PrintSource,
): Promise<readonly NamedExtension[]> {
  if (kernel.command !== undefined) return [];
  const found = new Map<string, NamedExtension>();
  const passes = [...kernel.passes, ...(kernel.reference?.passes ?? [])];
  for (const source of new Set(passes.map((pass) => pass.source))) {
    if (source.generator === undefined && extensionsIn(source).length === 0) continue;
    const texts = new ProgramTexts(source, print);
    for (const workload of kernel.workloads) {
      const values = programValues(workload, kernel.defaults);
      const modules = await texts.modules(values, { twice: true });
      if (!modules.ok) continue;
      await specialise(modules.value, values);
      const { loaded } = modules.value;
      for (const extension of extensionsIn(modules.value.source)) {
        const isReached = extension.file === source.path || loaded.includes(extension.file);
        // A program's text that another prints has no file.
        const named = { ...extension, ...source.generator?.at() };
        if (isReached || source.template !== undefined) found.set(`${named.file} ${named.extension}`, named);
      }
    }
  }
  return [...found.values()];
}
