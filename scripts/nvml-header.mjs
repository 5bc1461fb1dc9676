// Compares src/meter/nvml/declarations.ts with NVIDIA's own nvml.h (Debian: libnvidia-ml-dev), by asking a C compiler.
// usage: node scripts/nvml-header.mjs /path/to/nvml.h
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const [header] = process.argv.slice(2);
if (header === undefined) {
  console.error('usage: node scripts/nvml-header.mjs /path/to/nvml.h');
  process.exit(2);
}
const folder = mkdtempSync(join(tmpdir(), 'joulegate-nvml-header-'));
try {
  process.exitCode = await compare(folder);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** C of each type of an argument, such that a call with another type does not compile. */
function argument(type) {
  const written = {
    'void *': '(void *)0',
    uint32_t: '(unsigned int)1',
    uintptr_t: '(nvmlDevice_t)0',
    int: '1',
  };
  return written[type];
}

async function compare(folder) {
  const outfile = join(folder, 'declarations.mjs');
  await build({ entryPoints: ['src/meter/nvml/declarations.ts'], outfile, format: 'esm' });
  const { sizes, offsets, constants, functions } = await import(pathToFileURL(outfile).href);
  const text = readFileSync(header, 'utf8');
  // What old headers do not name at all cannot be compared.
  const isThere = (name) => new RegExp(`\\b${name.split('.')[0]}\\b`).test(text);
  const all = [
    ...Object.entries(sizes).map(([name, value]) => ({ name, value, c: `sizeof(${name})` })),
    ...Object.entries(offsets).map(([name, value]) => ({
      name,
      value,
      c: `offsetof(${name.replace('.', ', ')})`,
    })),
    ...Object.entries(constants).map(([name, value]) => ({ name, value, c: name })),
  ];
  const known = all.filter(({ name }) => isThere(name));
  const called = Object.entries(functions).filter(([name]) => isThere(name));
  const source = join(folder, 'compare.c');
  // Versioned names are macros of the newest; without this each is declared as it is.
  const lines = [
    '#define NVML_NO_UNVERSIONED_FUNC_DEFS',
    `#include "${resolve(header)}"`,
    '#include <stddef.h>',
    '#include <stdio.h>',
    'int main(void) {',
    ...known.map(({ name, c }) => `  printf("${name} %lld\\n", (long long)(${c}));`),
    ...called.map(([name, types]) => `  (void)sizeof(${name}(${types.map(argument).join(', ')}));`),
    '  return 0;',
    '}',
  ];
  writeFileSync(source, lines.join('\n'));
  const program = join(folder, 'compare');
  const strict = [
    '-Werror=int-conversion',
    '-Werror=incompatible-pointer-types',
    '-Werror=implicit-function-declaration',
  ];
  execFileSync(process.env.CC ?? 'cc', [...strict, '-o', program, source], { stdio: 'inherit' });
  const printed = execFileSync(program, { encoding: 'utf8' }).trim().split('\n');
  const found = new Map(printed.map((line) => line.split(' ')));
  const wrong = known.filter(({ name, value }) => Number(found.get(name)) !== value);
  for (const { name, value } of wrong) console.error(`${name} is ${found.get(name)}, not ${value}`);
  const missing = [...all.map(({ name }) => name), ...Object.keys(functions)].filter(
    (name) => !isThere(name),
  );
  const same = known.length - wrong.length;
  console.log(`${same} sizes, offsets and constants and ${called.length} functions are as in the header.`);
  if (missing.length > 0) console.log(`Not in this header: ${missing.join(', ')}`);
  return wrong.length === 0 ? 0 : 1;
}
