import type { ByteSource } from './byte-source.ts';
import { collectWork, type Work } from './calls/index.ts';
import { ranViews, readOnnx, readProfile, seenShapes } from './onnx/index.ts';
import { inferShapes } from './shapes/index.ts';

export interface OnnxOptions {
  readonly source: ByteSource;
  /** Sizes by name. */
  readonly sizes: ReadonlyMap<string, number>;
  /** What ONNX Runtime's profile holds, as JSON, and its name; null: what runs is worked out. */
  readonly profile: { readonly data: unknown; readonly label: string } | null;
}

/**
 * What an ONNX file's network does in one inference.
 * @throws JoulegateError (bad-input): `bad-model`, `unknown-size`
 */
export function onnxWork({ source, sizes, profile }: OnnxOptions): readonly Work[] {
  const graph = readOnnx(source);
  const { label } = source;
  if (profile === null) {
    const results = new Set(graph.outputs.map(({ name }) => name));
    return collectWork(inferShapes(graph, { label, sizes }), { fuse: true, results });
  }
  const ran = readProfile(profile.data, profile.label);
  const views = inferShapes(graph, { label, sizes, seen: seenShapes(graph, ran) });
  // What ran is fused already.
  const work = collectWork(ranViews(graph, views, ran), {
    fuse: false,
    times: ran.map(({ times }) => times),
  });
  return work;
}
