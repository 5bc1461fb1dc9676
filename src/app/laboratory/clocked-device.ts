import { JoulegateError } from '../../errors/index.ts';
import { clockOf, clockTunable, type KernelDefinition } from '../../manifest/index.ts';
import type { Device, DeviceInfo } from '../../measure/index.ts';
import type { ClockControl } from '../../meter/index.ts';

const cannotTell = { ok: true, value: null } as const;

/**
 * A device that times and runs every variant at the clock its configuration names, and at the board's own where it names
 * none. The clock is there before the first launch, so nothing that is measured sees it change.
 * @param clocks null: nothing here can lock clocks, so a variant that asks for it cannot be measured
 */
export function clockedDevice(device: Device, clocks: ClockControl | null): Device {
  async function clock({ configuration }: { readonly configuration: Parameters<typeof clockOf>[0] }) {
    const mhz = clockOf(configuration);
    if (clocks !== null) return clocks.set(mhz);
    if (mhz === null) return;
    throw noClockControl(device.info);
  }
  return {
    info: device.info,
    prepare: (variant) => device.prepare(variant),
    expect: (variant) => device.expect?.(variant),
    verify: (variant, reference, options) => device.verify(variant, reference, options),
    outputs: async (variant, launches) => (await device.outputs?.(variant, launches)) ?? cannotTell,
    async time(variant, options) {
      await clock(variant);
      return device.time(variant, options);
    },
    async timePasses(variant, maxMs) {
      await clock(variant);
      return (await device.timePasses?.(variant, maxMs)) ?? cannotTell;
    },
    async run(variant, durationMs, part) {
      await clock(variant);
      return device.run(variant, durationMs, part);
    },
    rest: async () => device.rest?.(),
    close: () => device.close(),
  };
}

function noClockControl({ description }: DeviceInfo): JoulegateError {
  return new JoulegateError('could-not-measure', `${description}: its clock cannot be locked here.`, {
    code: 'no-clock-control',
    nextStep:
      'Clocks are locked through NVML while the meter is nvml: measure on an NVIDIA GPU with it, or remove `clocks` from the manifest.',
  });
}

/**
 * Locks every clock that these kernels may be tuned to, once, and leaves the board as it was: a search of an hour must not end on
 * a permission, or on a clock that the board does not have. Does nothing where no kernel asks for clocks.
 * @throws JoulegateError bad-input (`unsupported-clock`), could-not-measure (`clocks-refused`, `no-clock-control`)
 */
export async function tryClocks(
  info: DeviceInfo,
  clocks: ClockControl | null,
  kernels: readonly KernelDefinition[],
): Promise<void> {
  const wanted = kernels
    .flatMap(({ tunables }) => tunables.find(({ name }) => name === clockTunable)?.values ?? [])
    .map((value) => clockOf({ [clockTunable]: value }))
    .filter((mhz) => mhz !== null);
  if (wanted.length === 0) return;
  if (clocks === null) throw noClockControl(info);
  try {
    for (const mhz of new Set(wanted)) await clocks.set(mhz);
  } finally {
    await clocks.set(null);
  }
}
