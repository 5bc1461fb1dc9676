import { expect, test } from 'vitest';
import { FreshDevices } from '../../src/app/laboratory/index.ts';
import type { Device } from '../../src/measure/index.ts';

/** Devices that are numbers; `log` says what became of them. */
function numbered(fails: (index: number) => boolean = () => false) {
  const log: string[] = [];
  let opened = 0;
  const devices = new FreshDevices(async () => {
    const index = ++opened;
    log.push(`open ${index}`);
    if (fails(index)) throw new Error(`no process ${index}`);
    return { index, close: async () => void log.push(`close ${index}`) } as unknown as Device;
  });
  const take = async () => ((await devices.take()) as unknown as { index: number }).index;
  return { devices, log, take };
}

test('what was opened ahead is handed out first, and only what is missing is opened', async () => {
  const { devices, log, take } = numbered();
  await devices.openAhead(2);
  await devices.openAhead(2);
  expect(log).toEqual(['open 1', 'open 2']);
  expect([await take(), await take(), await take()]).toEqual([1, 2, 3]);
});

test('what nobody took is closed, and nothing is opened after that', async () => {
  const { devices, log, take } = numbered();
  await devices.openAhead(2);
  await take();
  await devices.close();
  await devices.openAhead(2);
  expect(log).toEqual(['open 1', 'open 2', 'close 2']);
});

test('one that cannot be opened fails whoever asks for it, and nobody else', async () => {
  const { devices, log, take } = numbered((index) => index < 3);
  await devices.openAhead(2);
  await expect(take()).rejects.toThrow('no process 1');
  await devices.close();
  expect(await take()).toBe(3);
  expect(log).toEqual(['open 1', 'open 2', 'open 3']);
});
