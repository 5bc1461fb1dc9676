import { createHash } from 'node:crypto';
import type { Runner, Shard } from '../run/index.ts';

/** What a kept state is for. States of different subjects are never mixed up. */
export interface StateSubject {
  /** Version of the format of what is kept; others are not looked at. */
  readonly version: number;
  /** Device family. */
  readonly device: string;
  /** What else tells states apart, e.g. the manifest's path. */
  readonly scope: string;
}

export interface StateKey {
  /** Begins the key of every run that kept a state of this subject, and of no other's. Ends with a dash. */
  readonly prefix: string;
  /** This run's. Kept states cannot be changed, so each has a key of its own. */
  readonly full: string;
}

/** Text as part of a key, a file name or an artifact's name: lower case, nothing that any of them gives a meaning. */
export function keyPart(text: string, maxLength = 60): string {
  const part = text
    .toLowerCase()
    .replace(/[^a-z0-9.]+/g, '-')
    .replace(/\.{2,}/g, '.')
    .slice(0, maxLength)
    .replace(/^[-.]+|[-.]+$/g, '');
  return part === '' ? 'unknown' : part;
}

/**
 * `joulegate-v1-nvidia-hopper-0123456789abcdef-<run>-<attempt>`. One device's name may begin another's
 * (`nvidia-hopper`, `nvidia-hopper-h200`), or become the same when written as a key; the hash holds both in full.
 */
export function stateKey(
  subject: StateSubject,
  runner: Pick<Runner, 'repository' | 'runId' | 'runAttempt'>,
  shard: Shard | null,
): StateKey {
  const { version, device, scope } = subject;
  const { owner, name } = runner.repository;
  const whole = JSON.stringify([`${owner}/${name}`.toLowerCase(), device, scope]);
  const hash = createHash('sha256').update(whole).digest('hex').slice(0, 16);
  const prefix = `joulegate-v${version}-${keyPart(device)}-${hash}-`;
  const part = shard === null ? '' : `-${shard.index}of${shard.count}`;
  return { prefix, full: `${prefix}${runner.runId}-${runner.runAttempt}${part}` };
}
