/**
 * What NVIDIA's nvml.h declares, as far as it is used here, under its names there. `scripts/nvml-header.mjs` compares all of it
 * with a header; it was last done with that of CUDA 12.4. None of the structures has changed in size since NVML 11.
 */

/** Bytes of structures. */
export const sizes = {
  nvmlPciInfo_t: 68,
  nvmlFieldValue_t: 40,
  nvmlProcessInfo_v1_t: 16,
  nvmlProcessInfo_v2_t: 24,
  nvmlUtilization_t: 8,
} as const;

/** Where fields of structures begin. */
export const offsets = {
  'nvmlPciInfo_t.busId': 36,
  'nvmlFieldValue_t.fieldId': 0,
  'nvmlFieldValue_t.scopeId': 4,
  'nvmlFieldValue_t.valueType': 24,
  'nvmlFieldValue_t.nvmlReturn': 28,
  'nvmlFieldValue_t.value': 32,
  'nvmlProcessInfo_v1_t.pid': 0,
  'nvmlProcessInfo_v2_t.pid': 0,
  'nvmlUtilization_t.gpu': 0,
} as const;

/** Enumerators and macros. */
export const constants = {
  NVML_SUCCESS: 0,
  NVML_ERROR_NOT_SUPPORTED: 3,
  NVML_ERROR_NO_PERMISSION: 4,
  NVML_ERROR_INSUFFICIENT_SIZE: 7,
  NVML_ERROR_FUNCTION_NOT_FOUND: 13,
  NVML_CLOCK_SM: 1,
  NVML_CLOCK_MEM: 2,
  NVML_TEMPERATURE_GPU: 0,
  NVML_DEVICE_ARCH_PASCAL: 4,
  NVML_DEVICE_ARCH_VOLTA: 5,
  NVML_DEVICE_ARCH_TURING: 6,
  NVML_DEVICE_ARCH_AMPERE: 7,
  NVML_DEVICE_ARCH_ADA: 8,
  NVML_DEVICE_ARCH_HOPPER: 9,
  NVML_DEVICE_MIG_ENABLE: 1,
  NVML_GPU_VIRTUALIZATION_MODE_VGPU: 2,
  NVML_VALUE_TYPE_DOUBLE: 0,
  NVML_VALUE_TYPE_UNSIGNED_INT: 1,
  NVML_VALUE_TYPE_SIGNED_LONG_LONG: 4,
  NVML_VALUE_TYPE_SIGNED_INT: 5,
  nvmlClocksEventReasonSwPowerCap: 0x04,
  nvmlClocksThrottleReasonHwSlowdown: 0x08,
  nvmlClocksEventReasonSwThermalSlowdown: 0x20,
  nvmlClocksThrottleReasonHwThermalSlowdown: 0x40,
  nvmlClocksThrottleReasonHwPowerBrakeSlowdown: 0x80,
  NVML_FI_DEV_POWER_INSTANT: 186,
  NVML_POWER_SCOPE_GPU: 0,
  NVML_POWER_SCOPE_MODULE: 1,
  // Nanoseconds since the driver was loaded; in headers from CUDA 12.8 on.
  NVML_FI_DEV_CLOCKS_EVENT_REASON_SW_THERM_SLOWDOWN: 251,
  NVML_FI_DEV_CLOCKS_EVENT_REASON_HW_THERM_SLOWDOWN: 252,
  NVML_FI_DEV_CLOCKS_EVENT_REASON_HW_POWER_BRAKE_SLOWDOWN: 253,
} as const;

/** Functions, with the types of their arguments as koffi names them: all return an `nvmlReturn_t`. */
export const functions = {
  nvmlInit_v2: [],
  nvmlShutdown: [],
  nvmlSystemGetDriverVersion: ['void *', 'uint32_t'],
  nvmlDeviceGetCount_v2: ['void *'],
  nvmlDeviceGetHandleByIndex_v2: ['uint32_t', 'void *'],
  nvmlDeviceGetName: ['uintptr_t', 'void *', 'uint32_t'],
  nvmlDeviceGetUUID: ['uintptr_t', 'void *', 'uint32_t'],
  nvmlDeviceGetPciInfo_v3: ['uintptr_t', 'void *'],
  nvmlDeviceGetArchitecture: ['uintptr_t', 'void *'],
  nvmlDeviceGetMigMode: ['uintptr_t', 'void *', 'void *'],
  nvmlDeviceGetVirtualizationMode: ['uintptr_t', 'void *'],
  nvmlDeviceGetTotalEnergyConsumption: ['uintptr_t', 'void *'],
  nvmlDeviceGetPowerUsage: ['uintptr_t', 'void *'],
  nvmlDeviceGetEnforcedPowerLimit: ['uintptr_t', 'void *'],
  nvmlDeviceGetFieldValues: ['uintptr_t', 'int', 'void *'],
  nvmlDeviceGetClockInfo: ['uintptr_t', 'int', 'void *'],
  nvmlDeviceGetUtilizationRates: ['uintptr_t', 'void *'],
  nvmlDeviceGetTemperature: ['uintptr_t', 'int', 'void *'],
  nvmlDeviceGetCurrentClocksEventReasons: ['uintptr_t', 'void *'],
  nvmlDeviceGetCurrentClocksThrottleReasons: ['uintptr_t', 'void *'],
  nvmlDeviceGetHandleByUUID: ['void *', 'void *'],
  nvmlDeviceGetSupportedMemoryClocks: ['uintptr_t', 'void *', 'void *'],
  nvmlDeviceGetSupportedGraphicsClocks: ['uintptr_t', 'uint32_t', 'void *', 'void *'],
  nvmlDeviceSetGpuLockedClocks: ['uintptr_t', 'uint32_t', 'uint32_t'],
  nvmlDeviceResetGpuLockedClocks: ['uintptr_t'],
  nvmlDeviceGetComputeRunningProcesses: ['uintptr_t', 'void *', 'void *'],
  nvmlDeviceGetComputeRunningProcesses_v2: ['uintptr_t', 'void *', 'void *'],
  nvmlDeviceGetGraphicsRunningProcesses: ['uintptr_t', 'void *', 'void *'],
  nvmlDeviceGetGraphicsRunningProcesses_v2: ['uintptr_t', 'void *', 'void *'],
} as const;
