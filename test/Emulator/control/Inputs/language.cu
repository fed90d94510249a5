// What the language brings: virtual functions, recursion, switches, function
// pointers, values passed whole, printf, half arithmetic.
#include <cuda_bf16.h>
#include <cuda_fp16.h>
#include <stdint.h>
#include <stdio.h>

struct Shape {
  __device__ virtual int area() const = 0;
  __device__ virtual int scaled(int f) const { return area() * f; }
};
struct Square : Shape {
  int a;
  __device__ Square(int a) : a(a) {}
  __device__ int area() const override { return a * a; }
};
struct Box : Shape {
  int a, b;
  __device__ Box(int a, int b) : a(a), b(b) {}
  __device__ int area() const override { return a * b; }
  __device__ int scaled(int f) const override { return a * b * f + 1; }
};
extern "C" __global__ void virtuals(int *out, const int *which) {
  int t = blockIdx.x * blockDim.x + threadIdx.x;
  Square s(t);
  Box b(t, 3);
  const Shape *p = which[t] % 2 ? (const Shape *)&s : &b;
  int sum = 0;
  for (int i = 0; i <= which[t] % 5; i++) {
    sum += p->scaled(i + 1);
    if (which[t] % 7 == i)
      p = p == &s ? (const Shape *)&b : &s;
  }
  out[t] = sum + p->area() * 1000;
}

__device__ __noinline__ int fib(int n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }
__device__ __noinline__ void quicksort(int *a, int low, int high) {
  if (low >= high)
    return;
  int pivot = a[(low + high) / 2], i = low, j = high;
  while (i <= j) {
    while (a[i] < pivot)
      i++;
    while (a[j] > pivot)
      j--;
    if (i <= j) {
      int x = a[i];
      a[i++] = a[j];
      a[j--] = x;
    }
  }
  quicksort(a, low, j);
  quicksort(a, i, high);
}
extern "C" __global__ void recursion(int *out, int n) {
  int t = blockIdx.x * blockDim.x + threadIdx.x;
  int a[24];
  for (int i = 0; i < 24; i++)
    a[i] = out[t * 24 + i];
  quicksort(a, 0, n);
  for (int i = 0; i < 24; i++)
    out[t * 24 + i] = a[i];
  if (t % 3 == 0)
    out[t * 24] += fib(t % 13);
}

struct Small {
  char c;
  short s;
};
struct Large {
  double d[3];
  Small s[2];
  int n;
};
__device__ __noinline__ Large change(Large x, Small y, int k) {
  x.d[k % 3] += y.s;
  x.s[k & 1] = y;
  x.n -= y.c;
  return x;
}
typedef int (*Operation)(int, int);
__device__ int plus(int a, int b) { return a + b; }
__device__ int minus(int a, int b) { return a - b; }
__device__ int times(int a, int b) { return a * b; }
__device__ Operation operations[3] = {plus, minus, times};
extern "C" __global__ void values(double *out, Large init, const int *op) {
  int t = threadIdx.x;
  Large x = init;
  Small y = {(char)t, (short)(t * 100)};
  for (int i = 0; i < t % 4 + 1; i++)
    x = change(x, y, t + i);
  int r = operations[op[t] % 3](t, x.n);
  out[t] = x.d[0] + 2 * x.d[1] + 4 * x.d[2] + x.s[0].c + x.s[0].s + 3 * x.s[1].c + 5 * x.s[1].s + x.n * 0.5 + r;
}

extern "C" __global__ void switches(int *out, const int *in) {
  int t = blockIdx.x * blockDim.x + threadIdx.x, x = in[t], r = 0;
  for (int i = 0; i < 6; i++) {
    switch (x) {
    case 0: r += 1; x = 5; break;
    case 1: r ^= 0x55; x = 9; break;
    case 2: r = r * 3 + t; // on to the next
    case 3: r -= 7; x = 12; break;
    case 4: x = r & 15; continue;
    case 5: r = r << 1; x = t & 15; break;
    case 6: goto out;
    case 7: r += in[t] * 11; x = 3; break;
    case 8: r = ~r; x = 2; break;
    case 9: x = 13; break;
    case 10: r += __popc(r); x = 7; break;
    case 11: if (t & 1) { x = 0; break; } r += 100; x = 6; break;
    case 12: r = __brev(r) >> 8; x = 10; break;
    case 13: out[t] = r + 1000000; return;
    default: r += 5; x = (x * 7 + 3) & 15;
    }
  }
out:
  out[t] = r;
}

extern "C" __global__ void print(int n) {
  int t = threadIdx.x;
  if (t == 1) {
    printf("%d|%5d|%-5d|%05d|%+d|%u|%x|%X|%#x|%o\n", -n, n, n, n, n, 4000000000u, 48879, 48879, 255, 8);
    printf("%lld|%llu|%llx|%ld|%hd\n", -5000000000ll, 18446744073709551615ull, 0x123456789abcdefull, -7l, (short)-3);
    printf("%f|%.2f|%10.3f|%-10.1f|%e|%.3e|%g|%G|%a\n", 1.5, 2.345, -3.25, 4.04, 12345.678, 0.00012, 1e-10, 1e20, 1.0);
    printf("%c%c|%s|%10s|%-6s|%.2s|%%|%5c|\n", 'o', 'k', "text", "right", "left", "cut", 'x');
    printf("%*d|%-*d|\n", 6, 42, 4, 7);
    printf("nothing\n");
    printf("%d %f %d %lld %d %s %c\n", 1, 2.0f, 3, 4ll, 5, "six", '7');
  }
  if (t >= 30)
    printf("t%d of %d\n", t, (int)blockDim.x);
}

extern "C" __global__ void halves(const __half2 *a, const __half2 *b, __half2 *out, const __nv_bfloat162 *c, __nv_bfloat162 *bout) {
  int t = threadIdx.x;
  __half2 x = a[t], y = b[t];
  __half2 r = __hfma2(x, y, __hadd2(x, y));
  r = __hsub2(r, __hmul2(__low2half2(x), __high2half2(y)));
  r = __hmax2(r, __hneg2(y));
  if (__hbgt2(x, y))
    r = __lowhigh2highlow(r);
  out[t * 3] = r;
  out[t * 3 + 1] = __halves2half2(__hdiv(__low2half(x), __float2half(4.0f)), __int2half_rn(t - 5));
  out[t * 3 + 2] = __hgt2(x, y);
  __nv_bfloat162 u = c[t], v = __hfma2(u, u, __float2bfloat162_rn(0.5f));
  bout[t] = __hmin2(v, __floats2bfloat162_rn(100.0f, 3.0f));
}

extern "C" __global__ void bits(const unsigned *in, unsigned *out) {
  int t = blockIdx.x * blockDim.x + threadIdx.x;
  unsigned a = in[2 * t], b = in[2 * t + 1], *o = out + 16 * t;
  unsigned long long w = (unsigned long long)a << 32 | b;
  o[0] = __clz(a), o[1] = __ffs(b), o[2] = __popcll(w), o[3] = __brev(a), o[4] = __byte_perm(a, b, 0x5146);
  o[5] = __funnelshift_l(a, b, b & 31), o[6] = __funnelshift_rc(a, b, b & 63), o[7] = __dp4a((int)a, (int)b, 7);
  o[8] = __sad((int)a, (int)b, 1u), o[9] = __vadd4(a, b), o[10] = __umulhi(a, b), o[11] = (unsigned)(w / (b | 1)),
  o[12] = (unsigned)(w % (a | 1)), o[13] = (unsigned)((long long)w / (long long)((int)b | 1)), o[14] = __clzll(w >> (a & 63)),
  o[15] = __uhadd(a, b);
}

// Strings and bytes in local memory.
extern "C" __global__ void bytes(const char *in, char *out, int n) {
  int t = blockIdx.x * blockDim.x + threadIdx.x;
  char word[20];
  int len = 0;
  for (int i = t; i < n && in[i] != ' ' && len < 19; i++)
    word[len++] = in[i];
  word[len] = 0;
  for (int i = 0; i < len / 2; i++) {
    char c = word[i];
    word[i] = word[len - 1 - i];
    word[len - 1 - i] = c;
  }
  unsigned hash = 2166136261u;
  for (int i = 0; word[i]; i++)
    hash = (hash ^ (unsigned char)word[i]) * 16777619u;
  out[t] = len ? word[hash % len] : '-';
}
