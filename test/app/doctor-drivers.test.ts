import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DriverView, driverLibraryFindings, thisSystem } from '../../src/app/doctor/index.ts';
import { describeWithStandIn } from '../support/nvml-stand-in/stand-in.ts';

const description = '/usr/share/vulkan/icd.d/nvidia_icd.json';

/** A machine with one driver, of whose library the loader says this. */
function withDriver(text: string, fault: string | null, asked: string[] = []): DriverView {
  return {
    environment: {},
    exists: (path) => path === description,
    list: (folder) => (description.startsWith(`${folder}/`) ? ['nvidia_icd.json', 'README'] : []),
    canUse: () => true,
    read: () => text,
    loadFault(library) {
      asked.push(library);
      return fault;
    },
  };
}

const icd = (library: string, more = {}) =>
  JSON.stringify({ file_format_version: '1.0.1', ICD: { library_path: library, ...more } });
const lacks = (library: string) => `${library}: cannot open shared object file: No such file or directory`;

describe('doctor on drivers that are described to the loader', () => {
  it('finds nothing wrong where the library loads, or is of another architecture', () => {
    expect(driverLibraryFindings(withDriver(icd('libGLX_nvidia.so.0'), null))).toEqual([]);
    const other = withDriver(
      icd('libGLX_nvidia.so.0'),
      '/usr/lib32/libGLX_nvidia.so.0: wrong ELF class: ELFCLASS32',
    );
    expect(driverLibraryFindings(other)).toEqual([]);
    const said = withDriver(icd('libGLX_nvidia.so.0', { library_arch: '32' }), lacks('libGLX_nvidia.so.0'));
    expect(driverLibraryFindings(said)).toEqual([]);
  });

  it('takes paths as the loader does: bare names as they are, others from the file', () => {
    const asked: string[] = [];
    for (const path of ['libGLX_nvidia.so.0', '../../lib/libd.so', '/opt/libd.so']) {
      driverLibraryFindings(withDriver(icd(path), null, asked));
    }
    expect(asked).toEqual(['libGLX_nvidia.so.0', '/usr/share/lib/libd.so', '/opt/libd.so']);
  });

  it('names the library that a driver lacks, and the package that mostly has it', () => {
    const [finding] = driverLibraryFindings(withDriver(icd('libGLX_nvidia.so.0'), lacks('libXext.so.6')));
    expect(finding).toMatchObject({ ok: false, subject: 'Vulkan driver nvidia_icd.json' });
    expect(finding?.detail).toBe(
      'its library libGLX_nvidia.so.0 cannot be loaded, because libXext.so.6 is not there',
    );
    expect(finding?.nextStep).toContain('libxext6');
    const [other] = driverLibraryFindings(withDriver(icd('libGLX_nvidia.so.0'), lacks('libX11.so.6')));
    expect(other?.nextStep).toContain('libx11-6,');
  });

  it('says that the library itself is not there, and of NVIDIA’s how it gets into a container', () => {
    const [finding] = driverLibraryFindings(
      withDriver(icd('libGLX_nvidia.so.0'), lacks('libGLX_nvidia.so.0')),
    );
    expect(finding?.detail).toBe('its library libGLX_nvidia.so.0 is not there');
    expect(finding?.nextStep).toContain('NVIDIA_DRIVER_CAPABILITIES=graphics');
  });

  it('says what else the loader says, and that a description describes nothing', () => {
    const old = "/lib/libc.so.6: version `GLIBC_2.99' not found (required by /opt/libd.so)";
    expect(driverLibraryFindings(withDriver(icd('/opt/libd.so'), old))[0]?.detail).toContain(old);
    for (const text of ['{', '{}', '{"ICD":{"library_path":7}}']) {
      expect(driverLibraryFindings(withDriver(text, null))[0]?.detail).toContain(
        'does not say which library',
      );
    }
  });
});

describeWithStandIn('the loader of this system', () => {
  let folder = '';
  const compile = (...args: string[]) =>
    execFileSync(process.env.CC ?? 'cc', ['-shared', '-fPIC', ...args], { cwd: folder });

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'joulegate-drivers-'));
    writeFileSync(join(folder, 'part.c'), 'int part(void) { return 1; }');
    writeFileSync(join(folder, 'driver.c'), 'int part(void); int driver(void) { return part(); }');
    writeFileSync(
      join(folder, 'crash.c'),
      'static void __attribute__((constructor)) f(void) { __builtin_trap(); }',
    );
    compile('-o', 'libpart.so.3', '-Wl,-soname,libpart.so.3', 'part.c');
    compile('-o', 'libdriver.so', 'driver.c', './libpart.so.3', '-Wl,--no-as-needed');
    compile('-o', 'libcrash.so', 'crash.c');
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('loads a driver with all of its parts, and else names the one that is missing', () => {
    const driver = join(folder, 'libdriver.so');
    const { loadFault } = thisSystem({ ...process.env, LD_LIBRARY_PATH: folder });
    expect(loadFault(driver)).toBe(null);
    expect(loadFault('libdriver.so')).toBe(null);
    expect(thisSystem({}).loadFault(driver)).toContain('libpart.so.3: cannot open shared object file');
    expect(thisSystem({}).loadFault('libnowhere.so.1')).toContain('libnowhere.so.1: cannot open shared');
  });

  it('survives a driver that ends the process that loads it', () => {
    expect(thisSystem({}).loadFault(join(folder, 'libcrash.so'))).toMatch(/ended the process by SIG/);
  });
});
