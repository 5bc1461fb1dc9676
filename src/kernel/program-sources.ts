import type { Pass, Program } from './types.ts';

/** The texts of a program, each once, with the passes that are launched from it, in order. */
export function programSources({
  passes,
}: Pick<Program, 'passes'>): readonly { readonly wgsl: string; readonly passes: readonly Pass[] }[] {
  const texts = [...new Set(passes.map(({ wgsl }) => wgsl))];
  return texts.map((wgsl) => ({ wgsl, passes: passes.filter((pass) => pass.wgsl === wgsl) }));
}
