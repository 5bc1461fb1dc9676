import { JoulegateError } from '../errors/index.ts';
import { isInside } from './git-environment.ts';

/** One value that git takes from a file of settings, from the environment or from its command line. */
export interface Setting {
  /** `system`, `global`, `local`, `worktree` or `command`; of a file that another includes, that of the other. */
  readonly scope: string;
  /** Lower case but for the part between the dots. */
  readonly key: string;
  readonly value: string;
}

/** A setting for git's command line. */
export type Override = readonly [key: string, value: string];

/** Settings of scopes that come with the repository rather than with the machine or the job. */
const ofTheRepository = new Set(['local', 'worktree']);

/** What `git config --list --show-scope --null` printed. */
export function parseSettings(text: string): readonly Setting[] {
  const fields = text.split('\0');
  const settings: Setting[] = [];
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const [scope = '', line = ''] = fields.slice(at, at + 2);
    const end = line.indexOf('\n');
    // A key without a value stands for true.
    const [key, value] = end === -1 ? [line, 'true'] : [line.slice(0, end), line.slice(end + 1)];
    settings.push({ scope, key, value });
  }
  return settings;
}

/**
 * Settings that nobody decides for us, to go before every command: no hooks, no file system monitor, no reading of
 * repositories that are committed as files, no work in the background.
 */
export const fixedSettings: readonly Override[] = [
  ['core.hooksPath', '/dev/null'],
  ['core.fsmonitor', 'false'],
  ['core.alternateRefsCommand', ''],
  ['safe.bareRepository', 'explicit'],
  ['submodule.recurse', 'false'],
  ['gc.auto', '0'],
  ['maintenance.auto', 'false'],
  ['http.saveCookies', 'false'],
];

/** Turns off every filter that is known by a name, so that attributes can select none, whoever set it up. */
export function withoutFilters(settings: readonly Setting[]): readonly Override[] {
  const drivers = settings.flatMap(({ key }) => /^filter\.(.*)\.[^.]*$/s.exec(key)?.[1] ?? []);
  return [...new Set(drivers)].flatMap((driver): Override[] => [
    [`filter.${driver}.clean`, ''],
    [`filter.${driver}.smudge`, ''],
    [`filter.${driver}.process`, ''],
    [`filter.${driver}.required`, 'false'],
  ]);
}

interface FetchProgram {
  readonly key: RegExp;
  /** What stands in for one that the repository names. */
  readonly instead: string;
  /** The setting that this is a special case of. */
  readonly general?: string;
}

/** Programs that a fetch may run, but for those that belong to a remote: it is told an address. */
const fetchPrograms: readonly FetchProgram[] = [
  { key: /^core\.sshcommand$/, instead: 'ssh' },
  { key: /^core\.askpass$/, instead: '' },
  // An empty value drops those before it.
  { key: /^credential\.(?:.*\.)?helper$/s, instead: '', general: 'credential.helper' },
];

/** As actions/checkout sets up a deploy key: ssh itself, with files of the runner that it only reads. */
const plainSsh =
  /^"?((?:\/[\w.-]+)*\/ssh)"?(?: -i "\$RUNNER_TEMP\/[\w.-]+"| -o "?(?:(?:StrictHostKeyChecking=yes|CheckHostIP=no)|UserKnownHostsFile=\$RUNNER_TEMP\/[\w.-]+)"?)*$/;

function isPlainSsh(key: string, value: string, root: string): boolean {
  const program = key === 'core.sshcommand' ? plainSsh.exec(value)?.[1] : undefined;
  return program !== undefined && !isInside(root, program);
}

/** Puts the owner's programs, or none, in the place of those that the repository's own settings have a fetch run. */
export function withoutRepositoryPrograms(settings: readonly Setting[], root: string): readonly Override[] {
  return settings.flatMap(({ scope, key, value }): Override[] => {
    const program = ofTheRepository.has(scope) ? fetchPrograms.find((one) => one.key.test(key)) : undefined;
    if (program === undefined || isPlainSsh(key, value, root)) return [];
    const owners = settings.filter(
      (other) => !ofTheRepository.has(other.scope) && (other.key === key || other.key === program.general),
    );
    return [[key, program.instead], ...owners.map((other): Override => [key, other.value])];
  });
}

/** Arguments of git, to go before the command. @throws JoulegateError (bad-input, `git-setting`) */
export function settingArguments(overrides: readonly Override[]): readonly string[] {
  return overrides.flatMap(([key, value]) => {
    if (!key.includes('=')) return ['-c', `${key}=${value}`];
    throw new JoulegateError(
      'bad-input',
      `git is set up with ${JSON.stringify(key)}, which cannot be turned off`,
      {
        code: 'git-setting',
        nextStep: 'Give it a name without =.',
      },
    );
  });
}
