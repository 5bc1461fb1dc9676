import type { OtherDevice } from '../../search/index.ts';
import type { Recording } from '../../store/index.ts';

/** Whose configurations are searched. */
export interface Searched {
  readonly kernel: string;
  readonly parameters: Recording['workload']['parameters'];
  readonly device: { readonly family: string; readonly vendor: string };
}

function sorted(parameters: Searched['parameters']): string {
  return JSON.stringify(Object.entries(parameters).sort());
}

/**
 * Of recordings the one whose device may help: of the same kernel and workload, of another device family, of the same
 * vendor rather than another's, and of those the one that tried most. undefined if there is none.
 */
export function otherDevice(recordings: readonly Recording[], searched: Searched): OtherDevice | undefined {
  const { kernel, parameters, device } = searched;
  const isSameVendor = (recording: Recording) =>
    recording.device.vendor !== '' && recording.device.vendor === device.vendor;
  const [best] = recordings
    .filter(
      (recording) =>
        recording.kernel === kernel &&
        recording.device.family !== device.family &&
        sorted(recording.workload.parameters) === sorted(parameters),
    )
    .sort(
      (a, b) =>
        Number(isSameVendor(b)) - Number(isSameVendor(a)) || b.measurements.length - a.measurements.length,
    );
  if (best === undefined) return undefined;
  return {
    sameVendor: isSameVendor(best),
    latencies: best.measurements.map(({ values, latencyMs, failure }) => ({
      configuration: Object.fromEntries(
        best.tunables.map((tunable, index) => [tunable.name, tunable.values[values[index] ?? -1] ?? '']),
      ),
      latencyMs: failure === undefined ? (latencyMs ?? null) : null,
    })),
  };
}
