import { inheritedEnvironment } from '../../system/index.ts';
import type { Host } from '../host.ts';

/** What the runner hands to an action and to nothing that the action starts, and what looks like a secret by its name. */
const secretNames: readonly RegExp[] = [
  /^(?:INPUT_|ACTIONS_|GITHUB_)/i,
  /TOKEN|SECRET|PASS(?:W|PHRASE|$|_)|PASSWORD|CREDENTIAL|API_?KEY|PRIVATE/i,
  /(?:^|_)(?:KEYS?|PAT|PWD|AUTH|COOKIE|DSN)(?:_|$)/i,
];

/** Not secrets, whatever they look like. */
const harmless = new Set(['PWD', 'OLDPWD']);

/** An address with a name and a password in it. */
const credentialAddress = /:\/\/[^/\s@]*:[^/\s@]+@/;

/**
 * An environment for programs of the user's: their own variables, search paths without parts that depend on the current folder, and none of the job's tokens. By name and form; what has
 * neither is passed on.
 */
export function withoutSecrets(environment: Host['environment']): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(inheritedEnvironment(environment))) {
    const isSecret = secretNames.some((pattern) => pattern.test(name)) || credentialAddress.test(value);
    if (!isSecret || harmless.has(name)) kept[name] = value;
  }
  return kept;
}
