import { type BufferBinding, isReset } from '../../kernel/index.ts';

/** Most launches between two refills: far more work than a refill, and no more bind groups than that. */
const mostSlots = 64;

/** Where a launch has a buffer. */
export type Place = Required<GPUBufferBinding>;

/** How the places of one buffer follow each other. */
interface Places {
  /** Bytes of one, padding to the next included. */
  readonly strideBytes: number;
  readonly slots: number;
}

/** A place for every launch of a round, in each buffer that launches change. */
export interface Ring {
  /** Launches of a round. */
  readonly slots: number;
  /** What the launch in a slot has for the program's buffer with this index; null: that buffer itself. */
  place(index: number, slot: number): Place | null;
  /** Puts the described contents into the first `launches` places. */
  refill(encoder: GPUCommandEncoder, launches: number): void;
}

/** How the places of each buffer that is reset follow each other; null if there is none. At least one slot. */
export function ringPlaces(options: {
  readonly limits: Pick<GPUSupportedLimits, 'minStorageBufferOffsetAlignment' | 'maxBufferSize'>;
  readonly bindings: readonly BufferBinding[];
  /** Bytes of a binding's buffer. */
  readonly bytesOf: (binding: BufferBinding) => number;
  /** Bytes that all places may take together, with what is copied into them. */
  readonly maxBytes: number;
}): ReadonlyMap<BufferBinding, Places> | null {
  const { bindings, bytesOf, maxBytes } = options;
  const { minStorageBufferOffsetAlignment: alignment, maxBufferSize } = options.limits;
  const strides = bindings
    .filter(isReset)
    .map((binding) => [binding, Math.ceil(bytesOf(binding) / alignment) * alignment] as const);
  if (strides.length === 0) return null;
  const all = strides.reduce((sum, [, stride]) => sum + stride, 0);
  const largest = Math.max(...strides.map(([, stride]) => stride));
  const fitting = Math.floor(Math.min(maxBytes / (2 * all), maxBufferSize / largest));
  const slots = Math.min(mostSlots, Math.max(1, fitting));
  return new Map(strides.map(([binding, strideBytes]) => [binding, { strideBytes, slots }]));
}

/** Where the places of one buffer are, and what is copied into them. */
export interface RingBuffer extends Places {
  /** Index into the program's buffers. */
  readonly index: number;
  readonly buffer: GPUBuffer;
  /** Bytes that are bound. */
  readonly bytes: number;
  /** The described contents, as often as there are places; null for zeros. */
  readonly pristine: GPUBuffer | null;
}

/** The ring over buffers with equal numbers of places; at least one. */
export function createRing(places: readonly RingBuffer[]): Ring {
  const byIndex = new Map(places.map((place) => [place.index, place]));
  return {
    slots: places[0]?.slots ?? 1,
    place(index, slot) {
      const places = byIndex.get(index);
      if (places === undefined) return null;
      return { buffer: places.buffer, offset: slot * places.strideBytes, size: places.bytes };
    },
    refill(encoder, launches) {
      for (const { buffer, pristine, strideBytes } of places) {
        // One copy for all of them: what a copy costs beside its bytes would count with every launch.
        if (pristine === null) encoder.clearBuffer(buffer, 0, launches * strideBytes);
        else encoder.copyBufferToBuffer(pristine, 0, buffer, 0, launches * strideBytes);
      }
    },
  };
}
