import type { AttributeElem } from '../wesl.ts';
import { constant, multiply, type Polynomial, subtract, symbol } from './polynomial.ts';
import { type FollowedProgram, symbols } from './program.ts';
import { exactly, type Range, upTo } from './range.ts';
import { type Value, workedOut } from './value.ts';

const axes = [0, 1, 2] as const;

/** Largest size of subgroups that WebGPU has. */
const mostSubgroup = 128;

const below = (value: Polynomial) => upTo(subtract(value, constant(1)));

/** The built-in input that an attribute names; undefined if it names none. */
function builtinName(attributes: readonly AttributeElem[] | undefined): string | undefined {
  for (const { attribute } of attributes ?? []) {
    if (attribute.kind === '@builtin') return attribute.param.name;
  }
  return undefined;
}

type Program = Pick<FollowedProgram, 'entry' | 'module'>;

/** Whether a program asks for its workgroups, so that their number is part of what it does. */
export function asksForWorkgroups(program: Program): boolean {
  return asksFor(['workgroup_id', 'num_workgroups'], program);
}

/** Whether a program asks which of all invocations it is. */
export function asksForPosition(program: Program): boolean {
  return asksFor(['workgroup_id', 'num_workgroups', 'global_invocation_id'], program);
}

function asksFor(asked: readonly string[], { entry, module }: Program): boolean {
  const structures = module.declarations.filter((item) => item.kind === 'struct');
  return [...entry.params, ...structures.flatMap(({ members }) => members)].some(({ attributes }) =>
    asked.includes(builtinName(attributes) ?? ''),
  );
}

/** What a built-in input may be; null for what is none. */
export function inputValue(
  attributes: readonly AttributeElem[] | undefined,
  program: FollowedProgram,
): Value | null {
  const { workgroup } = program;
  const byGroups = asksForWorkgroups(program);
  const vector = (of: (axis: 0 | 1 | 2) => Range) => workedOut(axes.map(of));
  switch (builtinName(attributes)) {
    case 'global_invocation_id':
      return vector((axis) =>
        below(
          byGroups ? multiply(workgroup[axis], symbol(symbols.groups(axis))) : symbol(symbols.threads(axis)),
        ),
      );
    case 'workgroup_id':
      return vector((axis) => below(symbol(symbols.groups(axis))));
    case 'num_workgroups':
      return vector((axis) => exactly(symbol(symbols.groups(axis))));
    case 'local_invocation_id':
      return vector((axis) => below(workgroup[axis]));
    case 'local_invocation_index':
      return workedOut([below(multiply(multiply(workgroup[0], workgroup[1]), workgroup[2]))]);
    case 'subgroup_size':
      return workedOut([{ low: constant(1), high: constant(mostSubgroup) }]);
    case 'subgroup_invocation_id':
      return workedOut([below(constant(mostSubgroup))]);
    default:
      return null;
  }
}
