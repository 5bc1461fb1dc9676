import { expect, it } from 'vitest';
import type { BufferBinding, CommandProgram, Outcome } from '../../src/kernel/index.ts';
import { describeOnAdapter } from '../support/adapter.ts';
import { floats, variantOf } from './programs.ts';

const exact = { relative: 0, absolute: 0 };
const output = floats('o', 1, { kind: 'storage', fill: 'zeros', check: exact });
const bytes = new Uint8Array(Float32Array.from({ length: 4096 }, (_, i) => 3 * i).buffer);
const generator: CommandProgram = {
  run: ['generate'],
  build: null,
  folder: '',
  files: {},
  outputs: [],
  buildIdentity: 'build',
  identity: 'generator',
};

const reading = (id: string, buffer: Partial<BufferBinding>) =>
  variantOf(id, 'o[i] = a[i];', { buffers: [{ ...floats('a', 0), ...buffer }, output] });
const thrice = variantOf('thrice', 'o[i] = 3.0 * a[i];', { buffers: [floats('a', 0), output] });
const printed = reading('printed', { fill: { generate: 'generator' }, generator });

describeOnAdapter('contents that come from elsewhere', (adapter) => {
  it('are in the buffers, and are sent again to a process that has none of them', async () => {
    const asked: unknown[] = [];
    const generate = async (program: CommandProgram, wanted: number): Promise<Outcome<Uint8Array>> => {
      asked.push([program.identity, wanted]);
      return { ok: true, value: bytes };
    };
    const device = await adapter.open({ generate, deadlines: { prepareMs: 3000, slackMs: 1000 } });
    const fromFile = reading('from-file', { fill: { file: 'digest' }, content: () => bytes });
    expect(await device.verify(fromFile, thrice)).toEqual({ ok: true, value: null });
    expect(await device.verify(printed, thrice)).toEqual({ ok: true, value: null });
    expect(asked).toContainEqual(['generator', 16384]);
    const endless = variantOf('endless-with-contents', 'while (a[i] == a[i]) { o[i] += a[0]; }');
    expect(await device.prepare(endless)).toMatchObject({ ok: false });
    const inPlace = variantOf('in-place', 'o[i] = o[i] + a[i];', {
      buffers: [
        floats('a', 0, { fill: 'zeros' }),
        {
          ...fromFile.program!.buffers[0]!,
          ...output,
          fill: { file: 'digest' },
          content: () => bytes,
          readsInitial: true,
        },
      ],
    });
    expect(await device.verify(inPlace, thrice)).toEqual({ ok: true, value: null });
    await device.close();
  });

  it('are a fault where a program prints what is right for another buffer only', async () => {
    const device = await adapter.open({ generate: async () => ({ ok: true, value: bytes }) });
    const long = {
      ...floats('b', 2),
      fill: { generate: 'generator' },
      generator,
      length: 8192,
      byteLength: 32_768,
    };
    const both = variantOf('both', 'o[i] = a[i] + b[i];', {
      buffers: [{ ...floats('a', 0), fill: { generate: 'generator' }, generator }, output, long],
    });
    expect(await device.prepare(both)).toEqual({
      ok: false,
      failure: {
        kind: 'validation',
        message: 'the program that generates buffer `b` printed 16384 bytes; the buffer has 32768',
      },
    });
    await device.close();
  });

  it('are a fault of the variant where a program prints too little, or may not be run', async () => {
    const device = await adapter.open({
      generate: async () => ({ ok: true, value: bytes.subarray(8) }),
    });
    expect(await device.prepare(printed)).toEqual({
      ok: false,
      failure: {
        kind: 'validation',
        message: 'the program that generates buffer `a` printed 16376 bytes; the buffer has 16384',
      },
    });
    await device.close();
    const strict = await adapter.open();
    expect(await strict.prepare(printed)).toEqual({
      ok: false,
      failure: {
        kind: 'unsupported',
        message: 'a program prints the contents of a buffer, and none may be run',
      },
    });
    await strict.close();
  });
});
