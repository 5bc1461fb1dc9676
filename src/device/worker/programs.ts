import type { BufferBinding } from '../../kernel/index.ts';
import type { WireProgram } from '../protocol.ts';
import { requireFeatures } from './adapter.ts';
import { type BoundBuffers, BufferPool, type PoolBytes } from './buffers.ts';
import { pipelineFault, VariantFault } from './faults.ts';

/** A program with its pipeline and buffers, ready to be launched. */
export interface CompiledProgram {
  readonly program: WireProgram;
  readonly pipeline: GPUComputePipeline;
  readonly bindGroups: readonly GPUBindGroup[];
  readonly bound: BoundBuffers;
  /** Present if every launch starts from the described contents. */
  readonly rounds?: Rounds;
  /** Milliseconds per launch as last seen; null before it was warmed up. */
  launchMs: number | null;
}

/** Launches of which each has a place of its own in what they change. */
export interface Rounds {
  /** Launches of a round. */
  readonly slots: number;
  bindGroups(slot: number): readonly GPUBindGroup[];
  refill(encoder: GPUCommandEncoder, launches: number): void;
  /** Milliseconds per launch that refilling took as last seen; null before it was timed. */
  resetMs: number | null;
}

const layoutTypes: Record<BufferBinding['kind'], GPUBufferBindingType> = {
  storage: 'storage',
  'read-only-storage': 'read-only-storage',
  uniform: 'uniform',
};

/** More buys nothing: buffers are shared, and a search returns only to its best few. */
const maxPrograms = 128;

/**
 * Programs that may be given up before their garbage is collected. A pipeline has no `destroy`: the driver keeps its code
 * until its JavaScript object is gone, and those are so small that V8 sees no reason to look for hundreds of trials.
 */
const maxGarbage = 32;

/** Pipelines that were compiled ahead and not asked for yet. */
const maxAhead = 4;

/** Compiled programs by identity, the least recently used given up first. */
export class Programs {
  readonly #device: GPUDevice;
  readonly #maxProgramBytes: number;
  readonly #pool: BufferPool;
  readonly #compiled = new Map<string, CompiledProgram>();
  /** By identity, oldest first; null: it does not compile, and says so to whoever asks for it. */
  readonly #ahead = new Map<string, Promise<GPUComputePipeline | null>>();
  /** Programs given up since garbage was collected. */
  #garbage = 0;

  /** `program`: what one may have at all. */
  constructor(device: GPUDevice, maxBytes: PoolBytes & { readonly program: number }) {
    this.#device = device;
    this.#maxProgramBytes = maxBytes.program;
    this.#pool = new BufferPool(device, maxBytes);
  }

  /**
   * Compiles `program` or finds it compiled. Call inside error scopes and `drop` it if they caught something.
   * @throws VariantFault
   */
  async get(program: WireProgram): Promise<CompiledProgram> {
    const known = this.#compiled.get(program.identity);
    if (known !== undefined) {
      this.#compiled.delete(program.identity);
      this.#compiled.set(program.identity, known);
      return known;
    }
    requireFeatures(this.#device, program.requiredFeatures);
    this.#requireRoom(program);
    const layouts = this.#layouts(program);
    const pipeline = (await this.#takeAhead(program)) ?? (await this.#pipeline(program, layouts));
    for (const [identity] of this.#compiled) {
      if (this.#compiled.size < maxPrograms && this.#pool.excess(program.buffers) === 0) break;
      this.drop(identity);
    }
    const bound = this.#pool.acquire(program.buffers);
    const bindGroups = (slot: number | null) =>
      layouts.map((layout, group) =>
        this.#device.createBindGroup({ layout, entries: entriesOf(program, bound, group, slot) }),
      );
    const rounds = roundsOf(bound, bindGroups);
    const compiled: CompiledProgram = {
      program,
      pipeline,
      bindGroups: bindGroups(null),
      bound,
      ...(rounds === null ? {} : { rounds }),
      launchMs: null,
    };
    this.#compiled.set(program.identity, compiled);
    return compiled;
  }

  /**
   * Compiles a program on Dawn's own threads while others run: its bind groups come later. What goes wrong is kept away from
   * the error scopes of the request that is being served, and comes up again when the program is asked for.
   */
  async expect(program: WireProgram): Promise<void> {
    const { identity } = program;
    if (this.#compiled.has(identity) || this.#ahead.has(identity)) return;
    for (const oldest of this.#ahead.keys()) {
      if (this.#ahead.size < maxAhead) break;
      this.#ahead.delete(oldest);
    }
    const pipeline = this.#compileApart(program).catch(() => null);
    this.#ahead.set(identity, pipeline);
    await pipeline;
  }

  /** On a software adapter it is the machine's own memory that would run out, and take the job with it. */
  #requireRoom({ buffers }: WireProgram): void {
    const bytes = this.#pool.bytesOf(buffers);
    if (bytes <= this.#maxProgramBytes) return;
    throw new VariantFault(
      'unsupported',
      `the buffers take ${bytes} bytes together, this device allows ${this.#maxProgramBytes}`,
    );
  }

  async #takeAhead({ identity }: WireProgram): Promise<GPUComputePipeline | null> {
    const pipeline = this.#ahead.get(identity);
    this.#ahead.delete(identity);
    return (await pipeline) ?? null;
  }

  async #compileApart(program: WireProgram): Promise<GPUComputePipeline | null> {
    requireFeatures(this.#device, program.requiredFeatures);
    // Without a pause in between, this scope catches the errors of these calls and of no others.
    this.#device.pushErrorScope('validation');
    const layout = this.#device.createPipelineLayout({ bindGroupLayouts: this.#layouts(program) });
    const module = this.#device.createShaderModule({ code: program.wgsl });
    if ((await this.#device.popErrorScope()) !== null) return null;
    const compute = { module, entryPoint: program.entryPoint };
    return this.#device.createComputePipelineAsync({ layout, compute });
  }

  /** Forgets a program; its buffers become free for others. */
  drop(identity: string): void {
    this.#compiled.get(identity)?.bound.release();
    if (!this.#compiled.delete(identity) || ++this.#garbage < maxGarbage) return;
    this.#garbage = 0;
    // Exposed by the flag that `GpuProcess` starts this process with.
    globalThis.gc?.();
  }

  /** Frees all memory that no compiled program needs. */
  releaseMemory(): void {
    this.#pool.clear();
  }

  /** Explicit, because the automatic layout leaves out bindings that the entry point does not use. */
  #layouts(program: WireProgram): GPUBindGroupLayout[] {
    const groups = Math.max(-1, ...program.buffers.map((binding) => binding.group)) + 1;
    return Array.from({ length: groups }, (_, group) =>
      this.#device.createBindGroupLayout({
        entries: program.buffers
          .filter((binding) => binding.group === group)
          .map((binding) => ({
            binding: binding.binding,
            visibility: GPUShaderStage.COMPUTE,
            buffer: { type: layoutTypes[binding.kind] },
          })),
      }),
    );
  }

  async #pipeline(program: WireProgram, layouts: GPUBindGroupLayout[]): Promise<GPUComputePipeline> {
    const module = this.#device.createShaderModule({ code: program.wgsl });
    const { messages } = await module.getCompilationInfo();
    const error = messages.find((message) => message.type === 'error');
    if (error !== undefined) {
      const at = error.lineNum > 0 ? { line: error.lineNum, column: Math.max(1, error.linePos) } : null;
      throw new VariantFault('compile', error.message, at);
    }
    try {
      return await this.#device.createComputePipelineAsync({
        layout: this.#device.createPipelineLayout({ bindGroupLayouts: layouts }),
        compute: { module, entryPoint: program.entryPoint },
      });
    } catch (error) {
      throw pipelineFault(error);
    }
  }
}

/** @param slot of a ring's places; null: the program's own buffers */
function entriesOf(
  { buffers }: WireProgram,
  bound: BoundBuffers,
  group: number,
  slot: number | null,
): GPUBindGroupEntry[] {
  return buffers.flatMap((binding, index) => {
    if (binding.group !== group) return [];
    const place = slot === null ? null : (bound.ring?.resource(index, slot) ?? null);
    const resource = place ?? { buffer: bound.buffers[index] as GPUBuffer };
    return [{ binding: binding.binding, resource }];
  });
}

function roundsOf({ ring }: BoundBuffers, create: (slot: number) => readonly GPUBindGroup[]): Rounds | null {
  if (ring === undefined) return null;
  const made: (readonly GPUBindGroup[])[] = [];
  return {
    slots: ring.slots,
    bindGroups(slot) {
      made[slot] ??= create(slot);
      return made[slot];
    },
    refill: (encoder, launches) => ring.refill(encoder, launches),
    resetMs: null,
  };
}
