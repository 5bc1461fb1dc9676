// The host of sgemm.cl in C++, on the first OpenCL device.
#define CL_TARGET_OPENCL_VERSION 120
#include <CL/cl.h>

#include <cmath>
#include <fstream>
#include <sstream>

#include "joulegate.h"

int main(int argc, char** argv) {
  joulegate::Program program(argc, argv);
  size_t n = 0, bytes = 0, local[2], global[2];
  cl_device_id device = nullptr;
  cl_context context = nullptr;
  cl_command_queue queue = nullptr;
  cl_mem buffers[3];
  cl_kernel kernel = nullptr;
  const std::ifstream file("sgemm.cl");
  std::ostringstream source;
  source << file.rdbuf();

  program.setUp([&] {
    cl_platform_id platform = nullptr;
    joulegate::check(clGetPlatformIDs(1, &platform, nullptr), "the platform");
    joulegate::check(clGetDeviceIDs(platform, CL_DEVICE_TYPE_ALL, 1, &device, nullptr), "the device");
    joulegate::openclDevice(program, device);
    context = clCreateContext(nullptr, 1, &device, nullptr, nullptr, nullptr);
    queue = clCreateCommandQueue(context, device, CL_QUEUE_PROFILING_ENABLE, nullptr);
    n = program.integer("N"), bytes = n * n * sizeof(float);
    for (int i = 0; i < 3; i++) {
      std::vector<float> numbers = joulegate::numbers(n * n, i);
      const cl_mem_flags flags = CL_MEM_READ_WRITE | CL_MEM_COPY_HOST_PTR;
      buffers[i] = clCreateBuffer(context, flags, bytes, numbers.data(), nullptr);
    }
    program.output("c", bytes, [&](void* to) {
      joulegate::check(clEnqueueReadBuffer(queue, buffers[2], CL_TRUE, 0, bytes, to, 0, nullptr, nullptr), "read");
    });
  });
  program.configure([&] {
    const cl_program built = joulegate::openclBuild(context, device, source.str(), program.defines());
    if (kernel != nullptr) clReleaseKernel(kernel);
    kernel = clCreateKernel(built, "sgemm", nullptr);
    clReleaseProgram(built);
    for (cl_uint i = 0; i < 3; i++) joulegate::check(clSetKernelArg(kernel, i, sizeof buffers[i], &buffers[i]), "argument");
    local[0] = program.integer("ITEMS_N"), local[1] = program.integer("ITEMS_M");
    global[0] = n / program.integer("TILE_N") * local[0], global[1] = n / program.integer("TILE_M") * local[1];
    // So that nothing of the configuration before is taken for a result of this one.
    const cl_float none = NAN;
    joulegate::check(clEnqueueFillBuffer(queue, buffers[2], &none, sizeof none, 0, bytes, 0, nullptr, nullptr), "fill");
  });
  return program.serve([&](int launches) {
    return joulegate::openclMs(queue, launches, [&](cl_event* event) {
      return clEnqueueNDRangeKernel(queue, kernel, 2, nullptr, global, local, 0, nullptr, event);
    });
  });
}
