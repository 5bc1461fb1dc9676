import type { DeviceInfo } from '../../measure/index.ts';
import { described } from './host-device.ts';
import type { ProgramDevice } from './session.ts';

/** Words of a device's name by which its maker is known. */
const makers: readonly (readonly [vendor: string, words: RegExp])[] = [
  ['nvidia', /nvidia|geforce|tesla|quadro|\brtx\b/i],
  ['amd', /\bamd\b|advanced micro devices|radeon|instinct|^gfx\d/i],
  ['intel', /intel.*(?:graphics|arc|iris|data center gpu|gpu)/i],
  ['apple', /apple/i],
];

/** How OpenCL on a CPU (PoCL) begins its devices' names, and what makers of CPUs put into theirs. */
const cpuName = /^(?:cpu|pthread|basic)\b|\bcpu\b|\bxeon\b|\bepyc\b|\bryzen\b|\bcore\b.*\bi\d/i;

/**
 * The device that a program says that it runs on: `device NAME`, and `sensor cpu` for one that is no GPU.
 * @param system what is there as far as the system knows; what is the same keeps its driver
 */
export function saidDevice({ name, sensor }: ProgramDevice, system: DeviceInfo): DeviceInfo {
  const isCpu = sensor === 'cpu' || (sensor === null && cpuName.test(name));
  const vendor = isCpu ? '' : (makers.find(([, words]) => words.test(name))?.[0] ?? system.vendor);
  // A GPU of a maker that nobody knows is a GPU all the same.
  const said = described({ vendor: vendor === '' && !isCpu ? 'gpu' : vendor, name, driver: '' });
  return said.vendor === system.vendor ? { ...said, driver: system.driver } : said;
}
