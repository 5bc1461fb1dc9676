import type { WireFailure, WireOutcome } from '../protocol.ts';

/** Thrown inside the GPU process when a variant cannot be used; ends up as the response's failure. */
export class VariantFault extends Error {
  readonly failure: WireFailure;

  constructor(kind: WireFailure['kind'], message: string, at: WireFailure['at'] = null) {
    super(message);
    this.name = 'VariantFault';
    this.failure = { kind, message, at };
  }
}

/** Dawn appends where in its own calls it noticed an error; users need the first line only. */
function firstLines(message: string): string {
  const end = message.search(/\n\s*- While /);
  return (end < 0 ? message : message.slice(0, end)).trim();
}

/**
 * Runs `work` inside error scopes.
 * @returns its value, or the fault it threw, or what Dawn reported while it ran. Other exceptions pass through.
 */
export async function scoped<T>(device: GPUDevice, work: () => Promise<T>): Promise<WireOutcome<T>> {
  const filters = ['internal', 'out-of-memory', 'validation'] as const;
  for (const filter of filters) device.pushErrorScope(filter);
  let result: { value: T } | { thrown: unknown };
  try {
    result = { value: await work() };
  } catch (error) {
    result = { thrown: error };
  }
  const [validation, memory, internal] = await Promise.all(filters.map(() => device.popErrorScope()));
  if ('thrown' in result && result.thrown instanceof VariantFault) {
    return { ok: false, failure: result.thrown.failure };
  }
  // Out of memory first: it makes the buffer invalid, and what uses it then fails validation.
  if (memory) return { ok: false, failure: failure('out-of-memory', memory) };
  if (validation) return { ok: false, failure: failure('validation', validation) };
  if (internal) return { ok: false, failure: failure('compile', internal) };
  if ('thrown' in result) throw result.thrown;
  return { ok: true, value: result.value };
}

function failure(kind: WireFailure['kind'], error: GPUError): WireFailure {
  return { kind, message: firstLines(error.message), at: null };
}

/** A pipeline that could not be made: against the rules (validation), or the driver gave up (compile). */
export function pipelineFault(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const reason = (error as Partial<GPUPipelineError>).reason;
  if (reason === undefined) return error;
  return new VariantFault(reason === 'validation' ? 'validation' : 'compile', firstLines(error.message));
}
