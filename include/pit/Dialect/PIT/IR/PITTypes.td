//===- PITTypes.td - types of the pit dialect --------------*- tablegen -*-===//

#ifndef PIT_DIALECT_PIT_IR_PITTYPES_TD
#define PIT_DIALECT_PIT_IR_PITTYPES_TD

include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/BuiltinTypeInterfaces.td"
include "pit/Dialect/PIT/IR/PITAttributes.td"

class PIT_Type<string name, string typeMnemonic, list<Trait> traits = []>
    : TypeDef<PIT_Dialect, name, traits> {
  let mnemonic = typeMnemonic;
}

def PIT_IndexType : PIT_Type<"Index", "index"> {
  let summary = "per group, how many micro-tiles are live and where";
  let description = [{
    `padded`: `counts[G]` and `coords[G, capacity]`; `coords[g, 0:counts[g]]`
    holds each live micro-tile coordinate of group g exactly once, in ascending
    order if it is deterministic, else in any. `compact`: `offsets[G + 1]` and
    `coords[bound]`. Counts and coordinates are i32, offsets i64.

    `groups` times `capacity` is the grid of micro-tiles of the operand.

    ```mlir
    !pit.index<padded, 64x4096>
    !pit.index<padded, ?x?>
    ```
  }];
  let parameters = (ins
    EnumParameter<PIT_IndexFormat>:$format,
    "int64_t":$groups,
    "int64_t":$capacity);
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
}

def PIT_TileType : PIT_Type<"Tile", "tile"> {
  let summary = "a dense tile that a thread block holds";
  let description = [{
    One extent per dimension of the memref it is read from, in storage order, at
    most 65536. A schedule adds `at`, the byte offset in the shared arena of the tile's slots.

    ```mlir
    !pit.tile<32x64xf16>
    !pit.tile<32x128xf16, at = 12288>
    ```
  }];
  let parameters = (ins ArrayRefParameter<"int64_t">:$shape, "::mlir::Type":$elementType,
                        "::std::optional<int64_t>":$at);
  let builders = [TypeBuilder<(ins "::llvm::ArrayRef<int64_t>":$shape, "::mlir::Type":$elementType), [{
    return $_get($_ctxt, shape, elementType, std::nullopt);
  }]>];
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
}

def PIT_AccType : PIT_Type<"Acc", "acc"> {
  let summary = "an accumulator tile, distributed over the registers of a thread block";
  let description = [{
    A schedule decides who holds what. Without `by`, warps hold m16n8 fragments of
    `mma.sync`. With `by = [lanes m, lanes n, warps m, warps n, run m, run n]` threads
    hold runs of neighbours: of `warps * lanes` threads along a dimension, thread t
    holds the elements `(t + j * warps * lanes) * run + i` with i in [0, run), for
    every j that lies in the tile. `lanes m * lanes n` is 32; lanes along n are
    neighbours, and so are warps.

    ```mlir
    !pit.acc<64x128xf32>
    !pit.acc<64x128xf32, by = [4, 8, 2, 2, 4, 4]>
    ```
  }];
  let parameters = (ins ArrayRefParameter<"int64_t">:$shape, "::mlir::Type":$elementType,
                        OptionalArrayRefParameter<"int64_t">:$by);
  let builders = [TypeBuilder<(ins "::llvm::ArrayRef<int64_t>":$shape, "::mlir::Type":$elementType), [{
    return $_get($_ctxt, shape, elementType, ::llvm::ArrayRef<int64_t>());
  }]>];
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
}

def PIT_CoordsType : PIT_Type<"Coords", "coords"> {
  let summary = "where the positions of one tile step lie along the PIT axis";
  let description = [{
    `positions` consecutive positions along the permuted axis; `micro` of them
    make a micro-tile. A position at or past the live ones is marked as being
    out of bounds, which an SRead fills with zero and an SWrite skips.

    A schedule adds `by`, which positions a thread holds: with
    `[div, mod, mul, step, count]` thread t holds, for j in [0, count), position
    `((t / div) % mod) * mul + j * step`. With a `mul` of 0 these are the same in all
    threads, the places where micro-tiles begin, and the positions that follow in
    a micro-tile are counted from there; that needs live positions that are
    whole micro-tiles. Where micro-tiles end within what
    a thread copies at once, `[div, mod, mul, step, count, width, pieces]` adds, for i
    in [0, pieces), `i * width` to each.

    ```mlir
    !pit.coords<32, micro = 1>
    !pit.coords<32, micro = 1, by = [8, 16, 1, 16, 2]>
    ```
  }];
  let parameters = (ins "int64_t":$positions, "int64_t":$micro, OptionalArrayRefParameter<"int64_t">:$by);
  let builders = [TypeBuilder<(ins "int64_t":$positions, "int64_t":$micro), [{
    return $_get($_ctxt, positions, micro, ::llvm::ArrayRef<int64_t>());
  }]>];
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    /// Positions that a thread holds for one that `count` counts.
    int64_t getPieces() const { return getBy().size() == 7 ? getBy()[6] : 1; }
    /// Values that a thread holds; `by` must be there.
    int64_t getNumHeld() const { return getBy()[4] * getPieces(); }
  }];
}

def PIT_TokenType : PIT_Type<"Token", "token"> {
  let summary = "an SRead in flight";
}

#endif // PIT_DIALECT_PIT_IR_PITTYPES_TD
