import { expect, it } from 'vitest';
import { BufferPool } from '../../src/device/worker/index.ts';
import type { BufferBinding } from '../../src/kernel/index.ts';
import { binding } from '../kernel/support.ts';

/** A device whose buffers are what was asked for. */
function pool(): BufferPool {
  Object.assign(globalThis, { GPUBufferUsage: {} });
  const device = {
    limits: { minStorageBufferOffsetAlignment: 256, maxBufferSize: 2 ** 20 },
    createBuffer: (asked: object) => asked,
    createCommandEncoder: () => ({ copyBufferToBuffer: () => undefined, finish: () => null }),
    queue: { writeBuffer: () => undefined, submit: () => undefined },
  } as unknown as GPUDevice;
  return new BufferPool(device, { pool: 2 ** 20, ring: 2 ** 16 }, new Map());
}

it.each<BufferBinding['kind']>(['storage', 'read-only-storage'])(
  'has a place for every launch of what is put back: %s',
  (kind) => {
    const given = binding({ name: 'given', kind, length: 16, fill: 'index', betweenLaunches: 'reset' });
    const other = binding({ name: 'other', kind: 'read-only-storage', binding: 1, length: 16 });
    const { ring, buffers } = pool().acquire([given, other]);
    expect(ring?.place(1, 0)).toBeNull();
    const [first, second] = [ring?.place(0, 0), ring?.place(0, 1)];
    expect(first?.buffer).not.toBe(buffers[0]);
    expect([first?.offset, second?.offset]).toEqual([0, 256]);
  },
);
