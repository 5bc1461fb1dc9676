import { createHash } from 'node:crypto';
import { isAtHome } from './pass-bindings.ts';
import type { ReachableDeclaration } from './reachable.ts';
import { staleVariables } from './stale-variables.ts';
import type { BufferBinding, Pass, Variant } from './types.ts';

function digest(parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

/** A pass as it is named. */
export interface NamedPass extends Pick<Pass, 'entryPoint' | 'dispatch' | 'bindings'> {
  readonly reachable: readonly ReachableDeclaration[];
}

function launchParts(pass: NamedPass, buffers: readonly BufferBinding[]): readonly unknown[] {
  const { reachable, entryPoint, dispatch, bindings } = pass;
  const moved = bindings.filter((slot) => !isAtHome(slot, buffers));
  const tokens = reachable.map((item) => item.tokens);
  return [tokens, entryPoint, dispatch, ...(moved.length === 0 ? [] : [moved])];
}

/** Names a pass by what it launches, whatever its buffers hold. */
export function passIdentity(pass: NamedPass, buffers: readonly BufferBinding[]): string {
  return digest(launchParts(pass, buffers));
}

/** What buffers hold, how much, and what becomes of it between launches. */
export function bufferParts(buffers: readonly BufferBinding[]): readonly unknown[] {
  return buffers.map((buffer) => [
    buffer.group,
    buffer.binding,
    buffer.kind,
    buffer.type,
    buffer.length,
    buffer.fill,
    buffer.seed,
    buffer.values,
    // Listed only where it is there, so that other programs keep their names.
    ...(buffer.slots === undefined ? [] : [buffer.slots]),
    buffer.readsInitial ?? false,
    ...(buffer.scratch || buffer.clear ? [buffer.scratch ?? false, buffer.clear ?? null] : []),
    ...(buffer.betweenLaunches === 'reset' ? ['reset'] : []),
  ]);
}

/**
 * Names a program by what it does: equal identities mean the same work on the same data.
 *
 * Comments, layout and what the entry points cannot reach do not count; neither do the names of passes and buffers and
 * their tolerances, which the device never sees.
 */
export function programIdentity(program: {
  readonly passes: readonly NamedPass[];
  readonly buffers: readonly BufferBinding[];
}): string {
  const buffers = bufferParts(program.buffers);
  const [first = [], ...others] = program.passes.map((pass) => launchParts(pass, program.buffers));
  // Programs of one pass keep the names that they had when there was nothing else.
  return digest([...first, buffers, ...others]);
}

/** The same program where more of its buffers are put back before each launch. */
export function resetIdentity(identity: string, buffers: readonly BufferBinding[]): string {
  const places = buffers.map(({ group, binding }) => [group, binding]);
  return createHash('sha256')
    .update(JSON.stringify([identity, 'reset', places]))
    .digest('hex');
}

/** What the user should know of a variant's buffers and programs, one sentence each without its full stop. */
export function variantRemarks({ program }: Pick<Variant, 'program'>): readonly string[] {
  if (program === null) return [];
  const ofBuffers = program.buffers.flatMap(({ remark }) => remark ?? []);
  return [...new Set([...ofBuffers, ...program.passes.flatMap(staleVariables)])];
}

/** What names a variant by what it does; null where that is not known, as of a recording's. */
export function variantIdentity({ program, command }: Pick<Variant, 'program' | 'command'>): string | null {
  return program?.identity ?? command?.identity ?? null;
}
