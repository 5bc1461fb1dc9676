import type { Step } from '../context.ts';

/** What `doctor --noise --json` prints, as far as it is used here. */
export interface Noise {
  readonly device: { readonly description: string; readonly driver: string; readonly family: string };
  readonly meter: {
    readonly name: string;
    readonly description: string;
    readonly estimated: boolean;
    readonly updatePeriodMs: number | null;
    readonly resolutionJoules: number | null;
    readonly idleWatts: number | null;
  } | null;
  readonly meterReason: string;
  readonly kernel: string;
  readonly workload: string;
  readonly blocks: number;
  readonly secondsPerBlock: number;
  readonly metrics: readonly {
    readonly metric: string;
    readonly blocks: number;
    readonly noiseFloor: number | null;
    readonly detectable: readonly { readonly minutes: number; readonly change: number | null }[];
  }[];
  readonly voidReasons: readonly string[];
}

interface Diagnosis {
  readonly findings: readonly { readonly ok: boolean; readonly subject: string; readonly detail: string }[];
}

const percent = (change: number | null) => (change === null ? 'unknown' : `${(change * 100).toFixed(2)} %`);

/** Whether the adapter computes in f16, as doctor found it. */
export function hasF16(diagnosis: unknown): boolean {
  return ((diagnosis as Diagnosis | undefined)?.findings ?? []).some(({ detail }) =>
    detail.includes('shader-f16'),
  );
}

function describeNoise(noise: Noise): string[] {
  const { meter, metrics } = noise;
  const traits =
    meter === null
      ? `no meter: ${noise.meterReason}`
      : `${meter.name} (${meter.description}): update period ${meter.updatePeriodMs?.toFixed(1) ?? 'unknown'} ms, resolution ${meter.resolutionJoules ?? 'unknown'} J, idle ${meter.idleWatts?.toFixed(1) ?? 'unknown'} W`;
  return [
    `- meter: ${traits}`,
    `- ${noise.blocks} A/A blocks of ${noise.kernel} ${noise.workload}, ${noise.secondsPerBlock.toFixed(1)} s each`,
    ...metrics.map(
      ({ metric, detectable, noiseFloor }) =>
        `- ${metric}: smallest change found in ${detectable.map(({ minutes, change }) => `${minutes} min ${percent(change)}`).join(', ')}; noise floor ${percent(noiseFloor)}`,
    ),
    ...noise.voidReasons.map((reason) => `- void: ${reason}`),
  ];
}

export const sensor: Step = {
  name: 'sensor',
  title: 'the adapter, its sensor, and the noise of A/A blocks',
  units: () => [
    {
      name: 'doctor',
      seconds: 60,
      leastSeconds: 5,
      run: async (context) => ({
        data: await context.json(context.out, ['doctor']),
        complete: true,
      }),
    },
    {
      name: 'noise',
      seconds: 600,
      leastSeconds: 10,
      run: async (context) => {
        const minutes = Math.min(
          context.sizes.noiseMinutes,
          (context.deadlineMs - performance.now()) / 60_000 - 0.05,
        );
        return {
          data: await context.json<Noise>(context.out, ['doctor', '--noise', minutes.toFixed(3)]),
          complete: true,
        };
      },
    },
  ],
  summarise: ({ entries }) => {
    const diagnosis = entries.doctor?.data as Diagnosis | null | undefined;
    const noise = entries.noise?.data as Noise | null | undefined;
    return [
      ...(diagnosis?.findings ?? []).map(
        ({ ok, subject, detail }) => `- ${ok ? '' : 'missing: '}${subject}: ${detail}`,
      ),
      ...(noise ? describeNoise(noise) : []),
    ].join('\n');
  },
};
