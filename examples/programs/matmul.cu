// C = A * B on tensor cores: halves in, floats out, square matrices of N x N, row after row. A block has WARPS_M x WARPS_N
// warps, each of which computes FRAGMENTS_M x FRAGMENTS_N tiles of 16 x 16.
#include <cuda_fp16.h>
#include <cuda_runtime.h>
#include <mma.h>

#include "joulegate.h"

using namespace nvcuda;

__global__ void matmul(int n, const half* a, const half* b, float* c) {
  const int warp = threadIdx.x / 32;
  const int row = (blockIdx.y * WARPS_M + warp / WARPS_N) * FRAGMENTS_M * 16;
  const int column = (blockIdx.x * WARPS_N + warp % WARPS_N) * FRAGMENTS_N * 16;
  wmma::fragment<wmma::accumulator, 16, 16, 16, float> sum[FRAGMENTS_M][FRAGMENTS_N];
  for (int i = 0; i < FRAGMENTS_M; i++)
    for (int j = 0; j < FRAGMENTS_N; j++) wmma::fill_fragment(sum[i][j], 0.0f);
  for (int k = 0; k < n; k += 16) {
    wmma::fragment<wmma::matrix_a, 16, 16, 16, half, wmma::row_major> left[FRAGMENTS_M];
    wmma::fragment<wmma::matrix_b, 16, 16, 16, half, wmma::row_major> right;
    for (int i = 0; i < FRAGMENTS_M; i++) wmma::load_matrix_sync(left[i], a + (row + i * 16) * n + k, n);
    for (int j = 0; j < FRAGMENTS_N; j++) {
      wmma::load_matrix_sync(right, b + k * n + column + j * 16, n);
      for (int i = 0; i < FRAGMENTS_M; i++) wmma::mma_sync(sum[i][j], left[i], right, sum[i][j]);
    }
  }
  for (int i = 0; i < FRAGMENTS_M; i++)
    for (int j = 0; j < FRAGMENTS_N; j++)
      wmma::store_matrix_sync(c + (row + i * 16) * n + column + j * 16, sum[i][j], n, wmma::mem_row_major);
}

int main(int argc, char** argv) {
  joulegate::Program program(argc, argv);
  int n = 0;
  half *a, *b;
  float* c;

  program.setUp([&] {
    n = program.integer("N");
    for (half** matrix : {&a, &b}) {
      const std::vector<float> numbers = joulegate::numbers(n * n, matrix == &a ? 1 : 2);
      const std::vector<half> halves(numbers.begin(), numbers.end());
      const size_t bytes = halves.size() * sizeof(half);
      joulegate::check(cudaMalloc(matrix, bytes), "memory");
      joulegate::check(cudaMemcpy(*matrix, halves.data(), bytes, cudaMemcpyHostToDevice), "upload");
    }
    const size_t bytes = n * n * sizeof(float);
    joulegate::check(cudaMalloc(&c, bytes), "memory");
    joulegate::cudaDevice(program);
    program.output("c", bytes, [&, bytes](void* to) {
      joulegate::check(cudaMemcpy(to, c, bytes, cudaMemcpyDeviceToHost), "download");
    });
  });
  return program.serve([&](int launches) {
    const dim3 blocks(n / (WARPS_N * FRAGMENTS_N * 16), n / (WARPS_M * FRAGMENTS_M * 16));
    return joulegate::cudaMs(launches, [&] { matmul<<<blocks, WARPS_M * WARPS_N * 32>>>(n, a, b, c); });
  });
}
