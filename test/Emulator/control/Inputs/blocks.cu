// Block-wide algorithms as they are taught: shared memory, barriers, atomics.
#include <stdint.h>

// Sum and maximum of a grid: shuffles, shared memory, and the block that finishes
// last adds up what the others left (threadfence).
__device__ unsigned finished;
__device__ float partial[64];
extern "C" __global__ void reduce(const float *x, float *sum, int *largest, int n) {
  __shared__ float warps[32];
  __shared__ bool last;
  float s = 0;
  int m = -2147483647 - 1;
  for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x) {
    s += x[i];
    m = max(m, (int)x[i]);
  }
  for (int o = 16; o; o >>= 1)
    s += __shfl_down_sync(0xffffffffu, s, o);
  atomicMax(largest, __reduce_max_sync(0xffffffffu, m));
  if (threadIdx.x % 32 == 0)
    warps[threadIdx.x / 32] = s;
  __syncthreads();
  if (threadIdx.x < 32) {
    s = threadIdx.x < blockDim.x / 32 ? warps[threadIdx.x] : 0;
    for (int o = 16; o; o >>= 1)
      s += __shfl_xor_sync(0xffffffffu, s, o);
  }
  if (threadIdx.x == 0) {
    __stcg(&partial[blockIdx.x], s);
    __threadfence();
    last = atomicInc(&finished, gridDim.x - 1) == gridDim.x - 1;
  }
  __syncthreads();
  if (last && threadIdx.x == 0) {
    __threadfence();
    float total = 0;
    for (unsigned i = 0; i < gridDim.x; i++)
      total += __ldcg(&partial[i]);
    *sum = total;
  }
}

// Inclusive scan of each block's part, work-efficient, in dynamic shared memory.
extern "C" __global__ void scan(const int *x, int *y, int n) {
  extern __shared__ int tree[];
  int base = blockIdx.x * 2 * blockDim.x, t = threadIdx.x;
  int a = base + 2 * t < n ? x[base + 2 * t] : 0, b = base + 2 * t + 1 < n ? x[base + 2 * t + 1] : 0;
  tree[2 * t] = a;
  tree[2 * t + 1] = b;
  int size = 2 * blockDim.x, offset = 1;
  for (int d = size >> 1; d > 0; d >>= 1, offset *= 2) {
    __syncthreads();
    if (t < d)
      tree[offset * (2 * t + 2) - 1] += tree[offset * (2 * t + 1) - 1];
  }
  if (t == 0)
    tree[size - 1] = 0;
  for (int d = 1; d < size; d *= 2) {
    offset >>= 1;
    __syncthreads();
    if (t < d) {
      int i = offset * (2 * t + 1) - 1, j = offset * (2 * t + 2) - 1, old = tree[i];
      tree[i] = tree[j];
      tree[j] += old;
    }
  }
  __syncthreads();
  if (base + 2 * t < n)
    y[base + 2 * t] = tree[2 * t] + a;
  if (base + 2 * t + 1 < n)
    y[base + 2 * t + 1] = tree[2 * t + 1] + b;
}

extern "C" __global__ void histogram(const unsigned char *x, unsigned *bins, int n) {
  __shared__ unsigned mine[256];
  for (int i = threadIdx.x; i < 256; i += blockDim.x)
    mine[i] = 0;
  __syncthreads();
  for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x)
    atomicAdd(&mine[x[i]], 1u);
  __syncthreads();
  for (int i = threadIdx.x; i < 256; i += blockDim.x)
    if (mine[i])
      atomicAdd(&bins[i], mine[i]);
}

// 32 x 32 tiles, one word of padding a row, blocks of 32 x 8.
extern "C" __global__ void transpose(const double *x, double *y, int rows, int columns) {
  __shared__ double tile[32][33];
  int c = blockIdx.x * 32 + threadIdx.x, r = blockIdx.y * 32 + threadIdx.y;
  for (int i = 0; i < 32; i += 8)
    if (c < columns && r + i < rows)
      tile[threadIdx.y + i][threadIdx.x] = x[(size_t)(r + i) * columns + c];
  __syncthreads();
  c = blockIdx.y * 32 + threadIdx.x;
  r = blockIdx.x * 32 + threadIdx.y;
  for (int i = 0; i < 32; i += 8)
    if (c < rows && r + i < columns)
      y[(size_t)(r + i) * rows + c] = tile[threadIdx.x][threadIdx.y + i];
}

// Sorts 2 * blockDim.x keys with their values.
extern "C" __global__ void bitonic(unsigned long long *keys, short *values) {
  extern __shared__ unsigned long long k[];
  short *v = (short *)(k + 2 * blockDim.x);
  int n = 2 * blockDim.x, base = blockIdx.x * n;
  for (int i = threadIdx.x; i < n; i += blockDim.x) {
    k[i] = keys[base + i];
    v[i] = values[base + i];
  }
  for (int size = 2; size <= n; size *= 2)
    for (int stride = size / 2; stride; stride /= 2) {
      __syncthreads();
      int i = 2 * threadIdx.x - (threadIdx.x & (stride - 1)), j = i + stride;
      bool up = (i & size) == 0;
      if ((k[i] > k[j]) == up) {
        unsigned long long a = k[i];
        k[i] = k[j];
        k[j] = a;
        short b = v[i];
        v[i] = v[j];
        v[j] = b;
      }
    }
  __syncthreads();
  for (int i = threadIdx.x; i < n; i += blockDim.x) {
    keys[base + i] = k[i];
    values[base + i] = v[i];
  }
}

// C = alpha A B + beta C, tiles of 64 x 64 x 16, 4 x 4 results a thread.
extern "C" __global__ void __launch_bounds__(256)
sgemm(const float *A, const float *B, float *C, int M, int N, int K, float alpha, float beta) {
  __shared__ __align__(16) float a[16][64 + 4], b[16][64];
  int tx = threadIdx.x % 16, ty = threadIdx.x / 16, m0 = blockIdx.y * 64, n0 = blockIdx.x * 64;
  float acc[4][4] = {};
  for (int k0 = 0; k0 < K; k0 += 16) {
    for (int i = threadIdx.x; i < 1024; i += 256) {
      int m = m0 + i / 16, k = k0 + i % 16;
      a[i % 16][i / 16] = m < M && k < K ? A[m * K + k] : 0;
      k = k0 + i / 64;
      int n = n0 + i % 64;
      b[i / 64][i % 64] = k < K && n < N ? B[k * N + n] : 0;
    }
    __syncthreads();
#pragma unroll
    for (int k = 0; k < 16; k++) {
      float4 u = *(const float4 *)&a[k][ty * 4], w = *(const float4 *)&b[k][tx * 4];
      float p[4] = {u.x, u.y, u.z, u.w}, q[4] = {w.x, w.y, w.z, w.w};
#pragma unroll
      for (int i = 0; i < 4; i++)
#pragma unroll
        for (int j = 0; j < 4; j++)
          acc[i][j] += p[i] * q[j];
    }
    __syncthreads();
  }
  for (int i = 0; i < 4; i++)
    for (int j = 0; j < 4; j++) {
      int m = m0 + ty * 4 + i, n = n0 + tx * 4 + j;
      if (m < M && n < N)
        C[m * N + n] = alpha * acc[i][j] + beta * C[m * N + n];
    }
}

// Split-K: each slice of blocks leaves its part; the block that arrives last at a
// tile adds the parts in order. The fences are thread 0's, or everybody's.
template <bool Everybody>
__device__ __forceinline__ void splitkTile(const float *A, const float *B, float *C, float *parts, unsigned *arrived,
                                           int M, int N, int K) {
  int n = blockIdx.x * 16 + threadIdx.x, m = blockIdx.y * 16 + threadIdx.y;
  int each = (K + gridDim.z - 1) / gridDim.z, k0 = blockIdx.z * each, k1 = min(K, k0 + each);
  float s = 0;
  for (int k = k0; k < k1; k++)
    s += A[m * K + k] * B[k * N + n];
  parts[(blockIdx.z * M + m) * N + n] = s;
  if (Everybody)
    __threadfence();
  __syncthreads();
  __shared__ unsigned before;
  if (threadIdx.x == 0 && threadIdx.y == 0) {
    if (!Everybody)
      __threadfence();
    before = atomicAdd(&arrived[blockIdx.y * gridDim.x + blockIdx.x], 1u);
    if (!Everybody)
      __threadfence();
  }
  __syncthreads();
  if (before + 1 != gridDim.z)
    return;
  if (Everybody)
    __threadfence();
  s = 0;
  for (unsigned z = 0; z < gridDim.z; z++)
    s += __ldcg(&parts[(z * M + m) * N + n]);
  C[m * N + n] = s;
}
extern "C" __global__ void splitk(const float *A, const float *B, float *C, float *parts, unsigned *arrived, int M,
                                  int N, int K) {
  splitkTile<false>(A, B, C, parts, arrived, M, N, K);
}
extern "C" __global__ void splitk_fences(const float *A, const float *B, float *C, float *parts, unsigned *arrived,
                                         int M, int N, int K) {
  splitkTile<true>(A, B, C, parts, arrived, M, N, K);
}

// Rows of a sparse matrix, one warp each; the lanes need not come together.
extern "C" __global__ void spmv(const int *start, const int *column, const float *value, const float *x, float *y,
                                int rows) {
  int row = (blockIdx.x * blockDim.x + threadIdx.x) / 32, lane = threadIdx.x % 32;
  if (row >= rows)
    return;
  float s = 0;
  for (int i = start[row] + lane; i < start[row + 1]; i += 32)
    s += value[i] * x[column[i]];
  __syncwarp();
  for (int o = 16; o; o >>= 1)
    s += __shfl_down_sync(0xffffffffu, s, o);
  if (lane == 0)
    y[row] = s;
}

// Stream compaction: the order within a block is kept, blocks come as they come.
extern "C" __global__ void compact(const int *x, int *y, unsigned *count, int n) {
  __shared__ unsigned offsets[33];
  int i = blockIdx.x * blockDim.x + threadIdx.x, lane = threadIdx.x % 32, warp = threadIdx.x / 32;
  bool keep = i < n && x[i] % 3 == 0;
  unsigned votes = __ballot_sync(0xffffffffu, keep);
  if (lane == 0)
    offsets[warp] = __popc(votes);
  __syncthreads();
  if (threadIdx.x == 0) {
    unsigned s = 0;
    for (unsigned w = 0; w < blockDim.x / 32; w++) {
      unsigned c = offsets[w];
      offsets[w] = s;
      s += c;
    }
    offsets[32] = atomicAdd(count, s);
  }
  __syncthreads();
  if (keep)
    y[offsets[32] + offsets[warp] + __popc(votes & ((1u << lane) - 1))] = x[i];
}
