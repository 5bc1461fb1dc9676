import { realpathSync } from 'node:fs';
import { delimiter, isAbsolute, sep } from 'node:path';
import { type Environment, inheritedEnvironment } from '../system/index.ts';

/**
 * What a git that stays on this disk needs: to be found, to find the settings of whoever runs it, to know who that is. It
 * starts nothing, so there is nothing else to hand on, least of all a secret.
 */
const needed =
  /^(?:HOME|XDG_CONFIG_HOME|TMPDIR|TMP|TEMP|SUDO_UID|LD_LIBRARY_PATH|SYSTEMROOT|WINDIR|USERPROFILE|HOMEDRIVE|HOMEPATH|(?:LOCAL)?APPDATA|PROGRAMDATA|COMSPEC|PATHEXT|DEVELOPER_DIR)$/i;

/** Variables of git by which the job's owner configures it. */
const settings = /^GIT_(?:CONFIG_(?:COUNT|KEY_\d+|VALUE_\d+|GLOBAL|SYSTEM|NOSYSTEM)|EXEC_PATH)$/;

/** Those by which the owner says how remotes are reached. */
const remoteSettings =
  /^GIT_(?:SSL_\w+|PROXY_SSL_\w+|HTTP_\w+|SSH|SSH_COMMAND|SSH_VARIANT|ASKPASS|PROXY_COMMAND|ALLOW_PROTOCOL)$/;

/** What the runner hands to the action and to nobody else: its inputs, tokens of the cache and of artifacts. */
const ofTheAction = /^(?:INPUT_|ACTIONS_)/i;

const isPath = (name: string): boolean => /^path$/i.test(name);

/** Ways to a remote that run no program of the repository's choice, as `ext` would. */
const remoteProtocols = 'https:http:ssh:file';

function picked(environment: Environment, isKept: (name: string) => boolean): Record<string, string> {
  const entries = Object.entries(inheritedEnvironment(environment));
  return Object.fromEntries(entries.filter(([name]) => isKept(name)));
}

/** Whether a real path is `folder`, which is one too, or below it. */
export function isInside(folder: string, path: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

/**
 * Folders of the search path that are there, absolute, and not inside `root`: a program that a checkout brings is not the
 * one that was meant.
 */
export function searchPath(environment: Environment, root: string): readonly string[] {
  const text = Object.entries(environment).find(([name]) => isPath(name))?.[1] ?? '';
  return text.split(delimiter).filter((folder) => {
    if (!isAbsolute(folder)) return false;
    try {
      return !isInside(root, realpathSync(folder));
    } catch {
      // Nothing is found in what is not there or may not be read.
      return false;
    }
  });
}

/** What every git is told, and no setting may change. */
function always(environment: Environment, root: string): Record<string, string> {
  return {
    PATH: searchPath(environment, root).join(delimiter),
    LC_ALL: 'C',
    GIT_TERMINAL_PROMPT: '0',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_NO_LAZY_FETCH: '1',
    // A file that cannot be there: git complains of an empty one.
    GIT_GRAFT_FILE: '/dev/null/none',
  };
}

/** For a git that reads what is on this disk. No protocol is open to it: it fetches nothing, whoever asks it to. */
export function localEnvironment(environment: Environment, root: string): Record<string, string> {
  return {
    ...picked(environment, (name) => needed.test(name) || settings.test(name)),
    ...always(environment, root),
    GIT_ALLOW_PROTOCOL: '',
  };
}

/**
 * For the git that fetches. Askpass, ssh and credential helpers of the job's owner may read what they like of the job's
 * environment, but for what is the action's alone.
 */
export function remoteEnvironment(environment: Environment, root: string): Record<string, string> {
  const isKept = (name: string): boolean => {
    if (/^GIT_/i.test(name)) return settings.test(name) || remoteSettings.test(name);
    return !isPath(name) && !ofTheAction.test(name) && !/^(?:LC_|LANG)/.test(name);
  };
  return {
    GIT_ALLOW_PROTOCOL: remoteProtocols,
    ...picked(environment, isKept),
    ...always(environment, root),
  };
}
