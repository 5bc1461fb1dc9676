// z = a * x + y. The result has a place of its own: written over y, each launch would find what the last one left.
#include <cuda_runtime.h>

#include "joulegate.h"

__global__ void saxpy(int n, float a, const float* x, const float* y, float* z) {
  const int first = (blockIdx.x * BLOCK) * PER_THREAD + threadIdx.x;
  for (int i = 0; i < PER_THREAD; i++) {
    const int at = first + i * BLOCK;
    if (at < n) z[at] = a * x[at] + y[at];
  }
}

int main(int argc, char** argv) {
  joulegate::Program program(argc, argv);
  int n = 0;
  float *x, *y, *z;

  // BLOCK and PER_THREAD are compiled in, so each configuration is built and has a process of its own.
  program.setUp([&] {
    n = program.integer("N");
    const size_t bytes = n * sizeof(float);
    for (float** buffer : {&x, &y, &z}) joulegate::check(cudaMalloc(buffer, bytes), "memory");
    const auto upload = [&](float* to, unsigned seed) {
      joulegate::check(cudaMemcpy(to, joulegate::numbers(n, seed).data(), bytes, cudaMemcpyHostToDevice), "upload");
    };
    upload(x, 1), upload(y, 2);
    joulegate::cudaDevice(program);
    program.output("z", bytes, [&, bytes](void* to) {
      joulegate::check(cudaMemcpy(to, z, bytes, cudaMemcpyDeviceToHost), "download");
    });
  });
  return program.serve([&](int launches) {
    const int blocks = (n + BLOCK * PER_THREAD - 1) / (BLOCK * PER_THREAD);
    return joulegate::cudaMs(launches, [&] { saxpy<<<blocks, BLOCK>>>(n, 2.0f, x, y, z); });
  });
}
