import { type AttributeElem, type DeclIdent, live, typeOfDeclaration } from '../wesl.ts';
import type { Run, Value, ValueCode, Viewpoint } from './run.ts';
import type { Scope } from './scope.ts';

/**
 * Code for the value of an entry point's input for a lane.
 *
 * @param declaration a parameter of the entry point.
 * @param member of it, where it is a structure; else null.
 */
export function builtinInput(
  declaration: DeclIdent | undefined,
  member: string | null,
  scope: Scope,
): ValueCode {
  const element = declaration?.declElem;
  const name =
    declaration && element?.kind === 'param'
      ? member === null
        ? builtinName(element.attributes)
        : memberBuiltin(declaration, member, scope)
      : null;
  if (name === null) return () => null;
  return (run, frame, view) => (frame.depth > 0 ? null : inputValue(name, view, run));
}

function memberBuiltin(declaration: DeclIdent, member: string, { program }: Scope): string | null {
  const type = typeOfDeclaration(declaration, program.module);
  if (type.kind !== 'struct') return null;
  const members = live(type.structElem?.members ?? [], program.module);
  return builtinName(members.find((candidate) => candidate.name.name === member)?.attributes);
}

function builtinName(attributes: readonly AttributeElem[] | undefined): string | null {
  for (const { attribute } of attributes ?? []) {
    if (attribute.kind === '@builtin') return attribute.param.name;
  }
  return null;
}

function inputValue(name: string, view: Viewpoint, run: Run): Value | null {
  const { dispatch, workgroupSize } = run.launch;
  if (name === 'num_workgroups') return dispatch;
  if (name === 'subgroup_size') return run.subgroupSize;
  if (name === 'num_subgroups' && workgroupSize !== null) {
    const [x, y, z] = workgroupSize;
    return Math.ceil((x * y * z) / run.subgroupSize);
  }
  if (view.lane === null || workgroupSize === null) {
    run.laneReads++;
    return null;
  }
  const [x, y, z] = workgroupSize;
  if (view.lane === 'sampled') {
    if (name !== 'workgroup_id' && name !== 'workgroup_index') run.sample.reads.add('invocation');
    if (name.startsWith('workgroup') || name.startsWith('global')) run.sample.reads.add('workgroup');
    return placedValue(name, run.sample.invocation, run.sample.workgroup, run);
  }
  const alone = x * y * z === 1;
  // Neighbours share a workgroup, and the place of it.
  if (alone || name !== 'workgroup_id') run.laneReads++;
  const index = alone ? 0 : view.lane;
  // The neighbour of an invocation that is alone in its workgroup is in the next one.
  return placedValue(name, index, [alone ? view.lane : 0, 0, 0], run);
}

/** What an invocation of a workgroup gets. */
function placedValue(
  name: string,
  index: number,
  ...[group, run]: [group: readonly [number, number, number], run: Run]
): Value | null {
  const { dispatch, workgroupSize } = run.launch;
  if (workgroupSize === null) return null;
  const [x, y, z] = workgroupSize;
  const local = [index % x, Math.floor(index / x) % y, Math.floor(index / (x * y))];
  const [, down, deep] = group;
  // Of an unknown launch only the first row is known.
  const groupIndex = group[0] + (down + deep > 0 ? dispatch[0] * (down + dispatch[1] * deep) : 0);
  switch (name) {
    case 'local_invocation_id':
      return local;
    case 'workgroup_id':
      return group;
    case 'global_invocation_id':
      return local.map((value, axis) => value + (group[axis] as number) * (workgroupSize[axis] as number));
    case 'local_invocation_index':
      return index;
    case 'subgroup_invocation_id':
      return index % run.subgroupSize;
    case 'subgroup_id':
      return Math.floor(index / run.subgroupSize);
    case 'workgroup_index':
      return groupIndex;
    case 'global_invocation_index':
      return groupIndex * x * y * z + index;
    default:
      return null;
  }
}
