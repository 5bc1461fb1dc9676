import { JoulegateError } from '../../errors/index.ts';
import {
  createVariantBuilder,
  type Outcome,
  type Variant,
  type VariantFailure,
  variantIdentity,
  variantRemarks,
} from '../../kernel/index.ts';
import { createKernelSpace, type KernelDefinition, type Workload } from '../../manifest/index.ts';
import { measureLatency } from '../../measure/index.ts';
import type { TryReport } from '../../schema/index.ts';
import type { Host, LaboratoryOptions, ManifestOptions } from '../host.ts';
import { type Laboratory, openLaboratory, RepeatCheck } from '../laboratory/index.ts';
import { openManifest, selectKernels } from '../project/index.ts';

export type TryResult = TryReport;
type Tried = TryReport['workloads'][number];

export interface TryOptions extends ManifestOptions, LaboratoryOptions {
  readonly kernel: string;
  /** A manifest's text, instead of what the file holds. */
  readonly text?: string;
}

/** Counting a space stops here: as many configurations no retune tries. */
const mostCounted = 50_000;

function faultOf(what: Tried['faults'][number]['what'], { message, file, line, column }: VariantFailure) {
  const place = [file, line, column].filter((part) => part !== undefined).join(':');
  return { what, message, place: place === '' ? null : place };
}

/** How long something took, with what came of it. */
async function timed<T>(laboratory: Laboratory, work: () => Promise<T>): Promise<readonly [T, number]> {
  const startMs = laboratory.clock.nowMs();
  const value = await work();
  return [value, laboratory.clock.nowMs() - startMs];
}

/** Another configuration than the default: what a trial takes is told by what was not there before. */
function anotherConfiguration(kernel: KernelDefinition, workload: Workload, laboratory: Laboratory) {
  const space = createKernelSpace(kernel, workload, laboratory.info.limits);
  const own = space.point(kernel.defaults);
  for (const point of space.enumerate()) {
    if (own === null || space.id(point) !== space.id(own)) return space.configuration(point);
  }
  return null;
}

interface Subject {
  readonly kernel: KernelDefinition;
  readonly workload: Workload;
  readonly laboratory: Laboratory;
  readonly trials: number;
}

/** Prepares, compares and times, as a trial of a search does. */
async function trial(
  { laboratory }: Subject,
  variant: Variant,
  reference: Variant,
): Promise<
  Outcome<{ readonly readyMs: number; readonly launchMs: number; readonly remarks: readonly string[] }>
> {
  const { device } = laboratory;
  const [prepared, readyMs] = await timed(laboratory, () => device.prepare(variant));
  if (!prepared.ok) return prepared;
  const verified = await device.verify(variant, reference);
  if (!verified.ok) return verified;
  const latency = await measureLatency({
    device,
    variant,
    options: laboratory.measureOptions('search').time,
  });
  if (!latency.ok) return latency;
  return { ok: true, value: { readyMs, launchMs: latency.value.medianMs, remarks: verified.value ?? [] } };
}

async function tryWorkload(subject: Subject): Promise<Tried> {
  const { kernel, workload, laboratory } = subject;
  const { limits, features } = laboratory.info;
  const builder = createVariantBuilder({ kernel, workload, limits, features, print: laboratory.print });
  const space = createKernelSpace(kernel, workload, limits);
  const valid = space.count(mostCounted);
  const nothing: Tried = {
    workload: workload.name,
    configurations: valid.value,
    readyMs: null,
    launchMs: null,
    trialSeconds: null,
    retuneMinutes: null,
    repeats: null,
    faults: [],
    remarks: [],
  };
  const shipped = await builder.build(kernel.defaults);
  if (!shipped.ok) return { ...nothing, faults: [faultOf('build', shipped.failure)] };
  const reference = await builder.reference();
  if (!reference.ok) return { ...nothing, faults: [faultOf('reference', reference.failure)] };
  const remarks = [...variantRemarks(shipped.value)];
  const check = new RepeatCheck(laboratory);
  const repeats = await check.of(reference.value).finally(() => check.close());
  const isReference = variantIdentity(shipped.value) === variantIdentity(reference.value);
  if (!repeats.ok) {
    const what = isReference ? 'default' : 'reference';
    return { ...nothing, remarks, faults: [faultOf(what, repeats.failure)] };
  }
  const ran = await trial(subject, shipped.value, reference.value);
  const faults = [
    ...(repeats.value === null ? [] : [faultOf('repeat', repeats.value)]),
    ...(ran.ok ? [] : [faultOf('default', ran.failure)]),
  ];
  if (!ran.ok) return { ...nothing, repeats: repeats.value === null, remarks, faults };
  const other = anotherConfiguration(kernel, workload, laboratory);
  const next = other === null ? shipped : await builder.build(other);
  const [, trialMs] = await timed(laboratory, async () =>
    next.ok ? trial(subject, next.value, reference.value) : null,
  );
  const trialSeconds = trialMs / 1000;
  const trials = Math.min(subject.trials, valid.exact ? valid.value : Number.POSITIVE_INFINITY);
  return {
    ...nothing,
    ...{ readyMs: ran.value.readyMs, launchMs: ran.value.launchMs, trialSeconds, faults },
    retuneMinutes: (trialSeconds * trials) / 60,
    repeats: repeats.value === null,
    remarks: [...remarks, ...ran.value.remarks],
  };
}

/**
 * Builds one kernel, runs its default configuration, repeats its reference, compares, and says what came of it and what a
 * search would take here. Nothing is written.
 * @throws JoulegateError bad-input for the manifest, a kernel that is not there, programs that may not be run
 */
export async function tryKernel(host: Host, options: TryOptions): Promise<TryReport> {
  const { manifest } = openManifest(host, options.manifest, options.text);
  const [kernel] = selectKernels(manifest, [options.kernel]);
  if (kernel === undefined)
    throw new JoulegateError('bad-input', 'There is no kernel.', { code: 'no-kernels' });
  const laboratory = await openLaboratory(host, options, [kernel]);
  try {
    const workloads: Tried[] = [];
    const { trials, searchSeconds } = manifest.budget.retune;
    for (const workload of kernel.workloads) {
      host.signal.throwIfAborted();
      host.progress.stage(`trying ${kernel.name} ${workload.name}`);
      const tried = await tryWorkload({ kernel, workload, laboratory, trials });
      const { retuneMinutes } = tried;
      const most = searchSeconds / 60;
      workloads.push({
        ...tried,
        retuneMinutes: retuneMinutes === null ? null : Math.min(retuneMinutes, most),
      });
    }
    return {
      schema: 'joulegate-try',
      version: 1,
      kernel: kernel.name,
      device: laboratory.info.description,
      family: laboratory.info.family,
      meter: laboratory.meter?.info.description ?? null,
      workloads,
    };
  } finally {
    await laboratory.close();
  }
}
