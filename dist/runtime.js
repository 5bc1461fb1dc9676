// src/runtime/family.ts
var noise = /* @__PURE__ */ new Set(["r", "tm", "c", "corporation", "inc", "graphics", "gpu", "adapter", "series"]);
var driverWords = /* @__PURE__ */ new Set([
  "radv",
  "llvm",
  "drm",
  "mesa",
  "aco",
  "device",
  "subzero",
  "dg2",
  "anv",
  "pcie"
]);
function deviceFamily(adapter) {
  const words = (text) => text.toLowerCase().match(/[a-z0-9]+/g) ?? [];
  const named = words(adapter.device);
  const end = named.findIndex((word, index) => index > 0 && driverWords.has(word));
  const kept = (end < 0 ? named : named.slice(0, end)).filter((word) => !noise.has(word));
  const device = kept.length > 0 ? kept : words(adapter.architecture);
  const vendor = words(adapter.vendor).filter((word) => !noise.has(word));
  const repeated = vendor.length > 0 && vendor.every((word, index) => device[index] === word);
  const family = (repeated ? device : [...vendor, ...device]).join("-").slice(0, 60).replace(/-+$/, "");
  return family === "" ? "unknown" : family;
}

// src/runtime/portfolio.ts
var unknownShare = 0.02;
var weightOfAll = 0.5;
function vendorOf(family) {
  return family.split("-")[0];
}
function kin({ devices }, newcomer) {
  const columns = devices.map((_, column) => column);
  const sameVendor = columns.filter(
    (column) => vendorOf(devices[column].family) === vendorOf(newcomer.family)
  );
  const sameSizes = columns.filter(
    (column) => devices[column].subgroups?.every((size, end) => size === newcomer.subgroups[end]) ?? false
  );
  const both = sameVendor.filter((column) => sameSizes.includes(column));
  return [both, sameVendor, sameSizes].find((group) => group.length > 0) ?? [];
}
function rankMembers(portfolio, newcomer) {
  const near = kin(portfolio, newcomer);
  const all = portfolio.devices.map((_, column) => column);
  const ranked = portfolio.members.map(({ configuration, shares }, order) => {
    const meanLog = (columns) => columns.reduce((sum, column) => sum + Math.log(shares[column] ?? unknownShare), 0) / Math.max(1, columns.length);
    return { configuration, order, value: meanLog(near) + weightOfAll * meanLog(all) };
  });
  return ranked.sort((a, b) => b.value - a.value || a.order - b.order).map(({ configuration }) => configuration);
}

// src/runtime/candidates.ts
function workloadDistance(a, b) {
  let sum = 0;
  for (const name of /* @__PURE__ */ new Set([...Object.keys(a), ...Object.keys(b)])) {
    const [one, other] = [a[name], b[name]];
    if (typeof one === "number" && typeof other === "number") {
      sum += (Math.asinh(one) - Math.asinh(other)) ** 2;
    } else if (one !== other) return Number.POSITIVE_INFINITY;
  }
  return Math.sqrt(sum);
}
function sharedWords(a, b) {
  const [one, other] = [a.split("-"), b.split("-")];
  const differing = one.findIndex((word, index) => word !== other[index]);
  return differing === -1 ? one.length : differing;
}
function ofPortfolio(kernel, workload, device) {
  const [nearest] = (kernel.portfolios ?? []).map((portfolio) => ({ portfolio, distance: workloadDistance(workload, portfolio.workload) })).filter(({ distance }) => distance < Number.POSITIVE_INFINITY).sort((a, b) => a.distance - b.distance);
  if (nearest === void 0) return [];
  const choice = { kind: "portfolio", family: null, workload: nearest.portfolio.workload };
  return rankMembers(nearest.portfolio, device).map((configuration) => ({ configuration, choice }));
}
function candidates(kernel, workload, device) {
  const { family } = device;
  const ranked = kernel.entries.map((entry) => {
    const distance = workloadDistance(workload, entry.workload);
    const kin2 = entry.family === family ? Number.POSITIVE_INFINITY : sharedWords(entry.family, family);
    return { entry, distance, kin: kin2 };
  }).filter(({ distance }) => distance < Number.POSITIVE_INFINITY).sort((a, b) => a.kin === b.kin ? a.distance - b.distance : b.kin > a.kin ? 1 : -1);
  const found = ranked.map(({ entry, distance, kin: kin2 }) => {
    const near = kin2 > 0 ? "near-family" : "any";
    const kind = kin2 < Number.POSITIVE_INFINITY ? near : distance === 0 ? "tuned" : "near-workload";
    return {
      configuration: entry.configuration,
      choice: { kind, family: entry.family, workload: entry.workload }
    };
  });
  const byDefault = {
    configuration: 0,
    choice: { kind: "default", family: null, workload: null }
  };
  const of = (...kinds) => found.filter(({ choice }) => kinds.includes(choice.kind));
  return [
    ...of("tuned", "near-workload"),
    ...ofPortfolio(kernel, workload, device),
    ...of("near-family"),
    byDefault,
    ...of("any")
  ];
}

// src/runtime/device-limits.ts
function limitsOf({ info, limits, features }) {
  const subgroups = features.has("subgroups");
  return {
    max_workgroup_storage: limits.maxComputeWorkgroupStorageSize,
    max_invocations: limits.maxComputeInvocationsPerWorkgroup,
    max_workgroup_size_x: limits.maxComputeWorkgroupSizeX,
    max_workgroup_size_y: limits.maxComputeWorkgroupSizeY,
    max_workgroup_size_z: limits.maxComputeWorkgroupSizeZ,
    max_workgroups: limits.maxComputeWorkgroupsPerDimension,
    max_buffer_bytes: Math.min(limits.maxBufferSize, limits.maxStorageBufferBindingSize),
    has_f16: features.has("shader-f16"),
    has_subgroups: subgroups,
    // Without subgroups an invocation is on its own.
    subgroup_min: subgroups ? info.subgroupMinSize ?? 1 : 1,
    subgroup_max: subgroups ? info.subgroupMaxSize ?? 1 : 1
  };
}

// src/runtime/evaluate.ts
var NoValue = class extends Error {
};
function exact(value) {
  if (!Number.isSafeInteger(value)) throw new NoValue(`${value} is no whole number below 2^53`);
  return value + 0;
}
function divide(a, b) {
  if (b === 0) throw new NoValue("division by zero");
  return (a - a % b) / b + 0;
}
function log2(x) {
  if (x < 1) throw new NoValue(`log2(${x}) does not exist`);
  return x < 2 ** 32 ? 31 - Math.clz32(x) : 63 - Math.clz32(Math.floor(x / 2 ** 32));
}
function squareRoot(x) {
  if (x < 0) throw new NoValue(`sqrt(${x}) does not exist`);
  return Math.sqrt(x);
}
var operations = {
  "+": (a, b) => exact(a + b),
  "-": (a, b) => exact(a - b),
  "*": (a, b) => exact(a * b),
  "/": (a, b) => divide(a, b),
  "%": (a, b) => a - divide(a, b) * b + 0,
  "f+": (a, b) => a + b,
  "f-": (a, b) => a - b,
  "f*": (a, b) => a * b,
  "f/": (a, b) => a / b,
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
  ">": (a, b) => a > b,
  ">=": (a, b) => a >= b,
  "==": (a, b) => a === b,
  "!=": (a, b) => a !== b,
  "!": (a) => !a,
  negate: (a) => 0 - a,
  fnegate: (a) => -a,
  int: (a) => exact(Math.trunc(a)),
  double: (a) => a,
  min: Math.min,
  max: Math.max,
  is_pow2: (a) => a >= 1 && 2 ** log2(a) === a,
  log2: (a) => log2(a),
  sqrt: (a) => squareRoot(a),
  ceil_div: (a, b) => {
    const down = divide(a, b);
    return down * b !== a && a > 0 === b > 0 ? down + 1 : down;
  }
};
var forms = {
  "?:": ([condition, yes, no]) => condition() ? yes() : no(),
  "&&": ([left, right]) => logical(false, left, right),
  "||": ([left, right]) => logical(true, left, right),
  in: ([needle, ...items]) => {
    const wanted = needle();
    return items.some((item) => item() === wanted);
  }
};
function logical(deciding, left, right) {
  let first;
  try {
    first = left();
  } catch (error) {
    if (error instanceof NoValue && right() === deciding) return deciding;
    throw error;
  }
  return first === deciding ? deciding : right();
}
function evaluate(formula, variables) {
  if (typeof formula === "string") {
    const value = variables.get(formula);
    if (value === void 0) throw new NoValue(`\`${formula}\` has no value`);
    return value;
  }
  if (typeof formula !== "object") return formula;
  const [name, ...operands] = formula;
  if (name === "text") return operands[0];
  const form = Object.hasOwn(forms, String(name)) ? forms[String(name)] : void 0;
  if (form !== void 0) return form(operands.map((one) => () => evaluate(one, variables)));
  const operation = Object.hasOwn(operations, String(name)) ? operations[String(name)] : void 0;
  if (operation === void 0) throw new NoValue(`the operation ${String(name)} is not known`);
  return operation(...operands.map((one) => evaluate(one, variables)));
}

// src/runtime/instantiate.ts
var bytesPerElement = { f32: 4, f16: 2, i32: 4, u32: 4 };
var Unfit = class extends Error {
};
function instantiate(options) {
  const { kernel, configuration, workload, device } = options;
  const values = { ...workload, ...configuration.values };
  const variables = new Map(Object.entries({ ...limitsOf(device), ...values }));
  try {
    return program({ kernel, configuration, values, variables, device });
  } catch (error) {
    if (error instanceof NoValue) throw new Unfit(error.message);
    throw error;
  }
}
function program(instance) {
  const { kernel, configuration, values, variables } = instance;
  if (kernel.constraints.some((constraint) => evaluate(constraint, variables) !== true))
    throw new Unfit("a constraint is not met");
  const launches = kernel.passes.flatMap((pass, index) => {
    if (evaluate(pass.when, variables) !== true) return [];
    return [{ pass, taken: configuration.passes[index] ?? null, template: templateFor(pass, values) }];
  });
  if (launches.length === 0) throw new Unfit("every pass is left out");
  const passes = launches.map((launch) => runtimePass(launch, instance));
  return {
    passes,
    buffers: kernel.buffers.flatMap((buffer, index) => runtimeBuffer(buffer, index, launches, instance)),
    requiredFeatures: [...new Set(launches.flatMap(({ template }) => template.requiredFeatures))].sort(),
    configuration: configuration.values
  };
}
function runtimePass({ pass, taken, template }, instance) {
  const { kernel, values, variables, device } = instance;
  const limits = limitsOf(device);
  const dispatch = "indirect" in pass.dispatch ? { indirect: pass.dispatch.indirect, offsetBytes: Number(evaluate(pass.dispatch.offset, variables)) } : pass.dispatch.map((formula) => count(formula, variables));
  const [x, y, z] = taken?.workgroupSize ?? [1, 1, 1];
  const demands = [
    ["workgroup size in x", x, limits.max_workgroup_size_x],
    ["workgroup size in y", y, limits.max_workgroup_size_y],
    ["workgroup size in z", z, limits.max_workgroup_size_z],
    ["invocations of a workgroup", x * y * z, limits.max_invocations],
    ["bytes of workgroup memory", taken?.workgroupBytes ?? 0, limits.max_workgroup_storage],
    ["workgroups", Math.max(..."indirect" in dispatch ? [0] : dispatch), limits.max_workgroups]
  ];
  refuse(demands);
  const missing = template.requiredFeatures.find((feature) => !device.features.has(feature));
  if (missing !== void 0) throw new Unfit(`the device was requested without ${missing}`);
  return {
    name: pass.name,
    wgsl: fill(kernel.texts[template.text] ?? [], values),
    entryPoint: pass.entry,
    dispatch: "indirect" in dispatch ? dispatch : [dispatch[0], dispatch[1], dispatch[2]],
    bindings: template.bindings.map(({ buffer, ...place }) => ({
      buffer: kernel.buffers[buffer].name,
      ...place
    }))
  };
}
function refuse(demands) {
  const exceeded = demands.find(([, wanted, limit]) => wanted > limit);
  if (exceeded) throw new Unfit(`${exceeded[0]}: ${exceeded[1]}, the device allows ${exceeded[2]}`);
}
function runtimeBuffer(buffer, index, ...[launches, { variables, device }]) {
  const { name, scratch, clear } = buffer;
  const isIndirect = launches.some(
    ({ pass }) => "indirect" in pass.dispatch && pass.dispatch.indirect === name
  );
  const binder = launches.find(({ template }) => template.bindings.some((one) => one.buffer === index));
  if (binder === void 0 && !isIndirect) return [];
  const binding = binder?.template.bindings.find((one) => one.buffer === index);
  const usage = binding?.kind === "uniform" ? "uniform" : "storage";
  const layout = binder?.template.layouts?.[index] ?? null;
  const contents = layout === null ? plain(buffer, variables) : laidOut(layout, variables);
  refuse([["bytes of a buffer", contents.byteLength, limitsOf(device).max_buffer_bytes]]);
  return [
    {
      name,
      usage,
      ...isIndirect ? { indirect: true } : {},
      ...scratch ? { scratch } : {},
      ...clear === void 0 ? {} : { clear },
      ...contents
    }
  ];
}
function templateFor(pass, values) {
  const isTrue = new Set(
    Object.entries(values).map(
      ([name, value]) => typeof value === "boolean" ? value ? name : "" : `${name}_${value}`
    )
  );
  const key = pass.conditions.filter((condition) => isTrue.has(condition)).join();
  const template = pass.templates.find(
    ({ conditions, fixed }) => conditions.join() === key && Object.entries(fixed).every(([name, value]) => values[name] === value)
  );
  if (template) return template;
  throw new Unfit("no workload of the manifest has these values, so its program was not exported");
}
function fill(pieces, values) {
  return pieces.map((piece, index) => index % 2 === 0 ? piece : String(values[piece])).join("");
}
function count(formula, variables) {
  const value = evaluate(formula, variables);
  if (Number.isSafeInteger(value) && Number(value) >= 1) return Number(value);
  throw new Unfit(`a count is ${value}; it must be a whole number, at least 1`);
}
function laidOut({ type, byteLength, members }, variables) {
  const isPlain = members.every(
    (member, i) => member.type === type && member.offsetBytes === i * bytesPerElement[type]
  );
  return {
    type,
    length: isPlain ? members.length : byteLength / bytesPerElement[type],
    byteLength,
    values: members.map(({ value }) => Number(evaluate(value, variables))),
    ...isPlain ? {} : { slots: members.map((member) => ({ type: member.type, offsetBytes: member.offsetBytes })) }
  };
}
function plain(buffer, variables) {
  const named = typeof buffer.type === "string" ? buffer.type : variables.get(buffer.type.parameter);
  if (!Object.hasOwn(bytesPerElement, String(named))) throw new Unfit(`${named} is no scalar type`);
  const type = named;
  const length = count(buffer.length, variables);
  const align = buffer.kind === "uniform" ? 16 : 4;
  return {
    type,
    length,
    byteLength: Math.ceil(length * bytesPerElement[type] / align) * align,
    values: buffer.values?.map((value) => Number(evaluate(value, variables))) ?? null
  };
}

// src/runtime/open-kernels.ts
function openKernels(data) {
  const { schema, version, kernels, networks = [] } = data ?? {};
  if (schema !== "joulegate-runtime" || !Array.isArray(kernels)) {
    throw new Error("This is no file of `joulegate export runtime`.");
  }
  if (version !== 2)
    throw new Error(`The file has version ${String(version)}, this runtime knows version 2.`);
  const byName = new Map(kernels.map((kernel) => [kernel.name, kernel]));
  const calls = new Map(networks.map((network) => [network.name, network.calls]));
  const variant = (name, given, device, options = {}) => {
    const kernel = byName.get(name);
    if (!kernel) throw new Error(`There is no kernel "${name}"; known are ${[...byName.keys()].join(", ")}.`);
    const workload = completed(kernel, given);
    let first = null;
    const { subgroup_min, subgroup_max } = limitsOf(device);
    const newcomer = {
      family: options.family ?? deviceFamily(device.info),
      subgroups: [subgroup_min, subgroup_max]
    };
    for (const { configuration, choice } of candidates(kernel, workload, newcomer)) {
      try {
        const fitting = kernel.configurations[configuration];
        return { ...instantiate({ kernel, configuration: fitting, workload, device }), choice };
      } catch (error) {
        if (!(error instanceof Unfit)) throw error;
        first ??= error.message;
      }
    }
    throw new Error(`No configuration of "${name}" fits this workload and device: ${first}.`);
  };
  return {
    names: [...byName.keys()],
    networks: [...calls.keys()],
    variant,
    network(name, device, options) {
      const own = calls.get(name);
      if (own === void 0)
        throw new Error(
          `There is no network "${name}"; known are ${[...calls.keys()].join(", ") || "none"}.`
        );
      return own.map((call) => ({ ...call, variant: variant(call.kernel, call.workload, device, options) }));
    }
  };
}
function completed(kernel, given) {
  const known = kernel.parameters.map(({ name }) => name);
  const unknown = Object.keys(given).find((name) => !known.includes(name));
  if (unknown !== void 0) {
    throw new Error(`"${kernel.name}" has no workload parameter "${unknown}"; it has ${known.join(", ")}.`);
  }
  const values = kernel.parameters.map((parameter) => {
    const value = Object.hasOwn(given, parameter.name) ? given[parameter.name] : parameter.default;
    if (typeof value !== parameter.kind) {
      throw new Error(`"${kernel.name}" needs workload parameter "${parameter.name}", a ${parameter.kind}.`);
    }
    return [parameter.name, value];
  });
  return Object.fromEntries(values);
}
export {
  deviceFamily,
  openKernels
};
