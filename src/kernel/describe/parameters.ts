import { blankComments } from '../tokens.ts';
import type { LinkParameters } from '../wesl.ts';
import type { DescribedParameter } from './described-parameter.ts';

/** What WESL modules expect from outside: `constants::NAME`, and the words of `@if`. */
export function weslParameters(texts: readonly string[]): readonly DescribedParameter[] {
  const constants = new Set<string>();
  const conditions = new Set<string>();
  for (const text of texts.map((source) => blankComments(source))) {
    for (const [, list = '', single = ''] of text.matchAll(/\bconstants\s*::\s*(?:\{([^}]*)\}|(\w+))/g)) {
      for (const item of `${list},${single}`.split(',')) {
        const [name = ''] = item.trim().split(/\s+/);
        if (name !== '') constants.add(name);
      }
    }
    for (const [, condition = ''] of text.matchAll(/@(?:if|elif)\s*\(([^;{]*?)\)\s*(?=[@\w{/])/g)) {
      for (const word of condition.match(/[A-Za-z_]\w*/g) ?? []) conditions.add(word);
    }
  }
  conditions.delete('true');
  conditions.delete('false');
  const named = alternatives([...conditions], constants);
  return [
    ...[...constants].filter((name) => !named.has(name)).map((name) => parameter(name, 'constant', null)),
    ...[...named].map(([name, values]) => parameter(name, 'condition', values)),
  ];
}

function parameter(
  name: string,
  kind: DescribedParameter['kind'],
  values: DescribedParameter['values'],
): DescribedParameter {
  return { name, kind, scalar: null, value: null, hasDefault: false, values };
}

/**
 * Conditions by the parameter they are values of: `LAYOUT_rows` and `LAYOUT_columns` of `LAYOUT`, `VECTOR_4` of the
 * constant `VECTOR`. One that stands alone is a switch, and has no values.
 */
function alternatives(
  conditions: readonly string[],
  constants: ReadonlySet<string>,
): ReadonlyMap<string, DescribedParameter['values']> {
  const stemOf = (word: string) => word.slice(0, Math.max(0, word.lastIndexOf('_')));
  const groups = new Map<string, string[] | null>();
  for (const word of conditions) {
    const stem = stemOf(word);
    const isValue =
      !constants.has(word) &&
      stem !== '' &&
      (constants.has(stem) || conditions.filter((other) => stemOf(other) === stem).length > 1);
    if (isValue) groups.set(stem, [...(groups.get(stem) ?? []), word.slice(stem.length + 1)]);
    else groups.set(word, null);
  }
  return new Map(
    [...groups].map(([name, values]) => {
      const areNumbers = values?.every((value) => /^\d+$/.test(value)) ?? false;
      return [name, areNumbers ? (values ?? []).map(Number).sort((a, b) => a - b) : values];
    }),
  );
}

function isSwitch({ kind, values }: DescribedParameter): boolean {
  return kind === 'condition' && values === null;
}

/** The parameters with the value that every switch had while linking. */
export function withSwitches(
  parameters: readonly DescribedParameter[],
  switches: boolean,
): readonly DescribedParameter[] {
  return parameters.map((item) => (isSwitch(item) ? { ...item, value: switches } : item));
}

/** Values to link with: the first where there are several, `standIn` for what only has a name. */
export function trialValues(
  parameters: readonly DescribedParameter[],
  standIn: number,
  switches: boolean,
): LinkParameters {
  const constants: Record<string, string | number> = {};
  const conditions: Record<string, boolean> = {};
  for (const item of parameters) {
    const { name, kind, values } = item;
    const [first] = values ?? [];
    if (isSwitch(item)) conditions[name] = switches;
    if (first !== undefined) conditions[`${name}_${first}`] = true;
    constants[name] = typeof first === 'number' ? first : kind === 'constant' ? standIn : String(switches);
  }
  return { constants, conditions };
}
