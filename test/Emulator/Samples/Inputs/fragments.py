"""Which element of a matrix each lane of a warp holds in which register, after
the PTX ISA, section "Warp-level matrix instructions: mma", and a matrix product
on top of it. Written for the tests alone: it shares nothing with the emulator."""
import numpy as np

LANES = np.arange(32)
G, T = LANES // 4, LANES % 4  # "groupID" and "threadID_in_group" of the ISA


def f16(words):
    return np.ascontiguousarray(words, np.uint32).view(np.float16).astype(np.float64)


def bf16(words):
    halves = np.ascontiguousarray(words, np.uint32).view(np.uint16).astype(np.uint32)
    return (halves << 16).view(np.float32).astype(np.float64)


def tf32(words):
    """The 13 low bits are ignored."""
    return (np.ascontiguousarray(words, np.uint32) & np.uint32(0xFFFFE000)).view(np.float32).astype(np.float64)


def s8(words):
    return np.ascontiguousarray(words, np.uint32).view(np.int8).astype(np.int64)


def u8(words):
    return np.ascontiguousarray(words, np.uint32).view(np.uint8).astype(np.int64)


def gather(values, positions, shape):
    """values[lane][i] goes to positions(i): (rows, columns) of the 32 lanes."""
    matrix = np.zeros(shape, values.dtype)
    hit = np.zeros(shape, int)
    for i in range(values.shape[1]):
        rows, columns = positions(i)
        matrix[rows, columns] = values[:, i]
        np.add.at(hit, (rows, columns), 1)
    assert (hit == 1).all(), "every element has one owner"
    return matrix


def per_word(k):
    """Elements of 32 bits in a 16 x 8 x k shape: 16-bit, 8-bit or 32-bit."""
    return {8: 2, 16: 2, 32: 4}[k]


def a_position(k, n):
    """Element i of lane of A (16 x k), n elements a register."""
    width = 4 * n  # columns that the registers of a row cover at once

    def position(i):
        reg, part = divmod(i, n)
        return G + 8 * (reg % 2), T * n + part + width * (reg // 2)
    return position


def b_position(k, n):
    width = 4 * n

    def position(i):
        reg, part = divmod(i, n)
        return T * n + part + width * reg, G
    return position


def c_position(i):
    return G + 8 * (i // 2), T * 2 + i % 2


def matrices(a, b, k, n):
    """A (16 x k) and B (k x 8) of operands [lane][element], n elements a register."""
    return gather(a, a_position(k, n), (16, k)), gather(b, b_position(k, n), (k, 8))


def scatter(matrix):
    """[lane][4] of a 16 x 8 matrix."""
    return np.stack([matrix[c_position(i)] for i in range(4)], axis=1)


def mma(a, b, c, k, n):
    """D of m16n8k<k>; c and the result are [lane][4]."""
    ma, mb = matrices(a, b, k, n)
    return scatter(ma @ mb + gather(np.asarray(c), c_position, (16, 8)))


def expand(a, nibble, k):
    """The 16 x k matrix of a sparse 16 x k/2 one, where every group of four keeps
    the two elements that the nibble of metadata names."""
    first, second = nibble & 3, nibble >> 2
    assert first < second
    full = np.zeros((16, k), a.dtype)
    full[:, first::4] = a[:, 0::2]
    full[:, second::4] = a[:, 1::2]
    return full


def mma_sp(a, b, c, nibble, k, n):
    """D of mma.sp m16n8k<k> with the same metadata in every group of four."""
    ma = expand(gather(a, a_position(k // 2, n), (16, k // 2)), nibble, k)
    mb = gather(b, b_position(k, n), (k, 8))
    return scatter(ma @ mb + gather(np.asarray(c), c_position, (16, 8)))


def mma_f64(a, b, c):
    """D of m8n8k4, [lane][2]."""
    ma, mb = np.zeros((8, 4)), np.zeros((4, 8))
    ma[G, T], mb[T, G] = a, b
    mc = np.zeros((8, 8))
    for i in range(2):
        mc[G, T * 2 + i] = c[:, i]
    d = ma @ mb + mc
    return np.stack([d[G, T * 2], d[G, T * 2 + 1]], axis=1)
