import { describe, expect, it } from 'vitest';
import { type SystemView, systemFindings } from '../../src/app/doctor/index.ts';

const loader = '/usr/lib/x86_64-linux-gnu/libvulkan.so.1';
const nvidiaDriver = '/usr/share/vulkan/icd.d/nvidia_icd.json';

/** A machine with these files; those in `closed` are there, and not for this user. */
function machine(
  files: readonly string[],
  environment: SystemView['environment'] = {},
  closed: readonly string[] = [],
): SystemView {
  const all = [...files, ...closed];
  return {
    environment,
    exists: (path) => all.includes(path),
    list: (folder) =>
      all.filter((path) => path.startsWith(`${folder}/`)).map((path) => path.slice(folder.length + 1)),
    canUse: (path) => files.includes(path),
  };
}

function faults(view: SystemView): Record<string, string> {
  const wrong = systemFindings(view).filter(({ ok }) => !ok);
  return Object.fromEntries(
    wrong.map(({ subject, detail, nextStep }) => [subject, `${detail} => ${nextStep}`]),
  );
}

const nvidia = [loader, nvidiaDriver, '/dev/nvidiactl', '/dev/nvidia0'];

describe('doctor on a machine', () => {
  it('with everything finds nothing wrong', () => {
    expect(faults(machine(nvidia))).toEqual({});
    expect(
      faults(machine([loader, '/usr/share/vulkan/icd.d/radeon_icd.x86_64.json', '/dev/dri/renderD128'])),
    ).toEqual({});
  });

  it('without a Vulkan loader says how to install it', () => {
    const wrong = faults(machine(nvidia.filter((path) => path !== loader)));
    expect(wrong['Vulkan loader']).toContain('apt-get install libvulkan1');
    const elsewhere = machine([...nvidia.slice(1), '/opt/vulkan/libvulkan.so.1'], {
      LD_LIBRARY_PATH: '/opt/vulkan',
    });
    expect(faults(elsewhere)).toEqual({});
  });

  it('without a driver says which there are', () => {
    expect(faults(machine([loader]))['Vulkan drivers']).toContain('mesa-vulkan-drivers');
  });

  it('with VK_DRIVER_FILES that lead nowhere says so', () => {
    const wrong = faults(machine(nvidia, { VK_DRIVER_FILES: '/nowhere/lvp_icd.json' }));
    expect(wrong['Vulkan drivers']).toContain(
      '/nowhere/lvp_icd.json, which is not there => Correct VK_DRIVER_FILES',
    );
  });

  it('with an NVIDIA GPU in a container without graphics names the variable', () => {
    const view = machine([loader, '/dev/nvidiactl', '/dev/nvidia0'], {
      NVIDIA_DRIVER_CAPABILITIES: 'compute,utility',
    });
    expect(faults(view)['NVIDIA driver']).toMatch(
      /NVIDIA_DRIVER_CAPABILITIES is compute,utility, without graphics => .*graphics,utility,compute/,
    );
    const all = machine([loader, '/dev/nvidiactl', '/dev/nvidia0'], { NVIDIA_DRIVER_CAPABILITIES: 'all' });
    expect(faults(all)['NVIDIA driver']).toContain('no Vulkan driver for it => ');
  });

  it('with the driver but no GPU passed in says how to pass it', () => {
    expect(faults(machine([loader, nvidiaDriver, '/dev/nvidiactl']))['NVIDIA driver']).toContain(
      '--gpus all',
    );
  });

  it('with a render node of somebody else names the group', () => {
    const view = machine([loader, '/usr/share/vulkan/icd.d/intel_icd.x86_64.json'], {}, [
      '/dev/dri/renderD128',
    ]);
    expect(faults(view)['render nodes']).toMatch(/no permission to open \/dev\/dri\/renderD128 => .*group/);
  });

  it('with NVIDIA nodes that may not be opened says which', () => {
    const view = machine([loader, nvidiaDriver, '/dev/nvidiactl'], {}, ['/dev/nvidia0']);
    expect(faults(view)['NVIDIA driver']).toMatch(/no permission to open \/dev\/nvidia0 => .*daemon-reload/);
  });

  it.each(['MIG-7c1f', 'GPU-aaaa,0:1'])(
    'with a part of a GPU, %s, says that its sensor sees everyone',
    (visible) => {
      const view = machine(nvidia, { NVIDIA_VISIBLE_DEVICES: visible });
      expect(faults(view).MIG).toMatch(/sees the whole board .* => Pass a whole GPU in, .*--meter none/);
      expect(faults(machine(nvidia, { NVIDIA_VISIBLE_DEVICES: '0,GPU-aaaa' }))).toEqual({});
    },
  );

  it('under WSL2 says which way leads to the GPU, what is there, and that it has no counter', () => {
    const dzn = '/usr/share/vulkan/icd.d/dzn_icd.x86_64.json';
    const view = machine([loader, '/dev/dxg', dzn]);
    const [finding] = systemFindings(view, 'Microsoft Direct3D12 (NVIDIA Stand-in 100)').filter(
      ({ subject }) => subject === 'WSL2',
    );
    expect(finding?.detail).toContain(
      `${dzn} leads to it through Direct3D 12; what kernels run on is Microsoft`,
    );
    expect(finding?.detail).toMatch(/no energy counter$/);
    expect(finding?.nextStep).toContain('--meter-command');
    const nvml = '/usr/lib/wsl/lib/libnvidia-ml.so.1';
    expect(faults(machine([loader, '/dev/dxg', nvml])).WSL2).toContain(`NVML (${nvml}) answers only in part`);
    expect(faults(machine([loader, '/dev/dxg'])).WSL2).toMatch(/dzn is not installed.* => Install a Mesa/);
  });
});
