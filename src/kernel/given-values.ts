import type { TunableValue } from '../space/index.ts';
import { failed, succeeded } from './failure.ts';
import { lineStarts, positionAt } from './text-position.ts';
import type { Outcome } from './types.ts';
import { unknownNames } from './unknown-names.ts';
import { constantValue, type OverrideElem, typeOfDeclaration, type WgslModule } from './wesl.ts';

type Constant = OverrideElem | Extract<WgslModule['declarations'][number], { kind: 'const' }>;

/** What values are put into: all that takes some, or overrides alone. */
export type GivenKinds = 'all' | 'overrides';

/** Names that values can be given to: overrides, constants at module scope, and what is used like one and declared nowhere. */
export function givenNames(module: WgslModule): readonly string[] {
  return [...constantsOf(module, 'all').map(nameOf), ...unknownNames(module.declarations, module).values];
}

/** Whether there is anything to put in, or an override to be declared with its own value. */
export function takesValues(
  module: WgslModule,
  values: Readonly<Record<string, TunableValue>>,
  kinds: GivenKinds,
): boolean {
  return (
    constantsOf(module, 'overrides').length > 0 ||
    (kinds === 'all' && givenNames(module).some((name) => Object.hasOwn(values, name)))
  );
}

/**
 * Puts values into plain WGSL, by name.
 *
 * - Every `override` becomes a `const`: Dawn refuses override-sized arrays in function scope, and a constant lets the loop
 *   bounds be counted. What has no value keeps the one that it is declared with.
 * - A scalar `const` at module scope is declared with its value.
 * - What is used like a constant and declared nowhere is declared at the end, as hosts do who put it before the text.
 *
 * Lines keep their numbers.
 */
export function giveValues(
  module: WgslModule,
  values: Readonly<Record<string, TunableValue>>,
  kinds: GivenKinds,
): Outcome<string> {
  let text = '';
  let copied = 0;
  for (const constant of constantsOf(module, kinds)) {
    const replaced = replacement(constant, module, values);
    if (replaced === null) continue;
    if (!replaced.ok) return replaced;
    const original = module.text.slice(constant.start, constant.end);
    const newlines = original.split('\n').length - 1;
    text += module.text.slice(copied, constant.start) + replaced.value + '\n'.repeat(newlines);
    copied = constant.end;
  }
  const unknown = kinds === 'all' ? unknownNames(module.declarations, module).values : [];
  const missing = unknown.filter((name) => Object.hasOwn(values, name));
  const declared = missing.map((name) => `\nconst ${name} = ${values[name]};`).join('');
  return succeeded(text + module.text.slice(copied) + declared);
}

function constantsOf(module: WgslModule, kinds: GivenKinds): Constant[] {
  return module.declarations.filter(
    (declaration): declaration is Constant =>
      declaration.kind === 'override' || (kinds === 'all' && declaration.kind === 'const'),
  );
}

function nameOf(constant: Constant): string {
  return constant.name.decl.ident.originalName;
}

/** null: it stays as it is. */
function replacement(
  override: Constant,
  module: WgslModule,
  values: Readonly<Record<string, TunableValue>>,
): Outcome<string> | null {
  const name = nameOf(override);
  const type = typeOfDeclaration(override.name.decl.ident, module);
  const annotation = type.kind === 'scalar' ? `: ${type.scalar}` : '';
  const value = Object.hasOwn(values, name) ? values[name] : undefined;
  if (override.kind === 'const' && (value === undefined || isDeclaredAs(override, value, module)))
    return null;
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
    return failed('validation', `${override.kind} \`${name}\` is ${type.scalar}; its value ${value} is not`, {
      ...positionAt(lineStarts(module.text), override.start),
    });
  }
  return succeeded(`const ${name}${annotation} = ${value};`);
}

/** Constants that are no scalars are none that a manifest can give. */
function isDeclaredAs({ init, name }: Constant, value: TunableValue, module: WgslModule): boolean {
  if (typeOfDeclaration(name.decl.ident, module).kind !== 'scalar' || typeof value === 'string') return true;
  return init !== undefined && constantValue(init, module) === value;
}

function fits(value: TunableValue, scalar: string): boolean {
  if (scalar === 'bool') return typeof value === 'boolean';
  if (typeof value !== 'number') return false;
  if (scalar === 'u32') return Number.isInteger(value) && value >= 0 && value <= 0xffffffff;
  if (scalar === 'i32') return Number.isInteger(value) && Math.abs(value) <= 0x7fffffff;
  return true;
}
