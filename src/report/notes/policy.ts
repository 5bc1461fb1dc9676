import { cleanLine } from '../text.ts';
import type { GuardReport } from '../types.ts';

type Change = NonNullable<GuardReport['policy']>['changes'][number];

/** More changes than this are counted. */
const maxShown = 8;

function describe({ kernel, setting, base, head }: Change): string {
  const where = kernel === null ? '' : ` of ${kernel}`;
  return cleanLine(`${setting}${where} from ${base} to ${head}`, 400);
}

function sentence(changes: readonly Change[]): string {
  const shown = changes.slice(0, maxShown).map(describe);
  const rest = changes.length - shown.length;
  return `${shown.join('; ')}${rest > 0 ? `; and ${rest} more` : ''}`;
}

/** That a change loosens the gate it is to pass, as a clean line; null if it does not. */
export function loosenedNote({ policy }: GuardReport): string | null {
  const changes = (policy?.changes ?? []).filter(({ loosens }) => loosens);
  if (changes.length === 0) return null;
  return `This change loosens its own gate: ${sentence(changes)}. It was judged by base's gate; its own applies once it is merged.`;
}

/** Other changes of gates, as a clean line; null if there are none. */
export function otherPolicyNote({ policy }: GuardReport): string | null {
  const changes = (policy?.changes ?? []).filter(({ loosens }) => !loosens);
  if (changes.length === 0) return null;
  return `This change also sets ${sentence(changes)}, which applies once it is merged.`;
}
