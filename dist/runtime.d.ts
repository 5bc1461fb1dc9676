/**
 * A stable name for the adapter's kind, safe in file names and cache keys: vendor and device without versions,
 * e.g. `mesa-llvmpipe`, `google-swiftshader`, `nvidia-h200`, `amd-radeon-rx-7900-xtx`.
 */
export declare function deviceFamily(adapter: {
    readonly vendor: string;
    readonly device: string;
    readonly architecture: string;
}): string;
/**
 * The kernels of a file that `joulegate export runtime` wrote.
 * @param data the parsed JSON
 * @throws Error if it is another file, or of a version that this runtime does not know
 */
export declare function openKernels(data: unknown): Kernels;
/** Values of tunables or workload parameters by name. */
export type Values = Readonly<Record<string, number | boolean | string>>;
/**
 * The device that kernels will run on. A `GPUAdapter` fits as it is; of a `GPUDevice` hand over
 * `{ info: device.adapterInfo, limits: device.limits, features: device.features }`, whose limits are those it was
 * requested with.
 */
export interface RuntimeDevice {
    readonly info: {
        readonly vendor: string;
        readonly architecture: string;
        readonly device: string;
        readonly subgroupMinSize?: number;
        readonly subgroupMaxSize?: number;
    };
    readonly limits: {
        readonly maxComputeWorkgroupStorageSize: number;
        readonly maxComputeInvocationsPerWorkgroup: number;
        readonly maxComputeWorkgroupSizeX: number;
        readonly maxComputeWorkgroupSizeY: number;
        readonly maxComputeWorkgroupSizeZ: number;
        readonly maxComputeWorkgroupsPerDimension: number;
        readonly maxBufferSize: number;
        readonly maxStorageBufferBindingSize: number;
    };
    readonly features: {
        has(name: string): boolean;
    };
}
export type ScalarType = 'f32' | 'f16' | 'i32' | 'u32';
/** A buffer to create. */
export interface RuntimeBuffer {
    /** Its name in the manifest. */
    readonly name: string;
    /** What `GPUBufferUsage` it needs. */
    readonly usage: 'storage' | 'uniform';
    /** Present if a pass takes its workgroups from it: it needs `GPUBufferUsage.INDIRECT` too. */
    readonly indirect?: true;
    /** Present if passes alone share it: what it holds before a launch does not matter. */
    readonly scratch?: true;
    /** When the application zeroes it (`clearBuffer`): before the first pass, or before each that binds it. Absent: never. */
    readonly clear?: 'launch' | 'pass';
    readonly type: ScalarType;
    /** Number of scalar elements. */
    readonly length: number;
    readonly byteLength: number;
    /** What it has to hold, scalar by scalar, where the manifest lists it; null where the application fills it. */
    readonly values: readonly number[] | null;
    /** Where each of `values` stands, in bytes, and its type. Absent: they follow each other, all of `type`. */
    readonly slots?: readonly {
        readonly type: ScalarType;
        readonly offsetBytes: number;
    }[];
}
/** Where a pass has a buffer. */
export interface RuntimeBinding {
    /** Name of the buffer. */
    readonly buffer: string;
    readonly group: number;
    readonly binding: number;
    /** What `GPUBufferBindingLayout.type` has to be. */
    readonly kind: 'storage' | 'read-only-storage' | 'uniform';
}
/** A launch, ready for `createComputePipeline` and `dispatchWorkgroups`. */
export interface RuntimePass {
    /** Its name in the manifest. */
    readonly name: string;
    /** Passes of one file have the same text. */
    readonly wgsl: string;
    readonly entryPoint: string;
    /** Workgroups in x, y and z; or the buffer that holds them, for `dispatchWorkgroupsIndirect`. */
    readonly dispatch: readonly [number, number, number] | {
        readonly indirect: string;
        readonly offsetBytes: number;
    };
    /** What its entry point uses. */
    readonly bindings: readonly RuntimeBinding[];
}
/** Why this configuration: it was tuned here, or is the next best that is known. */
export interface Choice {
    /**
     * - `tuned`: for this device family and workload.
     * - `near-workload`: for this family and the nearest workload.
     * - `portfolio`: of the few that come near the best of several devices, the one that suits this device's vendor and
     *   subgroup sizes.
     * - `near-family`: for another family of the same vendor.
     * - `default`: the manifest's default.
     * - `any`: for a family of another vendor, where even the default does not fit.
     */
    readonly kind: 'tuned' | 'near-workload' | 'portfolio' | 'near-family' | 'default' | 'any';
    /** The family it was tuned for; null for the default and a portfolio. */
    readonly family: string | null;
    /** The workload it was tuned for, or the portfolio measured with; null for the default. */
    readonly workload: Values | null;
}
/** A kernel ready to be launched. */
export interface RuntimeVariant {
    /** Its launches in order, mostly one: they belong into one compute pass. */
    readonly passes: readonly RuntimePass[];
    /** What the passes bind, each once. */
    readonly buffers: readonly RuntimeBuffer[];
    /** WebGPU features that the device must have been requested with. */
    readonly requiredFeatures: readonly string[];
    readonly configuration: Values;
    readonly choice: Choice;
}
/** One kernel and workload of a network. */
export interface RuntimeCall {
    readonly kernel: string;
    /** The workload's values. */
    readonly workload: Values;
    /** Name of the workload in the manifest. */
    readonly name: string;
    /** Launches per inference; an average may have a fraction. */
    readonly calls: number;
    readonly variant: RuntimeVariant;
}
/** The kernels of one file. */
export interface Kernels {
    readonly names: readonly string[];
    /** Names of networks. */
    readonly networks: readonly string[];
    /**
     * The best known variant of a kernel for a workload on a device.
     *
     * @param workload values of all the kernel's workload parameters; an operator's may be left out where it has a default
     * @param options.family the device family as `tuned.json` names it, where the application knows better than
     *   `adapter.info`, which browsers keep vague
     * @throws Error if there is no such kernel, the workload is not one of its, or nothing fits the device
     */
    variant(kernel: string, workload: Values, device: RuntimeDevice, options?: {
        readonly family?: string;
    }): RuntimeVariant;
    /**
     * What an inference of a network launches, each kernel and workload once with its best known variant. They are in the order of
     * the manifest, which need not be that of the network's data.
     *
     * @param options as for `variant`
     * @throws Error if there is no such network, or nothing fits the device for one of its kernels
     */
    network(name: string, device: RuntimeDevice, options?: {
        readonly family?: string;
    }): readonly RuntimeCall[];
}
