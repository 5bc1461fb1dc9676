import { isReservedName } from '../expression/index.ts';
import { isLimit } from './limits.ts';
import type { Place } from './place.ts';

/** Reports names of tunables and workload parameters that expressions could not tell apart from something else. */
export function checkName(name: string, place: Place): void {
  if (isLimit(name)) {
    place.key({ message: `'${name}' is the name of a device limit`, nextStep: 'use another name' });
  } else if (isReservedName(name)) {
    place.key({ message: `'${name}' is a reserved word of expressions`, nextStep: 'use another name' });
  }
}
