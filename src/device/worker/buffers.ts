import { type BufferBinding, bufferContents, isReset, type KnownContents } from '../../kernel/index.ts';
import { createRing, type Ring, type RingBuffer, ringPlaces } from './ring.ts';

interface PooledBuffer {
  readonly buffer: GPUBuffer;
  readonly bytes: number;
  users: number;
}

/** The buffers of one program, in the order of its bindings. */
export interface BoundBuffers {
  readonly buffers: readonly GPUBuffer[];
  /** Puts what kernels write back to its initial contents. */
  reset(encoder: GPUCommandEncoder): void;
  /** Present if every launch starts from the described contents. */
  readonly ring?: Ring;
  release(): void;
}

/** What a pool may take, in bytes. */
export interface PoolBytes {
  /** Kept for later programs. */
  readonly pool: number;
  /** Places for launches that change their buffers, beside those. */
  readonly ring: number;
}

/** WebGPU copies in units of four bytes. */
function paddedBytes(binding: BufferBinding): number {
  return Math.max(4, Math.ceil(binding.byteLength / 4) * 4);
}

/** What a launch writes, or finds in a place of its own because another variant writes it. */
function isChanging(binding: BufferBinding): boolean {
  return binding.kind === 'storage' || isReset(binding);
}

/** Same contents, same buffer. The place counts, because random contents depend on it. */
function contentsKey(binding: BufferBinding): string {
  const { kind, group, binding: slot, type, length, fill, seed, values, slots } = binding;
  const role = kind === 'uniform' ? 'uniform' : 'storage';
  const listed = values === null ? '' : JSON.stringify([values, slots]);
  return [role, group, slot, type, length, JSON.stringify(fill), seed, paddedBytes(binding), listed].join(
    ' ',
  );
}

/** Whether clearing it is all it takes. */
function isZeros({ fill, values }: BufferBinding): boolean {
  return fill === 'zeros' && values === null;
}

/** Programs run one at a time, so what they write to is shared by place and shape. */
function workKey(binding: BufferBinding): string {
  return `work ${binding.group} ${binding.binding} ${paddedBytes(binding)}`;
}

/** The same buffer with a place for each launch of a round. */
function ringKey(key: string, slots: number): string {
  return `${key} x ${slots}`;
}

/**
 * GPU buffers shared between programs: read-only ones by their contents, written ones by their place. Hundreds of
 * variants of one kernel need the memory of one. Unused buffers stay until `maxBytes` are needed for others.
 */
export class BufferPool {
  readonly #device: GPUDevice;
  readonly #maxBytes: number;
  readonly #maxRingBytes: number;
  readonly #contents: KnownContents;
  /** In order of last use. */
  readonly #pool = new Map<string, PooledBuffer>();
  #bytes = 0;

  constructor(device: GPUDevice, maxBytes: PoolBytes, contents: KnownContents) {
    this.#device = device;
    this.#maxBytes = maxBytes.pool;
    this.#maxRingBytes = maxBytes.ring;
    this.#contents = contents;
  }

  /** Bytes that the buffers take together, initial contents of what is written included; rings, which take what is left, are not. */
  bytesOf(bindings: readonly BufferBinding[]): number {
    const sizes = new Map(bindings.flatMap((binding) => this.#needs(binding, null)));
    return [...sizes.values()].reduce((sum, size) => sum + size, 0);
  }

  /** Bytes by which the pool would be too large if `bindings` were acquired and all unused buffers given up. */
  excess(bindings: readonly BufferBinding[]): number {
    let bytes = 0;
    const counted = new Set<string>();
    const places = this.#places(bindings);
    for (const [key, size] of bindings.flatMap((binding) => this.#needs(binding, places))) {
      if (counted.has(key)) continue;
      counted.add(key);
      bytes += size;
    }
    for (const [key, pooled] of this.#pool) if (pooled.users > 0 && !counted.has(key)) bytes += pooled.bytes;
    return Math.max(0, bytes - this.#maxBytes);
  }

  /** Creates and fills what is not there yet. Out of memory shows in the caller's error scope. */
  acquire(bindings: readonly BufferBinding[]): BoundBuffers {
    const held: PooledBuffer[] = [];
    const hold = (key: string, bytes: number, create: () => GPUBuffer): GPUBuffer => {
      const pooled = this.#take(key, bytes, create);
      held.push(pooled);
      return pooled.buffer;
    };
    const resets: ((encoder: GPUCommandEncoder) => void)[] = [];
    const places = this.#places(bindings);
    const ringBuffers: RingBuffer[] = [];
    const buffers = bindings.map((binding, index) => {
      const bytes = paddedBytes(binding);
      if (!isChanging(binding)) return hold(contentsKey(binding), bytes, () => this.#filled(binding));
      const work = hold(workKey(binding), bytes, () => this.#create(bytes, workUsage()));
      const initial = isZeros(binding)
        ? null
        : hold(contentsKey(binding), bytes, () => this.#filled(binding));
      resets.push((encoder) => {
        if (initial === null) encoder.clearBuffer(work);
        else encoder.copyBufferToBuffer(initial, 0, work, 0, bytes);
      });
      const place = places?.get(binding);
      if (place?.slots === 1)
        ringBuffers.push({ ...place, index, buffer: work, bytes, pristine: initial, strideBytes: bytes });
      else if (place !== undefined) {
        const { slots, strideBytes } = place;
        const all = slots * strideBytes;
        const buffer = hold(ringKey(workKey(binding), slots), all, () => this.#create(all, workUsage()));
        const pristine =
          initial === null
            ? null
            : hold(ringKey(contentsKey(binding), slots), all, () => this.#repeated(initial, place));
        ringBuffers.push({ ...place, index, buffer, bytes, pristine });
      }
      return work;
    });
    let released = false;
    return {
      buffers,
      ...(ringBuffers.length === 0 ? {} : { ring: createRing(ringBuffers) }),
      reset: (encoder) => {
        for (const reset of resets) reset(encoder);
      },
      release: () => {
        if (released) return;
        released = true;
        for (const pooled of held) pooled.users--;
      },
    };
  }

  /** Gives up every buffer nobody uses, e.g. after one could not be allocated. */
  clear(): void {
    this.#shrink(0);
  }

  #places(bindings: readonly BufferBinding[]): ReturnType<typeof ringPlaces> {
    return ringPlaces({
      limits: this.#device.limits,
      bindings,
      bytesOf: paddedBytes,
      maxBytes: this.#maxRingBytes,
    });
  }

  #needs(binding: BufferBinding, places: ReturnType<typeof ringPlaces>): [key: string, bytes: number][] {
    const bytes = paddedBytes(binding);
    if (!isChanging(binding)) return [[contentsKey(binding), bytes]];
    const keys = isZeros(binding) ? [workKey(binding)] : [workKey(binding), contentsKey(binding)];
    const { slots, strideBytes } = places?.get(binding) ?? { slots: 1, strideBytes: 0 };
    const ring = slots === 1 ? [] : keys.map((key) => [ringKey(key, slots), slots * strideBytes] as const);
    return [...keys.map((key) => [key, bytes] as const), ...ring].map(([key, size]) => [key, size]);
  }

  #take(key: string, bytes: number, create: () => GPUBuffer): PooledBuffer {
    const found = this.#pool.get(key);
    if (found !== undefined) {
      found.users++;
      this.#pool.delete(key);
      this.#pool.set(key, found);
      return found;
    }
    this.#shrink(this.#maxBytes - bytes);
    const pooled = { buffer: create(), bytes, users: 1 };
    this.#pool.set(key, pooled);
    this.#bytes += bytes;
    return pooled;
  }

  #shrink(targetBytes: number): void {
    for (const [key, pooled] of this.#pool) {
      if (this.#bytes <= targetBytes) return;
      if (pooled.users > 0) continue;
      pooled.buffer.destroy();
      this.#pool.delete(key);
      this.#bytes -= pooled.bytes;
    }
  }

  #create(size: number, usage: GPUBufferUsageFlags): GPUBuffer {
    return this.#device.createBuffer({ size, usage });
  }

  /** A buffer with the contents of another one in every place. */
  #repeated(from: GPUBuffer, { slots, strideBytes }: Pick<RingBuffer, 'slots' | 'strideBytes'>): GPUBuffer {
    const buffer = this.#create(slots * strideBytes, GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC);
    const encoder = this.#device.createCommandEncoder();
    for (let slot = 0; slot < slots; slot++) {
      encoder.copyBufferToBuffer(from, 0, buffer, slot * strideBytes, from.size);
    }
    this.#device.queue.submit([encoder.finish()]);
    return buffer;
  }

  #filled(binding: BufferBinding): GPUBuffer {
    const size = paddedBytes(binding);
    const copied = GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC;
    const buffer = this.#create(size, binding.kind === 'uniform' ? copied : workUsage());
    writeAll(this.#device, buffer, bufferContents(binding, this.#contents));
    return buffer;
  }
}

/** What kernels write to may also say how often another is launched. */
function workUsage(): GPUBufferUsageFlags {
  const { STORAGE, INDIRECT, COPY_DST, COPY_SRC } = GPUBufferUsage;
  return STORAGE | INDIRECT | COPY_DST | COPY_SRC;
}

/** Writes `contents`, padded with zeros to four bytes. */
export function writeAll(device: GPUDevice, buffer: GPUBuffer, contents: Uint8Array): void {
  const whole = contents.byteLength - (contents.byteLength % 4);
  if (whole > 0) device.queue.writeBuffer(buffer, 0, contents, 0, whole);
  if (whole < contents.byteLength) {
    const rest = new Uint8Array(4);
    rest.set(contents.subarray(whole));
    device.queue.writeBuffer(buffer, whole, rest);
  }
}
