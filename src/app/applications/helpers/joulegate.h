// joulegate.h: the part of a `command` kernel that talks to Joulegate (docs/command-kernels.md). C++11, this header alone.
// What it offers beyond that depends on what was included before it: OpenCL, CUDA or HIP.
//
//   int main(int argc, char** argv) {
//     joulegate::Program program(argc, argv);                 // arguments: NAME=VALUE, e.g. N={N} and {*}
//     program.setUp([&] { ... program.integer("N") ... });    // once: inputs, buffers
//     program.configure([&] { ... program.integer("TILE") ... }); // for each configuration, where none is compiled in
//     program.output("y", bytes, [&](void* to) { ... });
//     return program.serve([&](int launches) { return joulegate::cudaMs(launches, [&] { kernel<<<...>>>(...); }); });
//   }
//
// Standard output is Joulegate's: what is printed there by anything else goes to standard error.
#ifndef JOULEGATE_H
#define JOULEGATE_H

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>
#ifdef _WIN32
#include <io.h>
#define JOULEGATE_POSIX(name) _##name
#else
#include <unistd.h>
#define JOULEGATE_POSIX(name) name
#endif

namespace joulegate {

/** Thrown for a configuration that cannot run, with the reason: it costs that configuration only. */
struct Refused : std::runtime_error {
  explicit Refused(const std::string& why) : std::runtime_error(why) {}
};

/** One process that runs one configuration after the other, as it is told. */
class Program {
 public:
  Program(int argc, char** argv) {
    fflush(stdout);
    answers_ = JOULEGATE_POSIX(fdopen)(JOULEGATE_POSIX(dup)(1), "w");
    JOULEGATE_POSIX(dup2)(2, 1);
    guarded([&] {
      for (int i = 1; i < argc; i++) take(argv[i]);
    });
  }

  /** The value of a tunable or workload parameter. */
  const std::string& text(const std::string& name) const {
    const auto found = values_.find(name);
    if (found == values_.end()) throw Refused("the argument " + name + "=VALUE is missing");
    return found->second;
  }
  double number(const std::string& name) const {
    const std::string& written = text(name);
    if (written == "true" || written == "false") return written == "true";
    char* end = nullptr;
    const double value = strtod(written.c_str(), &end);
    if (written.empty() || *end != '\0') throw Refused(name + "=" + written + " is no number");
    return value;
  }
  int integer(const std::string& name) const { return static_cast<int>(number(name)); }

  /** All of them for a compiler, ` -DN=256 -DTILE=16`; true and false are 1 and 0. */
  std::string defines() const {
    std::string all;
    for (const auto& value : values_) {
      const bool isFlag = value.second == "true" || value.second == "false";
      all += " -D" + value.first + "=" + (isFlag ? (value.second == "true" ? "1" : "0") : value.second);
    }
    return all;
  }

  /** Says what it runs on, and which sensor is that's: a PCI address, a UUID, or `cpu`. */
  void device(const std::string& name, const std::string& sensor = "") {
    answer("device " + name);
    if (!sensor.empty()) answer("sensor " + sensor);
  }

  /** What is done once, at the start: inputs, buffers. What it throws refuses the configuration. */
  void setUp(std::function<void()> once) { setUp_ = std::move(once); }

  /** Makes it ready for the values that `text` gives: after `setUp`, and for each configuration of a search after the first. */
  void configure(std::function<void()> prepare) { prepare_ = std::move(prepare); }

  /** Puts back what launches change. Called before what is timed and before what is written; not timed. */
  void restore(std::function<void()> putBack) { putBack_ = std::move(putBack); }

  /** Names an output: `download` fills `bytes` bytes with what the last launch left. */
  void output(const std::string& name, size_t bytes, std::function<void(void*)> download) {
    outputs_.push_back(Output{name, bytes, std::move(download)});
  }

  /**
   * Answers until there is nothing more to read.
   * @param run launches so often, waits for the end, and returns the milliseconds of all of them together
   */
  int serve(const std::function<double(int)>& run) {
    guarded([&] {
      if (setUp_) setUp_();
      if (prepare_) prepare_();
      launch(run, 1);  // What cannot be launched is told before anything is measured.
    });
    answer(prepare_ ? "ready configure" : "ready");
    std::string line;
    for (int c; (c = getchar()) != EOF;) {
      if (c != '\n') {
        line += static_cast<char>(c);
        continue;
      }
      handle(line, run);
      line.clear();
    }
    return 0;
  }

 private:
  struct Output {
    std::string name;
    size_t bytes;
    std::function<void(void*)> download;
  };

  void take(const std::string& argument) {
    const size_t equals = argument.find('=');
    if (equals == std::string::npos) throw Refused("the argument " + argument + " is not NAME=VALUE");
    values_[argument.substr(0, equals)] = argument.substr(equals + 1);
  }

  double launch(const std::function<double(int)>& run, int launches) {
    if (putBack_) putBack_();
    return run(launches);
  }

  void handle(const std::string& line, const std::function<double(int)>& run) {
    const size_t blank = line.find(' ');
    const std::string word = line.substr(0, blank);
    const std::string rest = blank == std::string::npos ? "" : line.substr(blank + 1);
    if (word == "configure" && prepare_) {
      try {
        reconfigure(rest);
        launch(run, 1);
        answer("ready");
      } catch (const std::exception& error) {
        answer("error " + oneLine(error.what()));
      }
      return;
    }
    guarded([&] {
      if (word == "run") {
        char time[64];
        snprintf(time, sizeof time, "time %.6f", launch(run, atoi(rest.c_str())));
        answer(time);
      } else if (word == "write") {
        launch(run, 1);
        for (const Output& output : outputs_) write(output, rest + "/" + output.name + ".bin");
        answer("written");
      }
    });
  }

  void reconfigure(const std::string& words) {
    for (size_t start = 0; start < words.size();) {
      const size_t end = std::min(words.find(' ', start), words.size());
      if (end > start) take(words.substr(start, end - start));
      start = end + 1;
    }
    prepare_();
  }

  static void write(const Output& output, const std::string& path) {
    std::vector<char> content(output.bytes);
    output.download(content.data());
    FILE* file = fopen(path.c_str(), "wb");
    if (file == nullptr) throw Refused("cannot write " + path);
    const size_t written = fwrite(content.data(), 1, content.size(), file);
    if (fclose(file) != 0 || written != content.size()) throw Refused("cannot write all of " + path);
  }

  /** What is thrown ends the program, with the reason. */
  template <class Action>
  void guarded(Action action) {
    try {
      action();
    } catch (const std::exception& error) {
      answer("error " + oneLine(error.what()));
      exit(1);
    }
  }

  static std::string oneLine(std::string text) {
    for (char& c : text) {
      if (c == '\n' || c == '\r') c = ' ';
    }
    return text.substr(0, 3000);
  }

  void answer(const std::string& words) {
    fprintf(answers_, "joulegate: %s\n", words.c_str());
    fflush(answers_);
  }

  FILE* answers_ = nullptr;
  std::map<std::string, std::string> values_;
  std::vector<Output> outputs_;
  std::function<void()> setUp_;
  std::function<void()> prepare_;
  std::function<void()> putBack_;
};

/** Numbers in [-0.5, 0.5), the same on every machine: inputs have to be. Linear congruential, Knuth's constants. */
inline std::vector<float> numbers(size_t count, uint32_t seed) {
  std::vector<float> all(count);
  uint64_t state = seed;
  for (float& number : all) {
    state = state * 6364136223846793005ull + 1442695040888963407ull;
    number = static_cast<float>(state >> 40) / 16777216.0f - 0.5f;
  }
  return all;
}

/** Milliseconds by the wall clock. `wait` returns when all launches have ended; launches that block need none. */
template <class Launch>
double wallMs(int launches, Launch launch, std::function<void()> wait = nullptr) {
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < launches; i++) launch();
  if (wait) wait();
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
}

#ifdef CL_VERSION_1_0
inline void check(cl_int status, const char* what) {
  if (status != CL_SUCCESS) throw Refused(std::string(what) + ": OpenCL error " + std::to_string(status));
}

/** Says that a program runs on an OpenCL device. */
inline void openclDevice(Program& program, cl_device_id device) {
  char name[256] = "";
  cl_device_type type = 0;
  cl_uint bus[4] = {0, 0, 0, 0};  // cl_device_pci_bus_info_khr: domain, bus, device, function
  check(clGetDeviceInfo(device, CL_DEVICE_NAME, sizeof name, name, nullptr), "the device's name");
  check(clGetDeviceInfo(device, CL_DEVICE_TYPE, sizeof type, &type, nullptr), "the device's type");
  char sensor[32] = "";
  if (type & CL_DEVICE_TYPE_CPU) {
    snprintf(sensor, sizeof sensor, "cpu");
  } else if (clGetDeviceInfo(device, 0x410F /* CL_DEVICE_PCI_BUS_INFO_KHR */, sizeof bus, bus, nullptr) == CL_SUCCESS) {
    snprintf(sensor, sizeof sensor, "%04x:%02x:%02x.%x", bus[0], bus[1], bus[2], bus[3]);
  }
  program.device(name, sensor);
}

/** Builds OpenCL C; what the compiler says is why a configuration is refused. */
inline cl_program openclBuild(cl_context context, cl_device_id device, const std::string& source, const std::string& options) {
  cl_int status = CL_SUCCESS;
  const char* text = source.c_str();
  cl_program built = clCreateProgramWithSource(context, 1, &text, nullptr, &status);
  check(status, "clCreateProgramWithSource");
  if (clBuildProgram(built, 1, &device, options.c_str(), nullptr, nullptr) != CL_SUCCESS) {
    std::vector<char> log(65536);
    clGetProgramBuildInfo(built, device, CL_PROGRAM_BUILD_LOG, log.size() - 1, log.data(), nullptr);
    clReleaseProgram(built);
    throw Refused(std::string("it does not build: ") + log.data());
  }
  return built;
}

/**
 * Milliseconds from the start of the first launch to the end of the last.
 * @param queue with CL_QUEUE_PROFILING_ENABLE
 * @param launch enqueues one launch with the event that it is given, and returns the status
 */
template <class Launch>
double openclMs(cl_command_queue queue, int launches, Launch launch) {
  cl_event first = nullptr, last = nullptr;
  check(launch(&first), "launch");
  for (int i = 1; i < launches; i++) check(launch(i + 1 < launches ? nullptr : &last), "launch");
  check(clFinish(queue), "clFinish");
  cl_ulong start = 0, end = 0;
  check(clGetEventProfilingInfo(first, CL_PROFILING_COMMAND_START, sizeof start, &start, nullptr), "profiling");
  check(clGetEventProfilingInfo(last ? last : first, CL_PROFILING_COMMAND_END, sizeof end, &end, nullptr), "profiling");
  clReleaseEvent(first);
  if (last) clReleaseEvent(last);
  return static_cast<double>(end - start) * 1e-6;
}
#endif

// CUDA and HIP are alike but for the prefix. `cudaMs(launches, launch)` gives the milliseconds between two events around all
// launches, and refuses a configuration that the GPU refuses; `cudaDevice(program)` says what it runs on.
#define JOULEGATE_GPU(gpu)                                                                                  \
  inline void check(gpu##Error_t status, const char* what) {                                                \
    if (status != gpu##Success) throw Refused(std::string(what) + ": " + gpu##GetErrorString(status));      \
  }                                                                                                         \
  inline void gpu##Device(Program& program) {                                                               \
    int device = 0;                                                                                         \
    gpu##DeviceProp_t properties;                                                                           \
    char bus[32] = "";                                                                                      \
    check(gpu##GetDevice(&device), "the device");                                                           \
    check(gpu##GetDeviceProperties(&properties, device), "the device's properties");                        \
    check(gpu##DeviceGetPCIBusId(bus, sizeof bus, device), "the device's address");                         \
    program.device(properties.name, bus);                                                                   \
  }                                                                                                         \
  template <class Launch>                                                                                   \
  double gpu##Ms(int launches, Launch launch, gpu##Stream_t stream = 0) {                                   \
    static gpu##Event_t start = nullptr, stop = nullptr;                                                    \
    if (start == nullptr) check(gpu##EventCreate(&start), "event"), check(gpu##EventCreate(&stop), "event"); \
    float ms = 0;                                                                                           \
    check(gpu##EventRecord(start, stream), "event");                                                        \
    for (int i = 0; i < launches; i++) launch();                                                            \
    check(gpu##GetLastError(), "launch");                                                                   \
    check(gpu##EventRecord(stop, stream), "event");                                                         \
    check(gpu##EventSynchronize(stop), "launches");                                                         \
    check(gpu##EventElapsedTime(&ms, start, stop), "time");                                                 \
    return ms;                                                                                              \
  }
#ifdef CUDART_VERSION
typedef cudaDeviceProp cudaDeviceProp_t;
JOULEGATE_GPU(cuda)
#elif defined(HIP_VERSION)
JOULEGATE_GPU(hip)
#endif
#undef JOULEGATE_GPU

}  // namespace joulegate

#endif
