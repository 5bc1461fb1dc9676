import { describe, expect, test } from 'vitest';
import type { Variant } from '../../src/kernel/index.ts';
import { type BlockSample, type BlockTask, runBlocks } from '../../src/measure/index.ts';
import { createSimulatedLab, type LabOptions, simulatedVariant } from '../support/simulated-device.ts';

const gelu = {
  kernel: 'gelu',
  workload: 'N=1',
  variants: { B: simulatedVariant('gelu B'), H: simulatedVariant('gelu H') },
};
const softmax = {
  kernel: 'softmax',
  workload: 'N=1',
  variants: { B: simulatedVariant('softmax B'), H: simulatedVariant('softmax H') },
};

function setUp(options: Partial<LabOptions> = {}, task: Partial<BlockTask> = {}) {
  const lab = createSimulatedLab({
    cost: (variant) => ({ latencyMs: variant.id.endsWith('H') ? 2 : 1, watts: 100 }),
    ...options,
  });
  const request: BlockTask = {
    phase: 'flag',
    firstBlock: 0,
    blocks: 1,
    subjects: [gelu],
    openDevice: () => lab.openDevice(),
    openMeter: () => lab.openMeter(),
    options: {
      time: { samples: 3, minSampleMs: 1, maxMs: 100 },
      window: { preheatMs: 10, windowMs: 100 },
    },
    clock: lab.clock,
    ...task,
  };
  return { lab, run: () => runBlocks(request) };
}

/** The order in which variants were timed. */
function turns(log: readonly string[]): string[] {
  return log.filter((line) => line.includes(' time ')).map((line) => line.split(' time ')[1] as string);
}

function sampleOf(samples: readonly BlockSample[], arm: string, block = 0) {
  return samples.find((sample) => sample.arm === arm && sample.block === block);
}

describe('a block', () => {
  test('gives one sample per arm: energy and latency per launch', async () => {
    const { run } = setUp();
    const samples = await run();
    expect(
      samples.map(({ kernel, workload, arm, block, phase }) => [kernel, workload, arm, block, phase]),
    ).toEqual([
      ['gelu', 'N=1', 'B', 0, 'flag'],
      ['gelu', 'N=1', 'H', 0, 'flag'],
    ]);
    expect(samples.map(({ latencyMs }) => latencyMs)).toEqual([1, 2]);
    expect(samples[0]?.joules).toBeCloseTo(0.1, 9);
    expect(samples[1]?.joules).toBeCloseTo(0.2, 9);
    expect(samples.flatMap(({ voidReasons }) => voidReasons)).toEqual([]);
  });

  test('takes turns A B B A over all kernels, and the next block begins with the other arm', async () => {
    const { lab, run } = setUp({}, { subjects: [gelu, softmax], blocks: 2 });
    await run();
    expect(turns(lab.log)).toEqual([
      ...['gelu B', 'gelu H', 'gelu H', 'gelu B'],
      ...['softmax B', 'softmax H', 'softmax H', 'softmax B'],
      ...['gelu H', 'gelu B', 'gelu B', 'gelu H'],
      ...['softmax H', 'softmax B', 'softmax B', 'softmax H'],
    ]);
  });

  test('takes further arms into the palindrome, each in the first place once', async () => {
    const withX = { ...gelu, variants: { ...gelu.variants, X: simulatedVariant('gelu X') } };
    const { lab, run } = setUp({}, { subjects: [withX], blocks: 3 });
    await run();
    expect(
      turns(lab.log)
        .map((name) => name.at(-1))
        .join(''),
    ).toBe('BHXXHB' + 'HXBBXH' + 'XBHHBX');
  });

  test('opens a fresh process per arm, alive together, and closes all of them at its end', async () => {
    const { lab, run } = setUp({}, { blocks: 2 });
    await run();
    expect(lab.log.filter((line) => /open|close/.test(line))).toEqual([
      ...['1 open', '2 open', '2 close', '1 close'],
      ...['3 open', '4 open', '4 close', '3 close'],
    ]);
    expect(lab.open()).toBe(0);
  });

  test('deals its turns out to as many processes of an arm as it is to have, one after the other', async () => {
    const { lab, run } = setUp();
    const options = {
      time: { samples: 3, minSampleMs: 1, maxMs: 100 },
      window: { preheatMs: 10, windowMs: 100 },
    };
    const two = setUp({}, { blocks: 2, options: { ...options, processes: 2 } });
    const samples = await two.run();
    expect(turns(two.lab.log).join(' ')).toBe('gelu B gelu H gelu H gelu B' + ' gelu H gelu B gelu B gelu H');
    expect(two.lab.log.filter((line) => /open|close/.test(line))).toEqual(
      [1, 3, 5, 7].flatMap((i) => [`${i} open`, `${i + 1} open`, `${i + 1} close`, `${i} close`]),
    );
    expect(samples.map((sample) => sample.turns?.processes)).toEqual([2, 2, 2, 2]);
    expect(sampleOf(samples, 'B')?.turns).toMatchObject({ count: 2, latencySd: 0 });
    expect(sampleOf(await run(), 'B')?.turns).toMatchObject({ count: 2, processes: 1 });
    expect(lab.open() + two.lab.open()).toBe(0);
  });

  test('tells what it cost beside its windows', async () => {
    const costs: number[][] = [];
    let seconds = 0;
    const onBlock: BlockTask['onBlock'] = (finished) => {
      for (const { turns } of finished.samples) seconds += turns?.seconds ?? 0;
      costs.push([finished.costs.launchMs, finished.costs.turnMs, finished.elapsedMs]);
    };
    await setUp({}, { onBlock }).run();
    const [launchMs = 0, turnMs = 0, elapsedMs = 0] = costs[0] ?? [];
    expect(turnMs).toBeGreaterThan(10);
    expect(launchMs + 4 * (turnMs + 100)).toBeCloseTo(elapsedMs, 6);
    // All of it is some arm's.
    expect(seconds).toBeCloseTo(elapsedMs / 1000, 9);
  });

  test('compiles before the first turn', async () => {
    const { lab, run } = setUp();
    await run();
    const requests = lab.log.filter((line) => /prepare|time/.test(line)).map((line) => line.split(' ')[1]);
    expect(requests).toEqual(['prepare', 'prepare', 'time', 'time', 'time', 'time']);
  });

  test('opens its processes side by side', async () => {
    let asked = 0;
    let openBoth = () => {};
    const both = new Promise<void>((resolve) => {
      openBoth = resolve;
    });
    const { lab, run } = setUp(
      {},
      {
        openDevice: async () => {
          if (++asked === 2) openBoth();
          await both;
          return lab.openDevice();
        },
      },
    );
    expect(await run()).toHaveLength(2);
    expect(lab.open()).toBe(0);
  });

  test('prepares its arms side by side, but programs of other kinds one after the other', async () => {
    const most = async (command: boolean) => {
      let under = 0;
      let highest = 0;
      const program = { command: {} } as unknown as Pick<Variant, 'command'>;
      const named = (id: string) => ({ ...simulatedVariant(id), ...(command ? program : {}) });
      const subject = { ...gelu, variants: { B: named('gelu B'), H: named('gelu H') } };
      const { lab, run } = setUp(
        {},
        {
          subjects: [subject],
          openDevice: async () => {
            const device = await lab.openDevice();
            const prepare = device.prepare.bind(device);
            device.prepare = async (variant) => {
              highest = Math.max(highest, ++under);
              await Promise.resolve();
              under--;
              return prepare(variant);
            };
            return device;
          },
        },
      );
      await run();
      return highest;
    };
    expect(await most(false)).toBe(2);
    expect(await most(true)).toBe(1);
  });

  describe('while it heats the board up', () => {
    const heating = (heatUpMs?: number) => ({
      time: { samples: 3, minSampleMs: 1, maxMs: 100 },
      window: { preheatMs: 10, windowMs: 100, ...(heatUpMs === undefined ? {} : { heatUpMs }) },
    });

    test('does what it is given to do, and has it done before the first turn', async () => {
      const order: string[] = [];
      const { run } = setUp(
        {},
        {
          options: heating(5000),
          subjects: [gelu, softmax],
          blocks: 2,
          whileHeating: async () => {
            order.push('begun');
            for (let i = 0; i < 500; i++) await null;
            order.push('done');
          },
          onTurn: ({ kernel, turn }) => void (turn === 1 && order.push(kernel)),
        },
      );
      await run();
      expect(order).toEqual(['begun', 'done', 'gelu', 'softmax', 'begun', 'done', 'gelu', 'softmax']);
    });

    test('and does none of it where nothing is heated up: there it would disturb', async () => {
      let calls = 0;
      const { run } = setUp({}, { options: heating(), whileHeating: async () => void calls++ });
      await run();
      expect(calls).toBe(0);
    });

    test('ends with everything closed if that fails', async () => {
      const { lab, run } = setUp(
        {},
        {
          options: heating(5000),
          whileHeating: async () => {
            throw new Error('no process');
          },
        },
      );
      await expect(run()).rejects.toThrow('no process');
      expect(lab.open()).toBe(0);
    });
  });

  test('cancels linear drift', async () => {
    // Everything slows by 1 % every 100 ms; B and H cost the same.
    const { run } = setUp(
      { cost: (_, timeMs) => ({ latencyMs: 1 + timeMs / 10000, watts: 100 }) },
      { blocks: 6 },
    );
    const samples = await run();
    for (let block = 0; block < 6; block++) {
      const d = Math.log(
        (sampleOf(samples, 'H', block)?.latencyMs ?? 0) / (sampleOf(samples, 'B', block)?.latencyMs ?? 1),
      );
      expect(Math.abs(d)).toBeLessThan(0.004);
    }
  });

  test('tells its progress, and hands over every finished block', async () => {
    const finished: [number, number][] = [];
    const progress: string[] = [];
    const { run } = setUp(
      {},
      {
        subjects: [gelu, softmax],
        blocks: 2,
        firstBlock: 7,
        phase: 'confirm',
        onBlock: ({ block, samples, elapsedMs }) => {
          expect(elapsedMs).toBeGreaterThan(0);
          finished.push([block, samples.length]);
        },
        onTurn: (at) =>
          progress.push(
            `${at.phase} ${at.block} ${at.kernel} ${at.arm} ${at.turn}/${at.turns} ${at.subject}/${at.subjects}`,
          ),
      },
    );
    const samples = await run();
    expect(finished).toEqual([
      [7, 4],
      [8, 4],
    ]);
    expect(samples).toHaveLength(8);
    expect(progress).toHaveLength(16);
    expect(progress[5]).toBe('confirm 7 softmax B 2/4 2/2');
  });
});

describe('without a meter', () => {
  test('the device is still heated before it is timed, and energy is unknown rather than void', async () => {
    const { lab, run } = setUp({}, { openMeter: async () => null });
    const samples = await run();
    expect(samples.map(({ joules, latencyMs, voidReasons }) => [joules, latencyMs, voidReasons])).toEqual([
      [null, 1, []],
      [null, 2, []],
    ]);
    expect(lab.log.filter((line) => line.startsWith('1 ')).slice(2, 4)).toEqual([
      '1 run gelu B',
      '1 time gelu B',
    ]);
  });
});

describe('what goes wrong', () => {
  test('in one variant costs that pair, not the block', async () => {
    const { run } = setUp(
      {
        cost: ({ id }: Variant) =>
          id === 'gelu H' ? { kind: 'compile', message: 'unknown type' } : { latencyMs: 1, watts: 100 },
      },
      { subjects: [gelu, softmax] },
    );
    const samples = await run();
    expect(
      samples.map(({ kernel, arm, latencyMs, joules, voidReasons }) => [
        kernel,
        arm,
        latencyMs,
        joules !== null,
        voidReasons,
      ]),
    ).toEqual([
      ['gelu', 'B', null, false, ['not measured because arm H failed']],
      ['gelu', 'H', null, false, ['compile: unknown type']],
      ['softmax', 'B', 1, true, []],
      ['softmax', 'H', 1, true, []],
    ]);
  });

  test('in an arm that only advises leaves the pair standing', async () => {
    const withX = { ...gelu, variants: { ...gelu.variants, X: simulatedVariant('gelu X') } };
    const { run } = setUp(
      {
        cost: ({ id }) =>
          id === 'gelu X' ? { kind: 'crash', message: 'gone' } : { latencyMs: 1, watts: 100 },
      },
      { subjects: [withX] },
    );
    const samples = await run();
    expect(samples.map(({ arm, latencyMs }) => [arm, latencyMs])).toEqual([
      ['B', 1],
      ['H', 1],
      ['X', null],
    ]);
    expect(sampleOf(samples, 'X')?.voidReasons).toEqual(['crash: gone']);
  });

  test('half way through voids the sample: half of A B B A does not cancel drift', async () => {
    const { lab, run } = setUp({
      cost: ({ id }) => {
        const lost = id === 'gelu B' && turns(lab.log).filter((name) => name === id).length > 0;
        const asked = lab.log.at(-1)?.includes(' run ') === true;
        return lost && asked ? { kind: 'device-lost', message: 'lost' } : { latencyMs: 1, watts: 100 };
      },
    });
    const samples = await run();
    expect(sampleOf(samples, 'B')).toMatchObject({
      latencyMs: null,
      joules: null,
      voidReasons: ['device-lost: lost'],
    });
    expect(sampleOf(samples, 'H')?.voidReasons).toEqual(['not measured because arm B failed']);
  });

  test('with the counter voids energy and keeps latency', async () => {
    const { lab, run } = setUp();
    lab.counterFault = (readings) => readings.map((reading) => ({ ...reading, joules: 5 }));
    const samples = await run();
    expect(samples.map(({ joules, latencyMs, voidReasons }) => [joules, latencyMs, voidReasons])).toEqual([
      [null, 1, ['the energy counter stood still']],
      [null, 2, ['the energy counter stood still']],
    ]);
  });

  test('with the board (heat, another process) voids both', async () => {
    const { lab, run } = setUp();
    lab.disturbances.push(['thermal slowdown'], ['thermal slowdown']);
    const samples = await run();
    expect(sampleOf(samples, 'B')).toMatchObject({
      latencyMs: null,
      joules: null,
      voidReasons: ['thermal slowdown'],
    });
    expect(sampleOf(samples, 'H')).toMatchObject({ latencyMs: 2, voidReasons: [] });
  });

  test('with a device for good ends the run, and everything is closed', async () => {
    const { lab, run } = setUp({}, { blocks: 3 });
    let requests = 0;
    lab.onRequest = () => {
      if (++requests > 5) throw new Error('device gone for good');
    };
    await expect(run()).rejects.toThrow('device gone for good');
    expect(lab.open()).toBe(0);
  });

  test('while one process opens closes the others', async () => {
    let asked = 0;
    const { lab, run } = setUp(
      {},
      {
        openDevice: async () => {
          if (++asked === 1) throw new Error('no process');
          for (let i = 0; i < 10; i++) await null;
          return lab.openDevice();
        },
      },
    );
    await expect(run()).rejects.toThrow('no process');
    expect(asked).toBe(2);
    expect(lab.open()).toBe(0);
  });

  test('while opening leaves nothing open', async () => {
    const { lab, run } = setUp(
      {},
      {
        openMeter: async () => {
          throw new Error('no sensor');
        },
      },
    );
    await expect(run()).rejects.toThrow('no sensor');
    expect(lab.open()).toBe(0);
  });
});

test('an interrupted run keeps its finished blocks and closes everything', async () => {
  const controller = new AbortController();
  let turn = 0;
  const { lab, run } = setUp(
    {},
    {
      blocks: 5,
      signal: controller.signal,
      onTurn: () => {
        if (++turn === 6) controller.abort();
      },
    },
  );
  const samples = await run();
  expect(samples.map(({ block }) => block)).toEqual([0, 0]);
  expect(turn).toBe(6);
  expect(lab.open()).toBe(0);
});
