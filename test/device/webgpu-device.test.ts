import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Device } from '../../src/measure/index.ts';
import { describeOnAdapter } from '../support/adapter.ts';
import { copy, floats, laborious, usualBuffers, variantOf } from './programs.ts';

describeOnAdapter('a WebGPU device', (adapter) => {
  let device: Device;

  beforeAll(async () => {
    device = await adapter.open();
  });

  afterAll(async () => {
    await device.close();
  });

  it('describes the adapter and its own limits', () => {
    const { info } = device;
    expect(info.backend).toBe('webgpu');
    expect(info.family).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
    expect(info.limits.max_invocations).toBeGreaterThanOrEqual(256);
    expect(info.limits.has_f16).toBe(info.features.includes('shader-f16'));
    expect(info.limits.has_subgroups).toBe(info.features.includes('subgroups'));
  });

  it('compares with one reference whatever a variant calls its outputs', async () => {
    const named = (name: string) =>
      variantOf('named', 'o[i] = 2.0 * a[i];', {
        buffers: usualBuffers.map((buffer) => (buffer.check === null ? buffer : { ...buffer, name })),
      });
    for (const name of ['y', 'out', 'y']) {
      expect(await device.verify(named(name), named(name))).toEqual({ ok: true, value: null });
    }
  });

  it('prepares a program, again and again', async () => {
    expect(await device.prepare(copy)).toEqual({ ok: true, value: null });
    expect(await device.prepare(copy)).toEqual({ ok: true, value: null });
  });

  it('compiles what is expected while another one runs, and reports its faults only when it is asked for', async () => {
    const eager = await adapter.open({ compilesAhead: true });
    const next = variantOf('next', 'o[i] = a[i] + 0.0;');
    const broken = variantOf('broken', 'o[i] = 1u;');
    const running = eager.run(copy, 400);
    eager.expect?.(broken);
    eager.expect?.(next);
    expect(await running).toMatchObject({ ok: true });
    expect(await eager.prepare(next)).toEqual({ ok: true, value: null });
    expect(await eager.verify(next, copy)).toEqual({ ok: true, value: null });
    expect(await eager.prepare(broken)).toMatchObject({ ok: false, failure: { kind: 'compile', line: 5 } });
    expect(await eager.time(copy, { samples: 3, minSampleMs: 1, maxMs: 200 })).toMatchObject({ ok: true });
    await eager.close();
  });

  it("reports a compile error at the user's file, line and column", async () => {
    const outcome = await device.prepare(variantOf('type-error', 'o[i] = 1u;'));
    expect(outcome).toEqual({
      ok: false,
      failure: {
        kind: 'compile',
        message: "cannot assign 'u32' to 'f32'",
        file: 'kernel.wgsl',
        line: 5,
        column: 6,
      },
    });
  });

  it('refuses a program that needs a feature the adapter lacks', async () => {
    const outcome = await device.prepare(
      variantOf('featured', 'o[i] = a[i];', { requiredFeatures: ['telepathy'] }),
    );
    expect(outcome).toEqual({
      ok: false,
      failure: { kind: 'unsupported', message: 'this adapter has no telepathy' },
    });
  });

  it.each([
    [
      'an entry point that is not there',
      variantOf('no-entry', 'o[i] = a[i];', { entryPoint: 'elsewhere' }),
      /Entry point.*elsewhere/,
    ],
    [
      'more workgroups than the device takes',
      variantOf('too-many', 'o[i] = a[i];', { dispatch: [2 ** 24, 1, 1] }),
      /Dispatch workgroup count X \(16777216\)/,
    ],
    [
      'a buffer it is not given',
      variantOf('unbound', 'o[i] = a[i];', { buffers: usualBuffers.slice(1) }),
      /Binding doesn't exist/,
    ],
  ])('fails validation for %s, and goes on', async (_, variant, message) => {
    const outcome = await device.prepare(variant);
    expect(outcome).toMatchObject({ ok: false, failure: { kind: 'validation' } });
    expect(outcome.ok ? '' : outcome.failure.message).toMatch(message);
    expect(await device.verify(copy, copy)).toEqual({ ok: true, value: null });
  });

  it('refuses a program whose buffers would take more memory than it may have, before it takes any', async () => {
    const large = { byteLength: 12 * 2 ** 30 };
    const buffers = [0, 1, 2].map((binding) => ({ ...floats(`b${binding}`, binding), ...large }));
    const outcome = await device.prepare(variantOf('large', '', { buffers }));
    expect(outcome).toMatchObject({
      ok: false,
      failure: {
        kind: 'unsupported',
        message: expect.stringMatching(
          /^the buffers take 38654705664 bytes together, this device allows \d+$/,
        ),
      },
    });
    expect(await device.prepare(copy)).toEqual({ ok: true, value: null });
  });

  it('takes a program that leaves a buffer unused', async () => {
    const variant = variantOf('constant', 'o[i] = 1.0;');
    expect(await device.prepare(variant)).toEqual({ ok: true, value: null });
  });

  it('accepts outputs that equal the reference', async () => {
    expect(await device.verify(variantOf('same', 'o[i] = a[i] + 0.0;'), copy)).toEqual({
      ok: true,
      value: null,
    });
  });

  it.each([
    [
      'wrong-result',
      'o[i] = select(a[i], 7.0, i == 3u);',
      /`o`: 1 of 4096 elements are wrong; first at index 3: 7, expected 3/,
    ],
    [
      'not-a-number',
      'o[i] = select(a[i], bitcast<f32>(0x7fc00000u + u32(a[0])), i >= 4000u);',
      /`o`: 96 of 4096 elements are not a number; first at index 4000/,
    ],
    [
      'unwritten',
      'if (i != 9u) { o[i] = a[i]; }',
      /`o`: 1 of 4096 elements were not written; first at index 9/,
    ],
  ])('tells a variant with %s', async (kind, body, message) => {
    const outcome = await device.verify(variantOf(kind, body), copy);
    expect(outcome).toMatchObject({ ok: false, failure: { kind } });
    expect(outcome.ok ? '' : outcome.failure.message).toMatch(message);
  });

  it('says where outputs that are right are infinite', async () => {
    const masked = (id: string) => variantOf(id, 'o[i] = select(a[i], -1.0 / (a[i] - 5.0), i == 5u);');
    expect(await device.verify(masked('masked'), masked('masked-too'))).toEqual({
      ok: true,
      value: ['`o`: infinity in 1 of 4096 elements, first at index 5, as in the reference'],
    });
  });

  it('checks programs that are equal each in its own way', async () => {
    const nan = 'o[i] = select(a[i], bitcast<f32>(0x7fc00000u + u32(a[0])), i == 7u);';
    const check = { relative: 0, absolute: 0, nan: 'equal' } as const;
    const buffers = [floats('a', 0), floats('o', 1, { kind: 'storage', fill: 'zeros', check })];
    const strict = variantOf('undefined', nan);
    expect(await device.verify(strict, strict)).toMatchObject({
      ok: false,
      failure: {
        kind: 'not-a-number',
        message: expect.stringContaining('NaN in 1 of 4096 elements, first at index 7'),
      },
    });
    expect(await device.verify(variantOf('undefined', nan, { buffers }), strict)).toMatchObject({ ok: true });
    expect(await device.verify(strict, strict)).toMatchObject({ ok: false });
  });

  it('is not misled by what an earlier variant left in an output', async () => {
    expect(await device.verify(copy, copy)).toEqual({ ok: true, value: null });
    const lazy = variantOf('lazy', 'if (i < 0u) { o[i] = a[i]; }');
    expect(await device.verify(lazy, copy)).toMatchObject({ ok: false, failure: { kind: 'unwritten' } });
  });

  it('gives a program that works in place its initial contents every time', async () => {
    const buffers = [
      floats('a', 0),
      floats('o', 1, { kind: 'storage', check: { relative: 0, absolute: 0 }, readsInitial: true }),
    ];
    const reference = variantOf('double', 'o[i] = o[i] + a[i];', { buffers });
    const variant = variantOf('twice', 'o[i] *= 2.0;', { buffers });
    await device.time(variant, { samples: 3, minSampleMs: 0, maxMs: 100 });
    expect(await device.verify(variant, reference)).toEqual({ ok: true, value: null });
    expect(await device.verify(variant, reference)).toEqual({ ok: true, value: null });
  });

  it('blames the reference where the reference is at fault', async () => {
    const outcome = await device.verify(copy, variantOf('broken-reference', 'o[i] = nonsense;'));
    expect(outcome).toMatchObject({ ok: false, failure: { kind: 'compile' } });
    expect(outcome.ok ? '' : outcome.failure.message).toMatch(
      /^the reference failed: .*nonsense.* \(line 5 of its WGSL\)$/,
    );
  });

  it('takes as many samples as asked, batching launches that are short', async () => {
    const outcome = await device.time(copy, { samples: 5, minSampleMs: 2, maxMs: 10_000 });
    if (!outcome.ok) throw new Error(outcome.failure.message);
    const { samplesMs, launchesPerSample, resolutionMs } = outcome.value;
    expect(samplesMs).toHaveLength(5);
    expect(launchesPerSample).toBeGreaterThan(1);
    for (const sample of samplesMs) expect(sample).toBeGreaterThan(0);
    expect(resolutionMs).toBeGreaterThan(0);
    expect(resolutionMs).toBeLessThan(Math.min(...samplesMs));
  });

  it('stops timing when the time is up, but not before three samples', async () => {
    const outcome = await device.time(copy, { samples: 1000, minSampleMs: 0, maxMs: 0 });
    expect(outcome.ok && outcome.value.samplesMs.length).toBe(3);
  });

  it('times twenty times the work as several times as long', async () => {
    const time = async (loops: number) => {
      const outcome = await device.time(laborious(loops), { samples: 5, minSampleMs: 1, maxMs: 5000 });
      if (!outcome.ok) throw new Error(outcome.failure.message);
      return Math.min(...outcome.value.samplesMs);
    };
    const ratio = (await time(20_000)) / (await time(1000));
    expect(ratio).toBeGreaterThan(4);
  });

  it('runs a stretch without a gap and says how far it came when', async () => {
    const variant = laborious(1000);
    const before = Number(process.hrtime.bigint()) / 1e6;
    const outcome = await device.run(variant, 150);
    const after = Number(process.hrtime.bigint()) / 1e6;
    if (!outcome.ok) throw new Error(outcome.failure.message);
    const { completions } = outcome.value;
    const first = completions[0];
    const last = completions.at(-1);
    expect(outcome.value.variant).toBe(variant);
    expect(first?.launches).toBe(0);
    expect(completions.length).toBeGreaterThan(2);
    for (const [index, { timeMs, launches }] of completions.entries()) {
      const previous = completions[index - 1];
      if (previous === undefined) continue;
      expect(timeMs).toBeGreaterThanOrEqual(previous.timeMs);
      expect(launches).toBeGreaterThan(previous.launches);
    }
    expect((last?.timeMs ?? 0) - (first?.timeMs ?? 0)).toBeGreaterThanOrEqual(150);
    // One clock for both processes.
    expect(first?.timeMs).toBeGreaterThan(before);
    expect(last?.timeMs).toBeLessThan(after);
  });

  it('knows the CPU seconds of a software adapter, and of no other', async () => {
    const outcome = await device.run(laborious(1000), 100);
    if (!outcome.ok) throw new Error(outcome.failure.message);
    const seconds = outcome.value.completions.map(({ cpuSeconds }) => cpuSeconds);
    if (device.info.software) {
      const [first, last] = [seconds[0] ?? Number.NaN, seconds.at(-1) ?? Number.NaN];
      expect(last - first).toBeGreaterThan(0);
    } else {
      expect(new Set(seconds)).toEqual(new Set([null]));
    }
  });

  it('serves requests that come at the same time one after the other', async () => {
    const outcomes = await Promise.all([
      device.prepare(laborious(10)),
      device.verify(copy, copy),
      device.prepare(variantOf('again', 'o[i] = 1u;')),
    ]);
    expect(outcomes.map(({ ok }) => ok)).toEqual([true, true, false]);
  });

  it('refuses a variant without a program', async () => {
    const outcome = await device.prepare({ ...copy, program: null });
    expect(outcome).toMatchObject({ ok: false, failure: { kind: 'unsupported' } });
  });
});
