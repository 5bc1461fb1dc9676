import { isReservedName } from '../expression/index.ts';
import { clockTunable } from './clocks.ts';
import { isLimit } from './limits.ts';
import type { Place } from './place.ts';

/** Reports names of tunables and workload parameters that expressions could not tell apart from something else. */
export function checkName(name: string, place: Place): void {
  if (isLimit(name)) {
    place.key({ message: `'${name}' is the name of a device limit`, nextStep: 'use another name' });
  } else if (name === clockTunable) {
    place.key({
      message: `'${name}' is the name of the GPU's locked clock`,
      nextStep: "use another name, or write 'clocks: { sm-mhz: [1200, 1500] }' to search over clocks",
    });
  } else if (isReservedName(name)) {
    place.key({ message: `'${name}' is a reserved word of expressions`, nextStep: 'use another name' });
  }
}
