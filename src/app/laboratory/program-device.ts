import { type CommandDevicePort, type ProgramDevice, saidDevice } from '../../device/index.ts';
import { createVariantBuilder } from '../../kernel/index.ts';
import { type KernelDefinition, noLimits } from '../../manifest/index.ts';
import type { DeviceInfo } from '../../measure/index.ts';

/** What programs run on, as one of them says. */
export interface SaidDevice {
  readonly info: DeviceInfo;
  /** As `--sensor` takes it; null where the program leaves that to us. */
  readonly sensor: string | null;
  readonly said: ProgramDevice;
}

/**
 * Asks the first kernel's program, at its default, what it runs on. null where it does not say, or does not start: why not is told
 * when it is measured.
 * @param system what is there as far as the system knows
 */
export async function askPrograms(
  device: Pick<CommandDevicePort, 'says'>,
  [kernel]: readonly KernelDefinition[],
  system: DeviceInfo,
): Promise<SaidDevice | null> {
  const [workload] = kernel?.workloads ?? [];
  if (kernel === undefined || workload === undefined) return null;
  const builder = createVariantBuilder({ kernel, workload, limits: noLimits });
  const built = await builder.build(kernel.defaults);
  const answer = built.ok ? await device.says(built.value) : built;
  if (!answer.ok || answer.value === null) return null;
  const said = answer.value;
  return { info: saidDevice(said, system), sensor: said.sensor === 'cpu' ? null : said.sensor, said };
}

/** Why a program that says this does not run on what is measured, a sentence; null if it does. */
export function elsewhere(measured: SaidDevice | null, info: DeviceInfo, now: ProgramDevice): string | null {
  if (measured !== null) {
    const { name } = measured.said;
    return now.name === name ? null : `it says that it runs on ${now.name}, and ${name} is measured`;
  }
  // Drivers of one GPU may call it otherwise, but not by another maker's name.
  const { vendor, description } = saidDevice(now, info);
  if (vendor === info.vendor || info.vendor === '') return null;
  return `it says that it runs on ${now.name}, and ${description === info.description ? 'something else' : info.description} is measured`;
}
