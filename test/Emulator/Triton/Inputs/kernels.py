"""The kernels whose PTX lies beside this file, made with Triton 3.9.0:

    TRITON_DISABLE_LINE_INFO=1 python kernels.py

Needs no GPU. Each file's kernel is run with the number of warps (4) and the
dynamic shared memory that this script prints.
"""

import triton
import triton.language as tl
from triton.backends.compiler import GPUTarget
from triton.compiler import ASTSource


@triton.jit
def matmul(a, b, c, M, N, K, lda, ldb, ldc, BM: tl.constexpr, BN: tl.constexpr, BK: tl.constexpr):
    rm = tl.program_id(0) * BM + tl.arange(0, BM)
    rn = tl.program_id(1) * BN + tl.arange(0, BN)
    rk = tl.arange(0, BK)
    pa = a + rm[:, None] * lda + rk[None, :]
    pb = b + rk[:, None] * ldb + rn[None, :]
    acc = tl.zeros((BM, BN), dtype=tl.float32)
    for k in range(0, K, BK):
        x = tl.load(pa, mask=(rm[:, None] < M) & (rk[None, :] + k < K), other=0.0)
        y = tl.load(pb, mask=(rk[:, None] + k < K) & (rn[None, :] < N), other=0.0)
        acc = tl.dot(x, y, acc)
        pa += BK
        pb += BK * ldb
    tl.store(c + rm[:, None] * ldc + rn[None, :], acc, mask=(rm[:, None] < M) & (rn[None, :] < N))


@triton.jit
def softmax(x, y, n, stride, B: tl.constexpr):
    row = tl.program_id(0)
    i = tl.arange(0, B)
    v = tl.load(x + row * stride + i, mask=i < n, other=-float("inf"))
    e = tl.exp(v - tl.max(v, 0))
    tl.store(y + row * stride + i, e / tl.sum(e, 0), mask=i < n)


@triton.jit
def scan(x, y, n, B: tl.constexpr):
    i = tl.arange(0, B)
    tl.store(y + i, tl.cumsum(tl.load(x + i, mask=i < n, other=0), 0), mask=i < n)


@triton.jit
def hist(x, y, n, B: tl.constexpr):
    i = tl.program_id(0) * B + tl.arange(0, B)
    tl.atomic_add(y + tl.load(x + i, mask=i < n, other=0), 1, mask=i < n)


@triton.jit
def attn(q, k, v, o, N, scale, BM: tl.constexpr, BN: tl.constexpr, D: tl.constexpr):
    rm = tl.program_id(0) * BM + tl.arange(0, BM)
    d = tl.arange(0, D)
    tq = tl.load(q + rm[:, None] * D + d[None, :])
    m = tl.full((BM,), -float("inf"), tl.float32)
    l = tl.zeros((BM,), tl.float32)
    acc = tl.zeros((BM, D), tl.float32)
    for j in range(0, N, BN):
        rn = j + tl.arange(0, BN)
        tk = tl.load(k + rn[:, None] * D + d[None, :])
        tv = tl.load(v + rn[:, None] * D + d[None, :])
        s = tl.dot(tq, tl.trans(tk)) * scale
        new = tl.maximum(m, tl.max(s, 1))
        p = tl.exp(s - new[:, None])
        old = tl.exp(m - new)
        l = l * old + tl.sum(p, 1)
        acc = tl.dot(p.to(tl.float16), tv, acc * old[:, None])
        m = new
    tl.store(o + rm[:, None] * D + d[None, :], acc / l[:, None])


def make(name, kernel, sm=80, **arguments):
    types = {k: v for k, v in arguments.items() if isinstance(v, str)}
    constants = {k: v for k, v in arguments.items() if not isinstance(v, str)}
    source = ASTSource(kernel, {**types, **{k: "constexpr" for k in constants}}, constexprs=constants)
    compiled = triton.compile(source, target=GPUTarget("cuda", sm, 32), options={"num_warps": 4, "num_stages": 3})
    with open(f"{name}_sm{sm}.ptx", "w") as f:
        f.write(compiled.asm["ptx"])
    print(f"{name}_sm{sm}.ptx: {compiled.metadata.shared} bytes of dynamic shared memory")


if __name__ == "__main__":
    for t in ("fp16", "bf16"):
        make(f"matmul_{t}", matmul, a="*" + t, b="*" + t, c="*fp32", M="i32", N="i32", K="i32",
             lda="i32", ldb="i32", ldc="i32", BM=64, BN=64, BK=32)
    for sm in (80, 90):
        make("softmax", softmax, sm, x="*fp32", y="*fp32", n="i32", stride="i32", B=1024)
    make("scan", scan, x="*i32", y="*i32", n="i32", B=1024)
    make("hist", hist, x="*i32", y="*i32", n="i32", B=256)
    make("attn", attn, q="*fp16", k="*fp16", v="*fp16", o="*fp32", N="i32", scale="fp32", BM=64, BN=64, D=64)
