import type { Configuration, Tunable } from './types.ts';

/**
 * A stable, readable, unique name of a configuration: `WORKGROUP=64,PER_THREAD=2`, in the order of the tunables;
 * `default` for a kernel without tunables.
 */
export function configurationId(configuration: Configuration, tunables: readonly Tunable[]): string {
  if (tunables.length === 0) return 'default';
  return tunables.map(({ name }) => `${name}=${configuration[name]}`).join(',');
}
