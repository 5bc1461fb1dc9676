import { closedBy } from '../borrow.ts';
import { type MeterKind, missing, unsuitable } from '../kind.ts';
import { isOfVendor } from '../sensor/names.ts';
import { openSensor } from '../sensor/open.ts';
import { listGpus } from './gpus.ts';
import { openNvml } from './library.ts';
import { nvmlLibraryPath } from './usual-library.ts';

/** `nvml`: NVIDIA's GPUs. */
export const nvml: MeterKind<'nvml'> = {
  name: 'nvml',
  summary: "NVIDIA: the board's energy counter, or its power added up",
  async open(context) {
    const { info } = context.device;
    if (info.backend === 'replay') return unsuitable(`${info.family} is no GPU`);
    // Whoever puts another library in NVML's place says that it measures this adapter.
    if (context.nvmlLibrary === undefined) {
      if (info.software) return unsuitable(`${info.family} is no GPU`);
      if (!isOfVendor(info, 'nvidia')) return unsuitable(`${info.family} is not NVIDIA’s`);
    }
    const libraryPath = nvmlLibraryPath(context.nvmlLibrary);
    const opened = await openNvml(libraryPath, context.native);
    if (!opened.ok) return missing(opened.why);
    const library = opened.value;
    let used = false;
    try {
      const { candidates, faults } = await listGpus(library, context.procFolder, libraryPath);
      if (candidates.length === 0) return missing(['NVML shows no GPU', ...faults].join('; '));
      const opening = await openSensor('nvml', candidates, context);
      if (!opening.ok) return opening;
      used = true;
      const { meter } = opening;
      const close = async () => {
        await meter.close();
        await library.close();
      };
      return { ...opening, reason: [opening.reason, ...faults].join('; '), meter: closedBy(meter, close) };
    } finally {
      if (!used) await library.close();
    }
  },
};
