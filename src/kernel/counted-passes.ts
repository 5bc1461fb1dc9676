import { type CountedPass, ownCode, programCode, Slots } from './features/index.ts';
import { countedLaunch } from './launch.ts';
import type { Program } from './types.ts';
import { parseWgsl, type WgslModule } from './wesl.ts';

/** The final WGSL of every pass, parsed; null if one cannot be. Passes of one text share its module. */
export function parsedPasses({ passes }: Program): readonly WgslModule[] | null {
  const known = new Map<string, WgslModule>();
  const modules: WgslModule[] = [];
  for (const { wgsl } of passes) {
    const before = known.get(wgsl);
    const parsed = before === undefined ? parseWgsl('', wgsl) : null;
    if (parsed?.ok === false) return null;
    const module = before ?? (parsed?.ok ? parsed.value : null);
    if (module === null) return null;
    known.set(wgsl, module);
    modules.push(module);
  }
  return modules;
}

/**
 * The passes of a program, ready to be counted; null if one cannot be read.
 *
 * @param modules what its passes are parsed to, if that is known
 */
export function countedPasses(
  program: Program,
  modules: readonly WgslModule[] | null,
): readonly CountedPass[] | null {
  const parsed = modules ?? parsedPasses(program);
  const counted: CountedPass[] = [];
  for (const [index, pass] of program.passes.entries()) {
    const module = parsed?.[index];
    const code =
      module === undefined
        ? null
        : programCode({ ...ownCode(module), slots: new Slots(), entryPoint: pass.entryPoint });
    if (code === null) return null;
    const numbered = code.with({});
    counted.push({
      program: numbered,
      launch: countedLaunch(pass, program.buffers),
      needs: numbered.needs(),
    });
  }
  return counted;
}
