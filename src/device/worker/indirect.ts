import { VariantFault } from './faults.ts';
import type { CompiledProgram } from './programs.ts';
import { readBack } from './readback.ts';

/**
 * Looks at the sizes that passes worked out for others, as the last launch left them. WebGPU launches nothing, and says
 * nothing, where a count is more than the device allows.
 *
 * @returns passes that had nothing to do, one sentence each
 * @throws VariantFault
 */
export async function checkIndirect(
  device: GPUDevice,
  { program, bound }: CompiledProgram,
): Promise<readonly string[]> {
  const limit = device.limits.maxComputeWorkgroupsPerDimension;
  const remarks: string[] = [];
  for (const { name, dispatch } of program.passes) {
    if (!('indirect' in dispatch)) continue;
    const { indirect, offsetBytes } = dispatch;
    const end = offsetBytes + 3 * Uint32Array.BYTES_PER_ELEMENT;
    const bytes = await readBack(device, bound.buffers[indirect] as GPUBuffer, end);
    const counts = [...new Uint32Array(bytes.slice(offsetBytes).buffer)];
    if (counts.some((count) => count > limit)) {
      throw new VariantFault(
        'validation',
        `pass \`${name}\` is to be launched with ${counts.join(' x ')} workgroups, the device allows ${limit} along each axis, so nothing of it ran`,
      );
    }
    if (counts.includes(0))
      remarks.push(`pass \`${name}\` had nothing to do: ${counts.join(' x ')} workgroups`);
  }
  return remarks;
}
