import { expect, it } from 'vitest';
import { variantRemarks } from '../../src/kernel/index.ts';
import { buffer, build } from './support.ts';

async function remarks(body: string): Promise<readonly string[]> {
  const wgsl = `@group(0) @binding(0) var<storage, read_write> y: array<f32>;
fn twice(p: ptr<function, f32>) { *p *= 2.0; }
fn unused() { for (var i = 0u; i < 3u; i++) { var s: f32; s += 1.0; } }
@compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) { var t = 0.0;
${body}
y[id.x] = t; }`;
  const built = await build({ files: { 'a.wgsl': wgsl }, buffers: [buffer('y', 0)] });
  if (!built.ok) throw new Error(built.failure.message);
  return variantRemarks(built.value);
}

it.each([
  'for (var i = 0u; i < 4u; i++) { var s: f32; s += y[i]; t += s; }',
  'for (var i = 0u; i < 4u; i++) { var s: f32; t += s; s = y[i]; }',
  'while (t < 4.0) { var s: f32; s = s + 1.0; t += s; }',
  'loop { var s: f32; for (var j = 0u; j < 4u; j++) { s += y[j]; } t += s; if (t > 9.0) { break; } }',
  'for (var i = 0u; i < 4u; i++) { if (t > 1.0) { var s: array<f32, 3>; s[i % 3u] += y[i]; t += s[0]; } }',
  'for (var i = 0u; i < 4u; i++) { var s: vec2f; if (t > 1.0) { s.x += 1.0; } else { s = vec2f(y[i]); } t += s.x; }',
])('warns of what a turn finds from the turn before: %s', async (body) => {
  expect(await remarks(body)).toEqual([
    expect.stringContaining('`s` (a.wgsl:5) is declared in a loop without a value'),
  ]);
});

it.each([
  'var s: f32; s += 1.0; t += s;',
  'for (var i = 0u; i < 4u; i++) { var s = 0.0; s += y[i]; t += s; }',
  'for (var i = 0u; i < 4u; i++) { var s: f32; s = y[i]; s += 1.0; t += s; }',
  'for (var i = 0u; i < 4u; i++) { var s: f32; if (t > 1.0) { s = 1.0; } else { s = 2.0; } t += s; }',
  'for (var i = 0u; i < 4u; i++) { var s: array<f32, 2>; s[0] = 1.0; s[1] = y[i]; t += s[1]; }',
  'for (var i = 0u; i < 4u; i++) { var s: array<f32, 4>; for (var j = 0u; j < 4u; j++) { s[j] = y[j]; } t += s[i]; }',
  'for (var i = 0u; i < 4u; i++) { var s: f32; twice(&s); t += s; }',
])('but not of what is written first: %s', async (body) => {
  expect(await remarks(body)).toEqual([]);
});
