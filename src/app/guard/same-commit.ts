import type { ReportGuard } from '../../schema/index.ts';

type Revision = Pick<ReportGuard['head'], 'commit' | 'dirty'>;

export const sameCommitReason =
  'Base and head are the same commit, so nothing was compared. Check what the run is compared with.';

/** A comparison of a commit with itself says nothing, whatever it finds: it must not look like a verdict. */
export function isSameCommit(head: Revision, base: Pick<Revision, 'commit'> | null): boolean {
  const { commit, dirty } = head;
  return commit !== null && commit === base?.commit && dirty !== true;
}
