import { createHash } from 'node:crypto';
import type { ReachableDeclaration } from './reachable.ts';
import type { BufferBinding, Variant } from './types.ts';

/**
 * Names a program by what it does: equal identities mean the same work on the same data.
 *
 * Comments, layout and what the entry point cannot reach do not count; neither do the names of buffers and their
 * tolerances, which the device never sees.
 */
export function programIdentity(program: {
  readonly reachable: readonly ReachableDeclaration[];
  readonly entryPoint: string;
  readonly dispatch: readonly [number, number, number];
  readonly buffers: readonly BufferBinding[];
}): string {
  const buffers = program.buffers.map((buffer) => [
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
    ...(buffer.betweenLaunches === 'reset' ? ['reset'] : []),
  ]);
  const tokens = program.reachable.map((item) => item.tokens);
  const canonical = JSON.stringify([tokens, program.entryPoint, program.dispatch, buffers]);
  return createHash('sha256').update(canonical).digest('hex');
}

/** The same program where more of its buffers are put back before each launch. */
export function resetIdentity(identity: string, buffers: readonly BufferBinding[]): string {
  const places = buffers.map(({ group, binding }) => [group, binding]);
  return createHash('sha256')
    .update(JSON.stringify([identity, 'reset', places]))
    .digest('hex');
}

/** What the user should know of a variant's buffers, one sentence each without its full stop. */
export function variantRemarks({ program }: Pick<Variant, 'program'>): readonly string[] {
  return (program?.buffers ?? []).flatMap(({ remark }) => remark ?? []);
}

/** What names a variant by what it does; null where that is not known, as of a recording's. */
export function variantIdentity({ program, command }: Pick<Variant, 'program' | 'command'>): string | null {
  return program?.identity ?? command?.identity ?? null;
}
