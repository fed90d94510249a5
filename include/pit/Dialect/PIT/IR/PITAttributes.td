//===- PITAttributes.td - attributes of the pit dialect ----*- tablegen -*-===//

#ifndef PIT_DIALECT_PIT_IR_PITATTRIBUTES_TD
#define PIT_DIALECT_PIT_IR_PITATTRIBUTES_TD

include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/BuiltinAttributeInterfaces.td"
include "mlir/IR/EnumAttr.td"
include "mlir/IR/TensorEncoding.td"
include "pit/Dialect/PIT/IR/PITDialect.td"

class PIT_Attr<string name, string attrMnemonic, list<Trait> traits = []>
    : AttrDef<PIT_Dialect, name, traits> {
  let mnemonic = attrMnemonic;
}

class PIT_I32Enum<string name, string summary, list<I32EnumAttrCase> cases>
    : I32EnumAttr<name, summary, cases> {
  let cppNamespace = "::mlir::pit";
  let genSpecializedAttr = 0;
}

def PIT_PermutationKind : PIT_I32Enum<"PermutationKind",
    "whether the PIT axis is a parallel or a reduction dimension",
    [I32EnumAttrCase<"parallel", 0>, I32EnumAttrCase<"reduction", 1>]>;

def PIT_IndexFormat : PIT_I32Enum<"IndexFormat",
    "storage of an index: padded lists of equal capacity, or lists back to back",
    [I32EnumAttrCase<"padded", 0>, I32EnumAttrCase<"compact", 1>]>;

def PIT_WriteMode : PIT_I32Enum<"WriteMode", "how a dense tile is scattered",
    [I32EnumAttrCase<"store", 0>, I32EnumAttrCase<"add", 1>]>;
def PIT_WriteModeAttr : EnumAttr<PIT_Dialect, PIT_WriteMode, "write_mode">;

def PIT_SparsityAttr : PIT_Attr<"Sparsity", "sparsity",
    [DeclareAttrInterfaceMethods<VerifiableTensorEncoding>]> {
  let summary = "states that a tensor is sparse at run time, with hints for the cost model";
  let description = [{
    An encoding of a ranked tensor. It says only that the tensor may hold many
    zeros; which micro-tiles are live is decided at run time from the values,
    so a wrong hint costs time and never changes a result.

    `granularity` gives, per dimension of the tensor, the extent of the blocks
    in which zeros come; `ratio` is the share of zero blocks, in [0, 1].

    ```mlir
    tensor<4096x4096xf16, #pit.sparsity<>>
    tensor<4096x4096xf16, #pit.sparsity<granularity = [1, 64], ratio = 0.95>>
    ```
  }];
  let parameters = (ins
    OptionalArrayRefParameter<"int64_t", "block extents per dimension; empty: not stated">:$granularity,
    OptionalParameter<"::mlir::FloatAttr", "share of zero blocks; null: not stated">:$ratio);
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
}

def PIT_ScheduleAttr : PIT_Attr<"Schedule", "schedule"> {
  let summary = "pins how a sparse (or dense) contraction is computed";
  let description = [{
    `axis` is the PIT axis, a loop dimension of the op. `micro_tile` has one
    extent per dimension of the sparse operand's own tensor; `?` is the whole
    dimension. `tile` is the dense tile: one extent per loop dimension. `dense`
    instead of `axis` and `micro_tile` asks for the dense kernel.

    Optional: `warps` per thread block, `stages` of the copy pipeline,
    `deterministic` (bitwise the same from run to run), `math` (`tf32`), `arch`.

    ```mlir
    #pit.schedule<axis = 2, micro_tile = [1, 64], tile = [64, 128, 32]>
    #pit.schedule<axis = 0, micro_tile = [1, ?], tile = [64, 128, 32], deterministic>
    #pit.schedule<dense, tile = [64, 128, 32], warps = 4, stages = 3>
    ```
  }];
  let parameters = (ins
    "bool":$dense,
    "int64_t":$axis,
    ArrayRefParameter<"int64_t", "micro-tile; kDynamic is the whole dimension">:$microTile,
    ArrayRefParameter<"int64_t", "dense tile, one extent per loop dimension">:$tile,
    "int64_t":$warps,
    "int64_t":$stages,
    "bool":$deterministic,
    "::mlir::StringAttr":$math,
    "::mlir::StringAttr":$arch);
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
}

def PIT_PermutationAttr : PIT_Attr<"Permutation", "permutation"> {
  let summary = "which loop dimension an index permutes";
  let description = [{
    `dim` is the permuted loop dimension (the PIT axis), `kind` says whether it
    is `parallel` or a `reduction`. `operand` is the number of the input whose
    live micro-tiles the index lists, and `micro_tile` their extents, one per
    dimension of that operand; `?` is the whole dimension.

    Groups count the operand's other dimensions, in its order. With `paired`,
    the number of a second sparse input that has `dim` too, a listed position is
    live in both: the groups then count the second's remaining dimensions as
    well, after those of the first. Its micro-tile is that of the first along
    the dimensions that they share, and the dense tile's along the others.

    With `packed` the operand holds the listed micro-tiles only, one after another
    along its first dimension, which is `dim`, in the order of an index of format
    `compact`: along `dim` it is read by position, the other operand by coordinate.
    Micro-tiles have extent 1 there. Groups count those dimensions of the output
    that no input has. So are block and compressed sparse row matrices computed
    with, for example `out[g, i, n] += data[p, i, x] * b[p, x, n]`.

    ```mlir
    #pit.permutation<dim = 2, kind = reduction, operand = 0, micro_tile = [1, 64]>
    #pit.permutation<dim = 2, kind = reduction, operand = 0, micro_tile = [1, 64], paired = 1>
    #pit.permutation<dim = 3, kind = reduction, operand = 0, micro_tile = [1, ?, ?], packed>
    ```
  }];
  let parameters = (ins
    "int64_t":$dim,
    EnumParameter<PIT_PermutationKind>:$kind,
    "int64_t":$operand,
    ArrayRefParameter<"int64_t">:$microTile,
    "::std::optional<int64_t>":$paired,
    "bool":$packed);
  let builders = [AttrBuilder<(ins "int64_t":$dim, "::mlir::pit::PermutationKind":$kind, "int64_t":$operand,
                                   "::llvm::ArrayRef<int64_t>":$microTile,
                                   CArg<"::std::optional<int64_t>", "::std::nullopt">:$paired), [{
    return $_get($_ctxt, dim, kind, operand, microTile, paired, /*packed=*/false);
  }]>];
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
}

#endif // PIT_DIALECT_PIT_IR_PITATTRIBUTES_TD
