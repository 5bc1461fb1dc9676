import { type DeviceChoice, deviceChoices } from '../../device/index.ts';
import { JoulegateError } from '../../errors/index.ts';
import { completeFailOn, type FailingVerdict } from '../../manifest/index.ts';
import { type MeterChoice, meterChoices } from '../../meter/index.ts';
import { plainLine } from '../plain-line.ts';
import type { Commands } from './commands.ts';
import {
  type CacheChoice,
  cacheChoice,
  commandLine,
  deviceLabel,
  deviceLabels,
  InputFault,
  minutes,
  number,
  oneOf,
  path,
  revision,
  type Shard,
  sensor,
  shard,
  token,
  verdicts,
} from './input-values.ts';

/** The inputs of `action.yml`, checked. */
export interface Inputs {
  readonly mode: 'guard' | 'retune' | 'report' | 'diff';
  /** Path of the manifest, relative to the working directory. */
  readonly manifest: string;
  /** A revision or folder to compare with; null: the event decides. */
  readonly base: string | null;
  /** Pull request that the run is on behalf of, where the event has none; null: the event decides. */
  readonly pullRequest: number | null;
  /** null if there is none: then nothing is commented. */
  readonly githubToken: string | null;
  readonly comment: 'auto' | 'on-change' | 'never';
  /** Verdicts that fail the run; null: the manifest decides. */
  readonly failOn: readonly FailingVerdict[] | null;
  readonly maxMinutes: number | null;
  readonly device: DeviceChoice;
  readonly meter: MeterChoice;
  /** Which sensor, where several fit; null: the one that belongs to the adapter. */
  readonly sensor: string | null;
  /** Program that prints energy readings, and its arguments; null without one. */
  readonly meterCommand: readonly string[] | null;
  /** Whether programs that the manifest names are run. */
  readonly allowCommands: boolean;
  readonly shard: Shard | null;
  /** What this job's GPU is called in a fleet; null: its device family. */
  readonly deviceLabel: string | null;
  /** `mode: report`: devices that must have reported; null: those that did. */
  readonly expectDevices: readonly string[] | null;
  readonly cache: CacheChoice;
  /** Relative to the workspace. */
  readonly workingDirectory: string;
}

/** What an input that is empty or not given is taken for, as `action.yml` says it too; empty: there is no default. */
export const inputDefaults = {
  mode: 'guard',
  manifest: 'joulegate.yaml',
  base: '',
  'pull-request': '',
  'github-token': '',
  comment: 'auto',
  'fail-on': '',
  'max-minutes': '',
  device: 'auto',
  meter: 'auto',
  sensor: '',
  'meter-command': '',
  'allow-commands': 'false',
  shard: '',
  'device-label': '',
  'expect-devices': '',
  cache: 'true',
  'working-directory': '.',
} as const;

type InputName = keyof typeof inputDefaults;

/** Reads inputs one by one and keeps the faults, so that all of them are shown at once. */
class InputReader {
  readonly faults: string[] = [];
  readonly #getInput: (name: string) => string;

  constructor(getInput: (name: string) => string) {
    this.#getInput = getInput;
  }

  /** null if there is neither a value nor a default, or if the value is at fault. */
  optional<T>(name: InputName, parse: (text: string) => T): T | null {
    const given = this.#getInput(name).trim();
    const text = given === '' ? inputDefaults[name] : given;
    if (text === '') return null;
    try {
      return parse(text);
    } catch (error) {
      if (!(error instanceof InputFault)) throw error;
      const shown = name === 'github-token' ? 'what it is given' : `"${plainLine(text, [], 60)}"`;
      this.faults.push(`${name}: ${shown} is not ${error.valid}`);
      return null;
    }
  }

  /** For inputs with a default. What a fault returns is never seen, because `readInputs` throws then. */
  required<T>(name: InputName, parse: (text: string) => T): T {
    return this.optional(name, parse) as T;
  }
}

/**
 * Reads and checks all inputs. The token is masked before anything else is done with it.
 * @throws JoulegateError (bad-input, `bad-inputs`) that lists every fault with the values that are valid
 */
export function readInputs(commands: Pick<Commands, 'getInput' | 'setSecret'>): Inputs {
  const secret = commands.getInput('github-token').trim();
  if (secret !== '') commands.setSecret(secret);
  const reader = new InputReader(commands.getInput);
  const inputs: Inputs = {
    mode: reader.required('mode', oneOf('guard', 'retune', 'report', 'diff')),
    manifest: reader.required('manifest', path),
    base: reader.optional('base', revision),
    pullRequest: reader.optional('pull-request', number),
    githubToken: reader.optional('github-token', token),
    comment: reader.required('comment', oneOf('auto', 'on-change', 'never')),
    failOn: reader.optional('fail-on', (text) => completeFailOn(verdicts(text))),
    maxMinutes: reader.optional('max-minutes', minutes),
    device: reader.required('device', oneOf(...deviceChoices)),
    meter: reader.required('meter', oneOf(...meterChoices)),
    sensor: reader.optional('sensor', sensor),
    meterCommand: reader.optional('meter-command', commandLine),
    allowCommands: reader.required('allow-commands', oneOf('true', 'false')) === 'true',
    shard: reader.optional('shard', shard),
    deviceLabel: reader.optional('device-label', deviceLabel),
    expectDevices: reader.optional('expect-devices', deviceLabels),
    cache: reader.required('cache', cacheChoice),
    workingDirectory: reader.required('working-directory', path),
  };
  if (inputs.meter === 'command' && inputs.meterCommand === null) {
    reader.faults.push('meter: "command" is not of use without the input meter-command');
  }
  if (inputs.mode === 'retune' && inputs.pullRequest !== null) {
    reader.faults.push('pull-request: is of no use with mode retune, which searches on what is checked out');
  }
  if (inputs.mode === 'diff' && inputs.shard !== null) {
    reader.faults.push('shard: is of no use with mode diff, which compares all programs in seconds');
  }
  if (reader.faults.length === 0) return inputs;
  const [first = '', ...rest] = reader.faults;
  const message =
    rest.length === 0
      ? `The input ${first}.`
      : `${reader.faults.length} inputs are not valid:\n${reader.faults.map((fault) => `  ${fault}`).join('\n')}`;
  throw new JoulegateError('bad-input', message, {
    code: 'bad-inputs',
    nextStep: 'Correct them under `with:` in the workflow.',
  });
}
