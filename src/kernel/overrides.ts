import type { TunableValue } from '../space/index.ts';
import { failed, succeeded } from './failure.ts';
import { lineStarts, positionAt } from './text-position.ts';
import type { Outcome } from './types.ts';
import { type OverrideElem, typeOfDeclaration, type WgslModule } from './wesl.ts';

/** Names of the `override` declarations of a module. */
export function overrideNames(module: WgslModule): string[] {
  return overridesOf(module).map(nameOf);
}

/**
 * Turns every `override` into a `const`: Dawn refuses override-sized arrays in function scope, and a constant
 * lets the loop bounds be counted. Values come from `values` by name, else from the declaration.
 * Lines keep their numbers.
 */
export function replaceOverrides(
  module: WgslModule,
  values: Readonly<Record<string, TunableValue>>,
): Outcome<string> {
  let text = '';
  let copied = 0;
  for (const override of overridesOf(module)) {
    const replaced = replacement(override, module, values);
    if (!replaced.ok) return replaced;
    const original = module.text.slice(override.start, override.end);
    const newlines = original.split('\n').length - 1;
    text += module.text.slice(copied, override.start) + replaced.value + '\n'.repeat(newlines);
    copied = override.end;
  }
  return succeeded(text + module.text.slice(copied));
}

function overridesOf(module: WgslModule): OverrideElem[] {
  return module.declarations.filter((declaration) => declaration.kind === 'override');
}

function nameOf(override: OverrideElem): string {
  return override.name.decl.ident.originalName;
}

function replacement(
  override: OverrideElem,
  module: WgslModule,
  values: Readonly<Record<string, TunableValue>>,
): Outcome<string> {
  const name = nameOf(override);
  const type = typeOfDeclaration(override.name.decl.ident, module);
  const annotation = type.kind === 'scalar' ? `: ${type.scalar}` : '';
  const value = Object.hasOwn(values, name) ? values[name] : undefined;
  if (value === undefined) {
    if (!override.init) {
      return failed(
        'validation',
        `override \`${name}\` has no default, and no tunable or workload gives it a value`,
        {
          ...positionAt(lineStarts(module.text), override.start),
        },
      );
    }
    const initial = module.text.slice(override.init.start, override.init.end).replaceAll(/\s+/g, ' ');
    return succeeded(`const ${name}${annotation} = ${initial};`);
  }
  if (type.kind === 'scalar' && !fits(value, type.scalar)) {
    return failed('validation', `override \`${name}\` is ${type.scalar}; its value ${value} is not`, {
      ...positionAt(lineStarts(module.text), override.start),
    });
  }
  return succeeded(`const ${name}${annotation} = ${value};`);
}

function fits(value: TunableValue, scalar: string): boolean {
  if (scalar === 'bool') return typeof value === 'boolean';
  if (typeof value !== 'number') return false;
  if (scalar === 'u32') return Number.isInteger(value) && value >= 0 && value <= 0xffffffff;
  if (scalar === 'i32') return Number.isInteger(value) && Math.abs(value) <= 0x7fffffff;
  return true;
}
