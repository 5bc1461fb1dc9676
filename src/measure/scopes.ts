import type { MeterInfo, SensorScope } from './ports.ts';

/** Whether joules of a scope include what is no part of the GPU's board: a CPU, another socket, a whole machine. */
const shared: Readonly<Record<SensorScope, boolean>> = {
  GPU: false,
  board: false,
  module: true,
  package: true,
  socket: true,
  outlet: true,
};

/** Whether a meter also counts what others draw, so that its energy gates only where the manifest allows it. */
export function isShared({ scope = null }: Pick<MeterInfo, 'scope'>): boolean {
  return scope !== null && shared[scope];
}
