import { JoulegateError } from '../../errors/index.ts';
import type { Variant } from '../../kernel/index.ts';
import { type KernelDefinition, sourceGenerators } from '../../manifest/index.ts';
import type { Device, DeviceInfo } from '../../measure/index.ts';
import type { LaboratoryOptions } from '../host.ts';

function notAllowed(kernel: string): JoulegateError {
  return new JoulegateError('bad-input', `Kernel ${kernel} runs a program, which is not allowed here.`, {
    code: 'commands-not-allowed',
    nextStep:
      'A manifest whose programs you trust: give --allow-commands, or in a workflow the input `allow-commands: true`.',
  });
}

/** Whether a kernel is a program of another kind, or one prints it or what its buffers hold. */
function runsProgram(kernel: KernelDefinition): boolean {
  const { command, buffers } = kernel;
  const isGenerated = ({ fill }: { readonly fill: unknown }) =>
    typeof fill === 'object' && fill !== null && 'generate' in fill;
  return command !== undefined || sourceGenerators(kernel).length > 0 || buffers.some(isGenerated);
}

/**
 * Programs are run for those only who said that they may be: a manifest comes with the pull request.
 * @throws JoulegateError bad-input (`commands-not-allowed`)
 */
export function checkCommandsAllowed(
  options: Pick<LaboratoryOptions, 'allowCommands'>,
  kernels: readonly KernelDefinition[],
): void {
  const first = kernels.find(runsProgram);
  if (first !== undefined && options.allowCommands !== true) throw notAllowed(first.name);
}

/** Of a device that cannot tell. */
const cannotTell = { ok: true, value: null } as const;

/**
 * One device for both kinds of kernels: each variant goes to the one that runs it.
 * @param devices.webgpu null where there is no adapter, and no kernel that needs one
 * @param devices.commands null where programs may not be run
 */
export function mixedDevice(
  info: DeviceInfo,
  devices: { readonly webgpu: Device | null; readonly commands: Device | null },
): Device {
  const { webgpu, commands } = devices;
  function deviceFor(variant: Variant): Device {
    const device = variant.command === undefined ? webgpu : commands;
    if (device !== null) return device;
    if (variant.command !== undefined) throw notAllowed(variant.kernel);
    throw new Error(`${variant.id} needs a WebGPU adapter, and none was opened`);
  }
  return {
    info,
    prepare: async (variant) => deviceFor(variant).prepare(variant),
    expect: (variant) => deviceFor(variant).expect?.(variant),
    verify: async (variant, reference, options) => deviceFor(variant).verify(variant, reference, options),
    outputs: async (variant, launches) =>
      (await deviceFor(variant).outputs?.(variant, launches)) ?? cannotTell,
    time: async (variant, options) => deviceFor(variant).time(variant, options),
    timePasses: async (variant, maxMs) =>
      (await deviceFor(variant).timePasses?.(variant, maxMs)) ?? cannotTell,
    run: async (variant, durationMs, part) => deviceFor(variant).run(variant, durationMs, part),
    async rest() {
      await commands?.rest?.();
      await webgpu?.rest?.();
    },
    async close() {
      try {
        await commands?.close();
      } finally {
        await webgpu?.close();
      }
    },
  };
}
