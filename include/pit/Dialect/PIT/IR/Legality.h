//===- Legality.h - which micro-tiles of what may be sparse -----*- C++ -*-===//
//
// Which combiners allow any order, which operands may be left out where they
// are zero, and the rules that tie a micro-tile to its dense tile and to
// storage, shared by the verifier of pit.generic and by what chooses schedules.
// For
//
//   C[m, n] += At[k, m] * B[k, n], f16, PIT axis k, tile [64, 128, 32]
//
// micro-tile [1, 64] is legal: it is as long as the dense tile along m, and a
// live k brings 128 contiguous bytes of At and 256 of B. Micro-tile [1, 32] is
// not (one gathered row of B must serve all 64 rows of the dense tile); nor is
// [1, 64] with B stored as B[n, k], where a live k brings 2 bytes at a time.
//
//===----------------------------------------------------------------------===//

#ifndef PIT_DIALECT_PIT_IR_LEGALITY_H
#define PIT_DIALECT_PIT_IR_LEGALITY_H

#include "pit/Dialect/PIT/IR/PIT.h"

namespace mlir::pit {

/// Bytes that lie together in storage, at least, wherever an operand is
/// gathered or scattered: one sector of the memory of NVIDIA GPUs, the unit in
/// which it is read.
inline constexpr int64_t kMinContiguousBytes = 32;

/// A structured operation with one sparse input and a schedule for it.
struct SparseAccess {
  /// One indexing map per operand, inputs first, then the output.
  SmallVector<AffineMap> maps;
  /// The operands' element types, in the same order.
  SmallVector<Type> elementTypes;
  /// Number of the sparse input.
  int64_t sparse;
  /// The PIT axis, a loop dimension.
  int64_t axis;
  /// Extents per dimension of the sparse input; kDynamic is the whole
  /// dimension.
  SmallVector<int64_t> microTile;
  /// Extents per loop dimension.
  SmallVector<int64_t> tile;
  /// Whether the sparse input is packed (see #pit.permutation): it is read in
  /// order, not gathered.
  bool packed = false;

  /// For shaped `operands`, inputs first, then the output.
  static SparseAccess get(ArrayRef<AffineMap> maps, ValueRange operands,
                          int64_t sparse, int64_t axis,
                          ArrayRef<int64_t> microTile, ArrayRef<int64_t> tile);
};

/// Whether tensor cores multiply floats of this type with sums in f32 and 16 of
/// them along the reduction at once: f16 and bf16 (PTX ISA, mma.sync m16n8k16).
bool isTensorCoreFloat(Type type);

/// Whether pit.tile_mma multiplies elements of types `lhs` and `rhs` and adds
/// the products to one of type `acc`: floats of f16, bf16, f32 and f64 to f32
/// or f64, integers of 8 to 64 bits to i32 or i64, none of them narrower than
/// the inputs. It does not say at which speed.
bool hasProduct(Type lhs, Type rhs, Type acc);

/// Multiples that the extents of a dense tile must be of: along the rows and
/// the columns of the accumulator, and along the reduction.
struct ProductGranules {
  int64_t rows, columns, depth;
};

/// The granules of pit.tile_mma for inputs and an accumulator of these types:
/// those of mma.sync for f16 and bf16, 16 bytes for all others, which CUDA
/// cores multiply; none if it does not take them. With `isTF32` f32 inputs are
/// rounded to tf32, which mma.sync takes.
std::optional<ProductGranules> getProductGranules(Type lhs, Type rhs, Type acc,
                                                  bool isTF32 = false);

/// The type in which products of inputs of this type are added up: f32 for f16,
/// bf16 and f32, f64 for f64, i32 for i8, i16 and i32, i64 for i64; the type
/// itself for any other.
Type getAccumulatorType(Type input);

/// The type in which products of inputs of type `input` are added up for an
/// output of type `output`: the accumulator's type or a wider output's. Null if
/// there is no lowering: the output must have that type, or be f16 or bf16
/// where it is f32.
Type getSumType(Type input, Type output);

/// What `value` is converted from, past conversions to wider floats, which are
/// exact.
Value skipWidening(Value value);

/// Whether contributions may come in any order and grouping: float add, mul,
/// min and max (the usual reassociation), integer add, mul, min, max, and, or,
/// xor.
bool isReorderable(Operation *combiner);

/// Whether the combiner's identity is zero: add, or, xor, unsigned max.
bool hasZeroIdentity(Operation *combiner);

/// Whether `value` is proved to be zero, of either sign, wherever `argument` of
/// its block is: through products, sums of zeros, quotients of a zero and a
/// constant other than zero, functions that are zero at zero, conversions, and
/// `arith.select` of zeros or by a condition that the zero decides. An Inf or
/// NaN that other arguments hold, and overflow, do not count against a product;
/// a factor that may have a pole (a quotient, a logarithm, a root, a power)
/// does.
bool isZeroWith(Value value, BlockArgument argument);

/// How the two factors of a product are widened: integers by their sign, or as
/// having none. What needs no widening counts as signed.
struct ProductSigns {
  bool isUnsigned[2];
};

/// Matches `value` as the product of two values that are `x` and `y`, in any
/// order, each widened exactly or not at all (floats, or integers).
std::optional<ProductSigns> matchProduct(Value value, Value x, Value y);

/// Whether matchProduct matches.
bool isProduct(Value value, Value x, Value y);

/// Where loop dimension `dim` stands, bare, among the results of `map`.
std::optional<unsigned> findDim(AffineMap map, int64_t dim);

/// A dimension of the groups of an index: a loop dimension, and how far along
/// it one group reaches (kDynamic: the whole of it).
struct GroupDim {
  int64_t dim;
  int64_t extent;
};

/// The dimensions over which the groups of an index count, slowest first: those
/// of the sparse operand without the PIT axis, then what the paired operand
/// adds, whose maps have bare dimensions only; of a packed operand, the
/// output's dimensions that no input has.
SmallVector<GroupDim> getGroupDims(ArrayRef<AffineMap> maps,
                                   PermutationAttr permutation,
                                   ArrayRef<int64_t> tile);

/// The micro-tile of the paired operand (see #pit.permutation), one extent per
/// dimension of it.
SmallVector<int64_t> getPairedMicroTile(ArrayRef<AffineMap> maps,
                                        PermutationAttr permutation,
                                        ArrayRef<int64_t> tile);

/// Checks that the micro-tile has the sparse input's rank, that this input has
/// the PIT axis, and that along its other dimensions the micro-tile is as long
/// as the dense tile, a whole multiple of it, or the whole dimension.
LogicalResult verifyMicroTile(function_ref<InFlightDiagnostic()> emitError,
                              const SparseAccess &access);

/// Checks the transactions of a schedule whose micro-tile fits: each operand
/// that is read or written along the PIT axis has at least
/// kMinContiguousBytes contiguous bytes per micro-tile, counted on nominal
/// extents. An input with at most an eighth of the bytes that a step gathers
/// is exempt. The error names the operand and what would be legal.
LogicalResult verifyTransactions(function_ref<InFlightDiagnostic()> emitError,
                                 const SparseAccess &access);

} // namespace mlir::pit

#endif // PIT_DIALECT_PIT_IR_LEGALITY_H
