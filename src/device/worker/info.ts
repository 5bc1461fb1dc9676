import type { DeviceLimits } from '../../manifest/index.ts';
import type { DeviceInfo } from '../../measure/index.ts';
import { deviceFamily } from '../../runtime/index.ts';
import { isSoftware, type OpenAdapter } from './adapter.ts';

function deviceLimits(device: GPUDevice, info: GPUAdapterInfo): DeviceLimits {
  const { limits } = device;
  const subgroups = device.features.has('subgroups');
  return {
    max_workgroup_storage: limits.maxComputeWorkgroupStorageSize,
    max_invocations: limits.maxComputeInvocationsPerWorkgroup,
    max_workgroup_size_x: limits.maxComputeWorkgroupSizeX,
    max_workgroup_size_y: limits.maxComputeWorkgroupSizeY,
    max_workgroup_size_z: limits.maxComputeWorkgroupSizeZ,
    max_workgroups: limits.maxComputeWorkgroupsPerDimension,
    max_buffer_bytes: Math.min(limits.maxBufferSize, limits.maxStorageBufferBindingSize),
    has_f16: device.features.has('shader-f16'),
    has_subgroups: subgroups,
    // Without subgroups an invocation is on its own.
    subgroup_min: subgroups ? (info.subgroupMinSize ?? 1) : 1,
    subgroup_max: subgroups ? (info.subgroupMaxSize ?? 1) : 1,
  };
}

/** @param timestamps whether timestamp queries are used. */
export function describeDevice(opened: OpenAdapter, timestamps: boolean): DeviceInfo {
  const { device, name } = opened;
  const { info } = opened.adapter;
  return {
    backend: 'webgpu',
    family: deviceFamily(info),
    vendor: info.vendor,
    architecture: info.architecture,
    device: info.device.replace(/-+$/, ''),
    description: name,
    // Mesa puts the driver's name before its version: `llvmpipe: Mesa 25.0.7 (LLVM 15.0.6)`.
    driver: info.description.replace(/^[^:]*: /, ''),
    software: isSoftware(info),
    features: [...device.features].map(String).sort(),
    limits: deviceLimits(device, info),
    timestamps,
  };
}
