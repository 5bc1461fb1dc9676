import { describe, expect, it } from 'vitest';
import { createLauncher, ringPlaces, takeSamples } from '../../src/device/worker/index.ts';
import { binding } from '../kernel/support.ts';

type Compiled = Parameters<typeof takeSamples>[0]['compiled'];

const copyMs = 3;
const launchMs = 1;

/**
 * A GPU in time of its own, on which putting back a round takes 3 ms and a launch 1 ms. The beginning of a pass is stamped while
 * the command before it still runs, as a GPU may that stamps as soon as it reads a command.
 * @param clears what is zeroed before each pass of a launch, which takes 1 ms as well
 */
function lab(timestamps: boolean, clears: readonly (readonly string[])[] = [[]]) {
  let nowMs = 1000;
  const stamps: number[] = [];
  const log: string[] = [];
  const encoder = () => {
    const commands: (() => void)[] = [];
    let beforeMs = 0;
    const take = (ms: number, text: string) =>
      commands.push(() => {
        beforeMs = nowMs;
        nowMs += ms;
        log.push(text);
      });
    return {
      copy: () => take(copyMs, 'copy'),
      clearBuffer: (buffer: unknown) => take(launchMs, `clear ${buffer}`),
      beginComputePass: ({ timestampWrites }: GPUComputePassDescriptor = {}) => {
        const begin = timestampWrites?.beginningOfPassWriteIndex;
        const end = timestampWrites?.endOfPassWriteIndex;
        if (begin !== undefined) commands.push(() => (stamps[begin] = beforeMs));
        return {
          setPipeline: () => undefined,
          setBindGroup: (_: number, group: unknown) => commands.push(() => log.push(`bind ${group}`)),
          dispatchWorkgroups: () => take(launchMs, 'launch'),
          end: () => {
            if (end !== undefined) commands.push(() => (stamps[end] = nowMs));
          },
        };
      },
      resolveQuerySet: () => undefined,
      copyBufferToBuffer: () => undefined,
      finish: () => commands,
    };
  };
  const readable = {
    mapAsync: async () => undefined,
    getMappedRange: () => BigUint64Array.from(stamps, (ms) => BigInt(Math.round(1e6 * ms))).buffer,
    unmap: () => undefined,
    destroy: () => undefined,
  };
  const device = {
    createQuerySet: () => readable,
    createBuffer: () => readable,
    createCommandEncoder: encoder,
    queue: {
      submit: ([commands = []]: (readonly (() => void)[])[]) => {
        for (const command of commands) command();
      },
      onSubmittedWorkDone: async () => undefined,
    },
  };
  const passesAt = (slot: number | string) =>
    clears.map((cleared, i) => ({
      pipeline: i,
      bindGroups: [clears.length === 1 ? slot : `${slot}.${i}`],
      clears: cleared.map((name) => ({ buffer: `${name} of ${slot}`, offset: 0, size: 4 })),
      launch: (pass: GPUComputePassEncoder) => pass.dispatchWorkgroups(1),
    }));
  const compiled = {
    passes: passesAt('own'),
    bound: { reset: (target: ReturnType<typeof encoder>) => target.copy() },
    rounds: {
      slots: 4,
      passes: passesAt,
      refill: (target: ReturnType<typeof encoder>) => target.copy(),
      resetMs: null,
    },
    launchMs: 1,
  } as unknown as Compiled;
  Object.assign(globalThis, { GPUBufferUsage: {}, GPUMapMode: {} });
  const clock = { nowMs: () => nowMs };
  const polling = { periodMs: 0.001, eagerly: <T>(work: () => Promise<T>) => work() };
  const launcher = createLauncher({
    device: device as unknown as GPUDevice,
    clock,
    polling: polling as unknown as Parameters<typeof createLauncher>[0]['polling'],
    timestamps,
    quiet: true,
  });
  return { launcher, clock, compiled, log };
}

describe.each([
  ['timestamps', true],
  ['the wall clock', false],
])('launches that are put back, timed by %s', (_, timestamps) => {
  it('count without what is put back before each round', async () => {
    const { launcher, compiled, log } = lab(timestamps);
    expect(await launcher.timed(compiled, 10)).toBeCloseTo(10 * launchMs, 6);
    expect(compiled.rounds?.resetMs).toBeCloseTo((3 * copyMs) / 10, 6);
    const round = ['copy', 'bind 0', 'launch', 'bind 1', 'launch'];
    const four = [...round, 'bind 2', 'launch', 'bind 3', 'launch'];
    expect(log).toEqual([...four, ...four, ...round]);
  });

  it('begin together with all of their passes, between which only what is zeroed is touched', async () => {
    const { launcher, compiled, log } = lab(timestamps, [['bins'], []]);
    // Zeroing is part of a launch.
    expect(await launcher.timed(compiled, 5)).toBeCloseTo(5 * 3 * launchMs, 6);
    expect(compiled.rounds?.resetMs).toBeCloseTo((2 * copyMs) / 5, 6);
    const launch = (slot: number) => [
      `clear bins of ${slot}`,
      ...[`bind ${slot}.0`, 'launch', `bind ${slot}.1`, 'launch'],
    ];
    expect(log).toEqual(['copy', ...[0, 1, 2, 3].flatMap(launch), 'copy', ...launch(0)]);
  });

  it('are told with what putting back takes, and what the timer hides of each round', async () => {
    const { launcher, clock, compiled } = lab(timestamps);
    const time = { samples: 3, minSampleMs: 16, maxMs: 1000 };
    const { samplesMs, launchesPerSample, resetMs, resolutionMs } = await takeSamples({
      launcher,
      clock,
      compiled,
      time,
    });
    expect(launchesPerSample).toBe(16);
    for (const sampleMs of samplesMs) expect(sampleMs).toBeCloseTo(launchMs, 6);
    expect(resetMs).toBeCloseTo(copyMs / 4, 6);
    expect(resolutionMs).toBeCloseTo((launcher.resolutionMs * 2) / 16, 12);
  });

  it('are run with what is put back, or that is run alone', () => {
    const { launcher, compiled, log } = lab(timestamps);
    launcher.submit(compiled, 5);
    expect(log.filter((entry) => !entry.startsWith('bind'))).toEqual([
      ...['copy', 'launch', 'launch', 'launch', 'launch'],
      ...['copy', 'launch'],
    ]);
    log.length = 0;
    launcher.submit(compiled, 9, { part: 'resets' });
    expect(log).toEqual(['copy', 'copy', 'copy']);
  });
});

it('passes are timed one by one from the described contents, without what puts those back', async () => {
  const { launcher, compiled, log } = lab(true, [[], ['bins']]);
  const times = await launcher.timedApart(compiled);
  expect(times?.map((ms) => Math.round(ms))).toEqual([launchMs, 2 * launchMs]);
  expect(log).toEqual(['copy', 'bind own.0', 'launch', 'clear bins of own', 'bind own.1', 'launch']);
});

describe('places for launches', () => {
  const changed = (bytes: number, slot = 0) =>
    binding({ length: bytes / 4, binding: slot, betweenLaunches: 'reset' });
  const places = (bindings: Parameters<typeof ringPlaces>[0]['bindings'], maxBytes = 2 ** 20) => {
    const limits = { minStorageBufferOffsetAlignment: 256, maxBufferSize: 2 ** 28 };
    const found = ringPlaces({ limits, bindings, bytesOf: ({ byteLength }) => byteLength, maxBytes });
    return found && bindings.map((one) => found.get(one) ?? null);
  };

  it('are those of buffers that are put back alone', () => {
    const kept = binding({ length: 64, binding: 1, betweenLaunches: 'keep' });
    expect(places([binding({ length: 64 }), kept])).toBeNull();
    expect(places([changed(4), kept])).toEqual([{ strideBytes: 256, slots: 64 }, null]);
  });

  it('are as many as fit with what is copied into them, the same for all, and at least one', () => {
    expect(places([changed(2 ** 16), changed(2 ** 15, 1)])).toEqual([
      { strideBytes: 2 ** 16, slots: 5 },
      { strideBytes: 2 ** 15, slots: 5 },
    ]);
    expect(places([changed(2 ** 24)])).toEqual([{ strideBytes: 2 ** 24, slots: 1 }]);
    expect(places([changed(2 ** 26)], 2 ** 40)).toEqual([{ strideBytes: 2 ** 26, slots: 4 }]);
  });
});
