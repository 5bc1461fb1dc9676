import type { DeviceInfo } from '../../measure/index.ts';

/** Adapter and driver: what a record has to say about where it comes from. */
export function machineLabel({ description, device, family, driver }: DeviceInfo): string {
  const name = description || device || family;
  return `${name}${driver === '' ? '' : `, driver ${driver}`}`.slice(0, 1100);
}
