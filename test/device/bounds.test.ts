import { afterAll, beforeAll, expect, it } from 'vitest';
import type { BufferBinding, Variant } from '../../src/kernel/index.ts';
import type { Device } from '../../src/measure/index.ts';
import { describeOnAdapter } from '../support/adapter.ts';
import { floats, variantOf } from './programs.ts';

const exact = { relative: 0, absolute: 0 };
const output = floats('o', 1, { kind: 'storage', fill: 'zeros', check: exact });

describeOnAdapter('indices beyond buffers', (adapter) => {
  let device: Device;

  beforeAll(async () => {
    device = await adapter.open();
  });

  afterAll(async () => {
    await device.close();
  });

  const run = (variant: Variant) => device.verify(variant, variant);
  const table = (id: string, body: string, fill: BufferBinding['fill'] = 'normal') =>
    variantOf(id, body, { buffers: [floats('a', 0, { fill }), output] });

  it('are found where a read gets another element, and named with their line', async () => {
    expect(await run(table('far', 'o[i] = a[i * 2u];'))).toEqual({
      ok: false,
      failure: {
        kind: 'out-of-range',
        message:
          '`a[i * 2u]` reads beyond `a` (4096 f32) in 2048 invocations, the least index is 4096. ' +
          'Guard the access, make the buffer longer, or fill the buffer that the index comes from with what is there (`integers`)',
        file: 'kernel.wgsl',
        line: 5,
        column: 8,
      },
    });
  });

  it.each<[string, string, string, BufferBinding['fill']?]>([
    ['by one, in one invocation', 'o[i] = a[i + 1u];', 'in one invocation, the least index is 4096'],
    ['before the first', 'o[i] = a[i32(i) - 1];', 'is 4294967295 (-1 as i32)'],
    ['through a pointer', 'let p = &a; o[i] = (*p)[i + 5u] + p[i];', '`(*p)[i + 5u]` reads beyond `a`'],
    ['in an index', 'o[i] = a[u32(a[i + 7u])];', '`a[i + 7u]` reads beyond `a`', 'index'],
    ['that are scaled down', 'o[i] = a[i] + 1e-3 * a[i * 3u];', '`a[i * 3u]` reads beyond'],
  ])('are found %s', async (id, body, message, fill = 'normal') => {
    const outcome = await run(table(id, body, fill));
    expect(outcome).toMatchObject({ ok: false, failure: { kind: 'out-of-range' } });
    expect(outcome).toHaveProperty('failure.message', expect.stringContaining(message));
  });

  it('are found where something is written, whatever comes of it', async () => {
    const outcome = await run(table('write', 'o[i] = a[i]; if (i == 9u) { o[i + 9000u] = a[4095]; }'));
    expect(outcome).toHaveProperty(
      'failure.message',
      expect.stringContaining(
        '`o[i + 9000u]` writes beyond `o` (4096 f32) in one invocation, the least index is 9009',
      ),
    );
  });

  it('are none where what is read there is thrown away, or the program stays within', async () => {
    for (const [id, body] of [
      ['select', 'o[i] = select(0.0, a[i + 1u], i < 4095u);'],
      ['let', 'let value = a[i + 1u]; if (i < 4095u) { o[i] = value; } else { o[i] = 2.0; }'],
      ['early', 'if (i == 7u) { return; } o[i] = a[min(i + 1u, arrayLength(&a) - 1u)];'],
    ] as const)
      expect(await run(table(`fine-${id}`, body)), id).toEqual({ ok: true, value: null });
  });

  it('are not looked for where nobody asks', async () => {
    const far = table('unasked', 'o[i] = a[i * 2u];');
    expect(await device.verify(far, far, { indices: false })).toEqual({ ok: true, value: null });
  });

  it('are found in a reference', async () => {
    const reference = table('reference', 'o[i] = a[i * 2u];');
    expect(await device.verify(table('right', 'o[i] = a[i];'), reference)).toHaveProperty(
      'failure.message',
      expect.stringMatching(/^the reference failed: `a\[i \* 2u\]` reads beyond `a`/),
    );
  });

  it('are not looked for where that cannot be done, which is told', async () => {
    // A name of WGSL's own that the program takes for itself.
    const program = table('shadowed', 'let u32 = 1.0; o[i] = a[i] * u32;');
    const outcome = await run(program);
    expect(outcome).toHaveProperty('ok', true);
    expect(outcome).toHaveProperty('value', [
      expect.stringMatching(/^reads out of range were not looked for: /),
    ]);
  });
});
