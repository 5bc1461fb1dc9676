import type { KernelDefinition } from '../manifest/index.ts';
import { extensionsNamed, type NamedExtension } from './extensions.ts';
import { programValues } from './parameters.ts';
import { specialise } from './program.ts';
import { SourceModules } from './wesl.ts';

/**
 * What a kernel's program and its reference may enable: the extensions in those modules that their default configurations
 * are linked from, under conditions too.
 */
export async function reachedExtensions(kernel: KernelDefinition): Promise<readonly NamedExtension[]> {
  const named = kernel.command === undefined ? extensionsNamed(kernel) : [];
  if (named.length === 0) return named;
  const reached = new Set<string>();
  const passes = [...kernel.passes, ...(kernel.reference?.passes ?? [])];
  for (const source of new Map(passes.map(({ source }) => [source.path, source])).values()) {
    const modules = new SourceModules(source);
    reached.add(source.path);
    for (const workload of kernel.workloads)
      await specialise(modules, programValues(workload, kernel.defaults));
    for (const path of modules.loaded) reached.add(path);
  }
  return named.filter(({ file }) => reached.has(file));
}
