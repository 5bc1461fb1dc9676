import {
  type KernelFilter,
  type LaboratoryOptions,
  type ManifestOptions,
  meterChoices,
} from '../app/index.ts';
import { deviceChoices } from '../device/index.ts';
import { JoulegateError } from '../errors/index.ts';
import type { Arguments, OptionSpec } from './command.ts';

export const manifestOption = {
  manifest: { type: 'string', value: 'FILE', help: 'the same as MANIFEST; joulegate.yaml unless given' },
} as const satisfies Record<string, OptionSpec>;

export const allowCommandsOption = {
  'allow-commands': {
    type: 'boolean',
    help: 'run the programs that the manifest names: `command`, `generate`',
  },
} as const satisfies Record<string, OptionSpec>;

export const laboratoryOptions = {
  device: {
    type: 'string',
    value: 'WHICH',
    help: 'adapter to use; auto takes a real GPU first',
    choices: deviceChoices,
  },
  meter: {
    type: 'string',
    value: 'WHICH',
    help: 'what reads energy; auto picks and says why',
    choices: meterChoices,
  },
  sensor: {
    type: 'string',
    value: 'ID',
    help: "which sensor, where several fit: NVML's index, UUID or PCI address; card1 for hwmon; VDD_IN of a Jetson",
  },
  'meter-command': {
    type: 'string',
    value: 'PROGRAM',
    help: 'program, with arguments, that prints one reading a line: 8812.25 J or 12.5 W',
  },
  ...allowCommandsOption,
  'watts-per-core': {
    type: 'number',
    value: 'W',
    help: 'for cpu-time: what a busy core is taken to draw; 15 unless given',
    min: 0.001,
    max: 1000,
  },
} as const satisfies Record<string, OptionSpec>;

export const kernelOption = {
  kernel: { type: 'string', value: 'NAME[,NAME]', help: 'only these kernels' },
} as const satisfies Record<string, OptionSpec>;

export const jsonOption = {
  json: { type: 'boolean', help: 'print the result as JSON on standard output' },
} as const satisfies Record<string, OptionSpec>;

/** The positional argument that may name the manifest; every command with `--manifest` has it. */
export const manifestArgument = 'MANIFEST?';

/**
 * The manifest that the arguments name, by `--manifest` or as the positional argument at `position`; undefined if neither does.
 * @throws JoulegateError bad-input if both do
 */
export function givenManifest(args: Arguments, position = 0): string | undefined {
  const option = args.text('manifest');
  const argument = args.positionals[position];
  if (option === undefined || argument === undefined) return option ?? argument;
  throw new JoulegateError(
    'bad-input',
    `The manifest is given twice: as "${argument}" and with --manifest ${option}.`,
    { code: 'bad-arguments', nextStep: 'Leave one of them out.' },
  );
}

/** The manifest of a command that cannot do without one. @throws JoulegateError bad-input if it is given twice */
export function readManifestOption(args: Arguments, position = 0): ManifestOptions {
  return { manifest: givenManifest(args, position) ?? 'joulegate.yaml' };
}

export function readAllowCommands(args: Arguments): Pick<LaboratoryOptions, 'allowCommands'> {
  return args.flag('allow-commands') ? { allowCommands: true } : {};
}

export function readLaboratoryOptions(args: Arguments): LaboratoryOptions {
  const wattsPerCore = args.number('watts-per-core');
  const sensor = args.text('sensor');
  const meterCommand = args
    .text('meter-command')
    ?.split(/\s+/)
    .filter((word) => word !== '');
  return {
    device: (args.text('device') ?? 'auto') as LaboratoryOptions['device'],
    meter: (args.text('meter') ?? 'auto') as LaboratoryOptions['meter'],
    ...(sensor === undefined ? {} : { sensor }),
    ...(meterCommand === undefined ? {} : { meterCommand }),
    ...readAllowCommands(args),
    ...(wattsPerCore === undefined ? {} : { wattsPerCore }),
  };
}

export function readKernelFilter(args: Arguments): KernelFilter {
  const names = args.text('kernel');
  if (names === undefined) return { kernels: null };
  return {
    kernels: names
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== ''),
  };
}

/** Paths of an option that takes several, separated by commas; undefined if it is not given. */
export function readPaths(args: Arguments, name: string): readonly string[] | undefined {
  return args
    .text(name)
    ?.split(',')
    .map((path) => path.trim())
    .filter((path) => path !== '');
}

/** Value of an option that the command cannot do without. @throws JoulegateError bad-input if it is not given */
export function required(args: Arguments, command: string, name: string): string {
  const value = args.text(name);
  if (value !== undefined) return value;
  throw new JoulegateError('bad-input', `\`joulegate ${command}\` needs --${name}.`, {
    code: 'bad-arguments',
    nextStep: `Run \`joulegate ${command} --help\` for its options.`,
  });
}
