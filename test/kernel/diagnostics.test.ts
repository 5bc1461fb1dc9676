import { describe, expect, it } from 'vitest';
import { mapDiagnostic } from '../../src/kernel/index.ts';
import { buffer, build, expression, programOf } from './support.ts';

describe('remarks of the compiler', () => {
  it('on plain WGSL are where they are', async () => {
    const source = `override N = 1;\n\n@group(0) @binding(0) var<storage, read_write> data: array<f32>;
@compute @workgroup_size(1) fn main() {\n    data[0] = f32(N);\n}`;
    const program = programOf(await build({ files: { 'a.wgsl': source } }));
    expect(mapDiagnostic(program, 5, 15)).toEqual({ file: 'a.wgsl', line: 5, column: 15 });
  });

  it('on linked WESL go back to the module and line they came from', async () => {
    const files = {
      'kernels/main.wesl': `import package::math::twice;
import constants::N;
// A comment, which linking drops.
@group(0) @binding(0) var<storage, read_write> data: array<f32>;
@compute @workgroup_size(1) fn main() {
      data[0] = twice(f32(N));
}`,
      'kernels/math.wesl': '\n\nfn twice(x: f32) -> f32 {\n\treturn x + x;\n}\n',
    };
    const buffers = [buffer('data', 0, { length: expression('N') })];
    const program = programOf(await build({ files, buffers, parameters: { N: 4 } }));
    const lines = program.wgsl.split('\n');
    const lineOf = (text: string) => lines.findIndex((line) => line.includes(text)) + 1;
    const columnOf = (text: string) => (lines[lineOf(text) - 1] as string).indexOf(text) + 1;
    expect(mapDiagnostic(program, lineOf('twice(f32'), columnOf('twice(f32'))).toEqual({
      file: 'kernels/main.wesl',
      line: 6,
      column: 17,
    });
    expect(mapDiagnostic(program, lineOf('return'))).toEqual({
      file: 'kernels/math.wesl',
      line: 4,
      column: 2,
    });
    expect(mapDiagnostic(program, lineOf('const N'), 1)).toBeNull();
    expect(mapDiagnostic(program, 9999, 1)).toBeNull();
  });
});
