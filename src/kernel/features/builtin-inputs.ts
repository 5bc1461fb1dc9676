import type { AttributeElem, DeclIdent } from '../wesl.ts';
import { typeOfDeclaration } from '../wesl.ts';
import type { Frame, Value, Viewpoint } from './frame.ts';

/**
 * The value of an entry point's input for a lane.
 *
 * @param declaration a parameter of the entry point.
 * @param member of it, where it is a structure; else null.
 */
export function builtinInput(
  declaration: DeclIdent | undefined,
  member: string | null,
  view: Viewpoint,
  frame: Frame,
): Value | null {
  const element = declaration?.declElem;
  if (!declaration || element?.kind !== 'param' || frame.depth > 0) return null;
  if (member === null) return inputValue(builtinName(element.attributes), view, frame);
  const type = typeOfDeclaration(declaration, frame.facts.module);
  if (type.kind !== 'struct') return null;
  const declared = type.structElem?.members.find((candidate) => candidate.name.name === member);
  return inputValue(builtinName(declared?.attributes), view, frame);
}

function builtinName(attributes: readonly AttributeElem[] | undefined): string | null {
  for (const { attribute } of attributes ?? []) {
    if (attribute.kind === '@builtin') return attribute.param.name;
  }
  return null;
}

function inputValue(name: string | null, view: Viewpoint, frame: Frame): Value | null {
  const { dispatch, workgroupSize } = frame.facts.program;
  if (name === 'num_workgroups') return dispatch;
  if (view.lane === null || workgroupSize === null) return null;
  const [x, y, z] = workgroupSize;
  const alone = x * y * z === 1;
  const index = alone ? 0 : view.lane;
  const local = [index % x, Math.floor(index / x) % y, Math.floor(index / (x * y))];
  // The neighbour of an invocation that is alone in its workgroup is in the next one.
  const group = [alone ? view.lane : 0, 0, 0];
  switch (name) {
    case 'local_invocation_id':
      return local;
    case 'workgroup_id':
      return group;
    case 'global_invocation_id':
      return local.map((value, axis) => value + (group[axis] as number) * (workgroupSize[axis] as number));
    case 'local_invocation_index':
    case 'subgroup_invocation_id':
      return index;
    default:
      return null;
  }
}
