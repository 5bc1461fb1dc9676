import { type ReplayTrials, replayTrials } from './replay-trials.ts';
import { loadRecording, spaceOf } from './spaces.ts';

/** A device that a space was recorded on. */
export interface RecordedDevice {
  /** As `tuned.json` would name it: the vendor first. */
  readonly family: string;
  readonly vendor: string;
  readonly trials: ReplayTrials;
}

/** Spaces of the hub that several devices recorded: file stem, and devices by vendor. */
const recorded: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  convolution: { nvidia: ['A100', 'A4000'], amd: ['MI250X', 'W6600'] },
  dedispersion: { nvidia: ['A100', 'A4000'], amd: ['W7800'] },
  gemm_old: { nvidia: ['RTX_2080_Ti', 'RTX_3090'] },
};

/** Every such space with its devices. */
export function recordedDevices(
  folder: string,
): readonly { readonly space: string; readonly devices: readonly RecordedDevice[] }[] {
  return Object.entries(recorded).map(([space, vendors]) => ({
    space,
    devices: Object.entries(vendors).flatMap(([vendor, names]) =>
      names.map((name) => {
        const { file } = spaceOf(`benchmark_hub/${space}_${name}.json.gz`, folder);
        const trials = replayTrials(loadRecording(file, { time: 'time' }), false);
        return { family: `${vendor}-${name.toLowerCase().replaceAll('_', '-')}`, vendor, trials };
      }),
    ),
  }));
}

/** Recorded latency of everything that works, by the configuration's key in its space. */
export function recordedLatencies({ trials }: RecordedDevice): ReadonlyMap<string, number> {
  const { space, latencyOf } = trials;
  return new Map(
    [...space.enumerate()].flatMap((point) => {
      const configuration = space.configuration(point);
      const latencyMs = latencyOf(configuration);
      return latencyMs === null ? [] : [[JSON.stringify(configuration), latencyMs] as const];
    }),
  );
}
