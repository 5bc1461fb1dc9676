import type { BufferDefinition, PassDefinition, Slot } from '../manifest/index.ts';
import type { BoundVariable } from './reflect.ts';
import type { BufferBinding, PassBinding } from './types.ts';

/** A pass with what its program declares. */
export interface DeclaredPass {
  readonly definition: PassDefinition;
  readonly bindings: readonly BoundVariable[];
}

/** Where a pass has a buffer; null if another is there. */
export function slotIn({ definition: pass }: DeclaredPass, buffer: BufferDefinition): Slot | null {
  if (Object.hasOwn(pass.bindings, buffer.name)) return pass.bindings[buffer.name] ?? null;
  return Object.values(pass.bindings).some((taken) => isAt(taken, buffer)) ? null : buffer;
}

/** What a pass's program has where a buffer is; null if there is nothing. */
export function variableAt(pass: DeclaredPass, definition: BufferDefinition): BoundVariable | null {
  const slot = slotIn(pass, definition);
  if (slot === null) return null;
  const there = pass.bindings.filter((candidate) => isAt(slot, candidate));
  return there.find(({ used }) => used) ?? there[0] ?? null;
}

/** Whether a launch takes its size from a buffer. */
export function isIndirect({ name }: BufferDefinition, passes: readonly DeclaredPass[]): boolean {
  return passes.some(({ definition: { dispatch } }) => 'indirect' in dispatch && dispatch.indirect === name);
}

/** Whether a pass has a buffer where the manifest's `buffers` has it. */
export function isAtHome(
  { buffer, group, binding }: PassBinding,
  buffers: readonly BufferBinding[],
): boolean {
  const home = buffers[buffer];
  return home !== undefined && isAt(home, { group, binding });
}

export function isAt(a: Slot, b: Slot): boolean {
  return a.group === b.group && a.binding === b.binding;
}
