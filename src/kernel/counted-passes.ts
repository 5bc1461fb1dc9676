import { type CountedPass, ownCode, programCode, Slots } from './features/index.ts';
import { countedLaunch } from './launch.ts';
import type { Program } from './types.ts';
import { parseWgsl, type WgslModule } from './wesl.ts';

/** The final WGSL of every pass, parsed; null if one cannot be. */
export function parsedPasses({ passes }: Program): readonly WgslModule[] | null {
  const parsed = passes.flatMap(({ wgsl }) => {
    const module = parseWgsl('', wgsl);
    return module.ok ? [module.value] : [];
  });
  return parsed.length < passes.length ? null : parsed;
}

/** The passes of a program, ready to be counted; null if one cannot be read. */
export function countedPasses(program: Program): readonly CountedPass[] | null {
  const parsed = parsedPasses(program);
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
