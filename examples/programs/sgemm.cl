// C = A * B for square matrices of N x N floats, row after row. A work-group computes TILE_M x TILE_N of C; each of its
// ITEMS_M x ITEMS_N work-items has vectors of VECTOR floats, ITEMS_N vectors apart, in rows that are ITEMS_M apart.
#define CAT(a, b) a##b
#define JOIN(a, b) CAT(a, b)
#if VECTOR == 1
typedef float vector;
#define READ(at) (*(at))
#define WRITE(value, at) (*(at) = (value))
#else
typedef JOIN(float, VECTOR) vector;
#define READ(at) JOIN(vload, VECTOR)(0, at)
#define WRITE(value, at) JOIN(vstore, VECTOR)(value, 0, at)
#endif
#define ROWS (TILE_M / ITEMS_M)
#define VECTORS (TILE_N / ITEMS_N / VECTOR)

__kernel __attribute__((reqd_work_group_size(ITEMS_N, ITEMS_M, 1)))
void sgemm(__global const float* restrict a, __global const float* restrict b, __global float* restrict c) {
  const int row = get_group_id(1) * TILE_M + get_local_id(1);
  const int column = get_group_id(0) * TILE_N + get_local_id(0) * VECTOR;
#if SHARE_B
  __local float shared[TILE_K * TILE_N];
  const int me = get_local_id(1) * ITEMS_N + get_local_id(0);
#endif
  vector sum[ROWS][VECTORS];
  for (int r = 0; r < ROWS; r++)
    for (int v = 0; v < VECTORS; v++) sum[r][v] = (vector)(0.0f);
  for (int from = 0; from < N; from += TILE_K) {
#if SHARE_B
    for (int i = me; i < TILE_K * TILE_N; i += ITEMS_M * ITEMS_N)
      shared[i] = b[(from + i / TILE_N) * N + get_group_id(0) * TILE_N + i % TILE_N];
    barrier(CLK_LOCAL_MEM_FENCE);
#endif
#pragma unroll UNROLL
    for (int k = 0; k < TILE_K; k++) {
      vector right[VECTORS];
      for (int v = 0; v < VECTORS; v++) {
#if SHARE_B
        right[v] = READ(shared + k * TILE_N + (v * ITEMS_N + get_local_id(0)) * VECTOR);
#else
        right[v] = READ(b + (from + k) * N + column + v * ITEMS_N * VECTOR);
#endif
      }
      for (int r = 0; r < ROWS; r++) {
        const float left = a[(row + r * ITEMS_M) * N + from + k];
        for (int v = 0; v < VECTORS; v++) sum[r][v] += left * right[v];
      }
    }
#if SHARE_B
    barrier(CLK_LOCAL_MEM_FENCE);
#endif
  }
  for (int r = 0; r < ROWS; r++)
    for (int v = 0; v < VECTORS; v++) WRITE(sum[r][v], c + (row + r * ITEMS_M) * N + column + v * ITEMS_N * VECTOR);
}
