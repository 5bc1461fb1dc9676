import { expect, it } from 'vitest';
import { createLauncher } from '../../src/device/worker/index.ts';

type Compiled = Parameters<ReturnType<typeof createLauncher>['submit']>[0];

/** A device that writes down what it is told. */
function recorder() {
  const commands: string[] = [];
  const pass = (writes?: { beginningOfPassWriteIndex?: number; endOfPassWriteIndex?: number }) => {
    const from = writes?.beginningOfPassWriteIndex === undefined ? '' : ' from';
    commands.push(`begin${from}${writes?.endOfPassWriteIndex === undefined ? '' : ' to'}`);
    return {
      setPipeline: (pipeline: unknown) => commands.push(`set ${pipeline}`),
      setBindGroup: () => undefined,
      dispatchWorkgroups: (x: number) => commands.push(`launch ${x}`),
      end: () => commands.push('end'),
    };
  };
  const device = {
    createQuerySet: () => ({ destroy: () => undefined }),
    createBuffer: ({ size }: { size: number }) => ({
      mapAsync: async () => undefined,
      getMappedRange: () =>
        new BigUint64Array(Array.from({ length: size / 8 }, (_, i) => BigInt(i * 1_000_000))).buffer,
      unmap: () => undefined,
      destroy: () => undefined,
    }),
    createCommandEncoder: () => ({
      beginComputePass: ({ timestampWrites }: { timestampWrites?: Parameters<typeof pass>[0] }) =>
        pass(timestampWrites),
      clearBuffer: (buffer: unknown) => commands.push(`clear ${buffer}`),
      resolveQuerySet: () => undefined,
      copyBufferToBuffer: () => undefined,
      finish: () => null,
    }),
    queue: { submit: () => undefined, onSubmittedWorkDone: async () => undefined },
  } as unknown as GPUDevice;
  Object.assign(globalThis, { GPUBufferUsage: {}, GPUMapMode: {} });
  let nowMs = 0;
  const launcher = createLauncher({
    device,
    clock: { nowMs: () => nowMs++ },
    polling: { periodMs: 1, eagerly: (work: () => Promise<unknown>) => work() } as never,
    timestamps: true,
    quiet: true,
  });
  return { launcher, commands };
}

const passes = (...clears: readonly string[][]) =>
  ({
    passes: clears.map((buffers, i) => ({
      pipeline: i,
      bindGroups: [],
      launch: (encoder: GPUComputePassEncoder) => encoder.dispatchWorkgroups(i),
      clears: buffers.map((buffer) => ({ buffer })),
    })),
    bound: { reset: () => undefined },
  }) as unknown as Compiled;

it('launches of one pass are one compute pass with one pipeline', () => {
  const { launcher, commands } = recorder();
  launcher.submit(passes([]), 3);
  expect(commands).toEqual(['begin', 'set 0', 'launch 0', 'launch 0', 'launch 0', 'end']);
});

it('so are launches of several, in order', async () => {
  const { launcher, commands } = recorder();
  await launcher.timed(passes([], []), 2);
  const launch = ['set 0', 'launch 0', 'set 1', 'launch 1'];
  expect(commands).toEqual(['begin from to', ...launch, ...launch, 'end']);
});

it('what is zeroed is zeroed in every launch, within the time', async () => {
  const { launcher, commands } = recorder();
  await launcher.timed(passes(['counters'], [], ['bins']), 2);
  const launch = ['clear counters', 'begin', 'set 0', 'launch 0', 'set 1', 'launch 1', 'end'];
  const last = ['clear bins', 'begin', 'set 2', 'launch 2', 'end'];
  expect(commands).toEqual(['begin to', 'end', ...launch, ...last, ...launch, ...last, 'begin to', 'end']);
});

it('each pass has times of its own, if they are asked for', async () => {
  const { launcher, commands } = recorder();
  expect(await launcher.timedApart(passes([], ['bins']))).toEqual([1, 1]);
  expect(commands).toEqual([
    ...['begin to', 'end', 'begin to', 'set 0', 'launch 0', 'end'],
    ...['clear bins', 'begin', 'set 1', 'launch 1', 'end', 'begin to', 'end'],
  ]);
});
