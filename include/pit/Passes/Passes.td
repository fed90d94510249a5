//===- Passes.td - all passes of the project ---------------*- tablegen -*-===//

#ifndef PIT_PASSES_PASSES_TD
#define PIT_PASSES_PASSES_TD

include "mlir/Pass/PassBase.td"

def PITAnalyzeAxesPass : Pass<"pit-analyze-axes", "::mlir::func::FuncOp"> {
  let summary = "Say which loop dimensions of linalg operations are PIT axes, and which operands may be sparse";
  let description = [{
    Changes nothing. For each linalg operation there are remarks of category
    `axes`: `pit-axes` for each loop dimension, whether it may be permuted, as
    what, or why not; `combiners` for each output, by what contributions are
    folded into it; `sparse-operands` for each input, whether it may be sparse,
    or why not.

    ```mlir
    // [Analysis] pit-axes .. d0 is a PIT axis: parallel
    // [Analysis] pit-axes .. d2 is no PIT axis: indexing map 0 reads it in 'd0 + d2', ..
    // [Analysis] combiners .. output 0 is combined by 'arith.addf', associative and commutative, with identity zero
    // [Analysis] sparse-operands .. operand 0 may be sparse
    ```
  }];
}

def ConvertLinalgToPITPass : Pass<"convert-linalg-to-pit", "::mlir::func::FuncOp"> {
  let summary = "Turn contractions with a sparse operand into pit operations on tensors";
  let description = [{
    Precondition: linalg operations on tensors. A tensor's type may carry
    `#pit.sparsity`, an operation `pit.schedule`.

    Postcondition: no encoding is left on any type, and no `pit.schedule`. A
    product-sum of f16 or bf16 over m, n and k with a sparse operand is `pit.detect`,
    `pit.compact` and `pit.generic`; one without is a `pit.generic` without an
    index; everything else stays linalg. Sums are f32; the epilogue adds the
    init and narrows to the output's type.

    A sparse operand is a hint where nothing is reduced (an activation, a cast):
    there it is dropped. Under a reduction it must be a factor of a product under
    a sum, else it is an error that names the combiner.

    `pit.schedule` pins PIT axis, micro-tile and dense tile, or the dense kernel.
    Without it the PIT axis is k; where A is contiguous along m the dense tile
    is 64x128x32, else 32x128x32; the micro-tile is as long as it along m, and
    along k 1, or 16 where A or B is contiguous along k (remark
    `default-schedule`). The dense kernel's default tile is 64x128x32.

    ```mlir
    // Before: #map = affine_map<(m, n, k) -> (k, m)>, ...
    %0 = linalg.matmul indexing_maps = [#map, #map1, #map2]
        ins(%at, %b : tensor<1024x512xf16, #pit.sparsity<>>, tensor<1024x512xf16>)
        outs(%c : tensor<512x512xf32>) -> tensor<512x512xf32>
    // After.
    %e = tensor.empty() : tensor<8x1024xi1>
    %bits = pit.detect {axis = 0, micro_tile = array<i64: 1, 64>}
        ins(%at : tensor<1024x512xf16>) outs(%e : tensor<8x1024xi1>) -> tensor<8x1024xi1>
    %index = pit.compact ins(%bits : tensor<8x1024xi1>) -> !pit.index<padded, 8x1024>
    %0 = pit.generic {..., permutation = #pit.permutation<dim = 2, kind = reduction, operand = 0, micro_tile = [1, 64]>}
        ins(%at, %b : ...) outs(%c : ...) index(%index : ...) combine {...} epilogue {...} -> tensor<512x512xf32>
    ```
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::pit::PITDialect", "::mlir::tensor::TensorDialect"];
}

def PITFuseEpiloguePass : Pass<"pit-fuse-epilogue", "::mlir::func::FuncOp"> {
  let summary = "Move elementwise operations on the result of a pit.generic into its epilogue";
  let description = [{
    What is computed from each element of a contraction's output alone (a bias, an
    activation, a scale, a residual, a cast) is computed where that element is in
    a register: one kernel less, and an output that is written once.

    Precondition: operations on tensors, as `convert-linalg-to-pit` leaves them.
    Postcondition: a linalg operation whose iterators are all parallel is part of
    the epilogue of the `pit.generic` that it reads if it alone uses that result,
    reads the same element as it writes, has a body of arith and math operations,
    and reads its other operands at distinct dimensions of the output, repeated
    along the others. What only repeats an operand (`linalg.broadcast`) is looked
    through; fills and constants of equal elements become constants. Chains are
    followed. Nothing is rounded less often than before: conversions stay. An init
    that is filled with a constant becomes a destination that nothing reads.

    Remarks of category `fuse-epilogue`: `fused-epilogue`, and `unfused-epilogue`
    with the reason where an elementwise operation stays.

    ```mlir
    %0 = pit.generic {...} ins(%a, %b : ...) outs(%zeros : tensor<512x256xf32>) combine {...} epilogue {
    ^bb0(%acc: f32, %old: f32):
      %2 = arith.addf %old, %acc : f32
      pit.yield %2 : f32
    } -> tensor<512x256xf32>
    %1 = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (j)>, affine_map<(i, j) -> (i, j)>],
        iterator_types = ["parallel", "parallel"]}
        ins(%0, %bias : tensor<512x256xf32>, tensor<256xf32>) outs(%e : tensor<512x256xf16>) {
    ^bb0(%x: f32, %y: f32, %out: f16):
      %2 = arith.addf %x, %y : f32
      %3 = arith.truncf %2 : f32 to f16
      linalg.yield %3 : f16
    } -> tensor<512x256xf16>
    ```

    where `%zeros` is a fill with zero, becomes

    ```mlir
    %1 = pit.generic {..., epilogue_maps = [affine_map<(d0, d1) -> (d1)>]}
        ins(%a, %b : ...) outs(%e : tensor<512x256xf16>) combine {...} epilogue ins(%bias : tensor<256xf32>) {
    ^bb0(%acc: f32, %old: f16, %y: f32):
      %2 = arith.addf %acc, %y : f32
      %3 = arith.truncf %2 : f32 to f16
      pit.yield %3 : f16
    } -> tensor<512x256xf16>
    ```
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::tensor::TensorDialect"];
}

def ConvertPITToLoopsPass : Pass<"convert-pit-to-loops"> {
  let summary = "turn pit operations on memrefs into plain loops, the reference";
  let description = [{
    Executes the semantics of an index as they are written down: `pit.detect` marks
    the live micro-tiles, `pit.compact` lists them in ascending order,
    `pit.generic` visits the listed micro-tiles and no others, accumulates in
    the combine region's type and applies the epilogue once to each element of
    the output, also to those that no micro-tile reaches. There is no
    schedule, no gathering and no parallelism: slow, and easy to read. The
    accumulators are allocated; buffer deallocation may free them.

    Precondition: pit operations are on memrefs, an index is made by a
    `pit.assemble_index` in the same function. Postcondition: none of
    these operations is left.

    ```mlir
    pit.compact ins(%bits : memref<8x16xi1>)
        outs(%counts, %coords : memref<8xi32>, memref<8x16xi32>)
    ```

    becomes

    ```mlir
    scf.for %g = %c0 to %c8 step %c1 {
      %n = scf.for %t = %c0 to %c16 step %c1 iter_args(%i = %c0) -> (index) {
        %live = memref.load %bits[%g, %t] : memref<8x16xi1>
        %next = scf.if %live -> (index) {
          ... // coords[g, i] = t
        }
        scf.yield %next : index
      }
      ... // counts[g] = n
    }
    ```
  }];
  let dependentDialects = ["::mlir::affine::AffineDialect", "::mlir::arith::ArithDialect",
                           "::mlir::memref::MemRefDialect", "::mlir::scf::SCFDialect"];
}

def PITPromoteToF64Pass : Pass<"pit-promote-to-f64", "::mlir::ModuleOp"> {
  let summary = "rewrite functions on tensors in double precision, the oracle of tests";
  let description = [{
    Every float becomes f64: arguments, results, values, constants, the regions
    of linalg operations. Conversions between floats vanish, and so do sparsity
    encodings, the casts to and from them, and `pit.schedule`. What is left is
    the dense meaning of the function without any rounding of its own.

    Precondition: functions with bodies, of builtin, func, linalg, arith, math,
    tensor, scf, affine, cf and bufferization operations; anything else, or bits
    of a float taken for an integer, is an error and nothing is changed.
    Postcondition: no float but f64, no encoding.

    ```mlir
    linalg.matmul {pit.schedule = #pit.schedule<...>}
        ins(%a, %b : tensor<4x4xf16, #pit.sparsity<>>, tensor<4x4xf16>) outs(%c : tensor<4x4xf32>) -> tensor<4x4xf32>
    ```

    becomes

    ```mlir
    linalg.matmul ins(%a, %b : tensor<4x4xf64>, tensor<4x4xf64>) outs(%c : tensor<4x4xf64>) -> tensor<4x4xf64>
    ```
  }];
}

def PITOrderLoopsPass : Pass<"pit-order-loops"> {
  let summary = "put the loop along contiguous memory innermost in linalg reductions";
  let description = [{
    For loops on a host. Of a linalg operation with reductions, the loop along
    which the fewest operands jump in memory becomes the innermost; a parallel one
    wins a tie, because it can be vectorized. Reductions keep their order, so
    results do not change in any bit. Reordered named operations become
    linalg.generic. There is no precondition.

    ```mlir
    linalg.matmul ins(%a, %b : memref<8x8xf64>, memref<8x8xf64>) outs(%c : memref<8x8xf64>)
    ```

    becomes a `linalg.generic` with loops (m, k, n) in place of (m, n, k).
  }];
  let dependentDialects = ["::mlir::linalg::LinalgDialect"];
}

def PITExpandCopiesPass : Pass<"pit-expand-copies"> {
  let summary = "turn copies from or to strided memrefs into linalg operations";
  let description = [{
    Upstream lowers such a `memref.copy` to a call of a runtime function; as a
    linalg operation it becomes loops. Copies of whole blocks of memory stay.
    There is no precondition.

    ```mlir
    memref.copy %a, %b : memref<4x4xf32, strided<[8, 1]>> to memref<4x4xf32>
    ```

    becomes a `linalg.generic` that yields its input.
  }];
  let dependentDialects = ["::mlir::linalg::LinalgDialect"];
}

//===----------------------------------------------------------------------===//
// From tensors to a launch plan
//===----------------------------------------------------------------------===//

def PITBufferizePass : Pass<"pit-bufferize", "::mlir::ModuleOp"> {
  let summary = "Bufferize functions for a launch plan";
  let description = [{
    Runs upstream's One-Shot Bufferize with the settings that a launch plan
    needs: memrefs of identity layout at function boundaries, and function
    arguments that are never written (a caller's init is copied).

    Precondition: no sparsity encodings are left. Postcondition: no tensors are
    left; the index of a `pit.compact` is put together from buffers by
    `pit.assemble_index`.

    ```mlir
    %idx = pit.compact ins(%bits : tensor<8x1024xi1>) -> !pit.index<padded, 8x1024>
    // becomes
    %counts = memref.alloc() : memref<8xi32>
    %coords = memref.alloc() : memref<8x1024xi32>
    pit.compact ins(%m : memref<8x1024xi1>) outs(%counts, %coords : memref<8xi32>, memref<8x1024xi32>)
    %idx = pit.assemble_index %counts, %coords : memref<8xi32>, memref<8x1024xi32> -> !pit.index<padded, 8x1024>
    ```
  }];
  let dependentDialects = ["::mlir::bufferization::BufferizationDialect", "::mlir::memref::MemRefDialect"];
}

def PITPlanLaunchesPass : Pass<"pit-plan-launches", "::mlir::ModuleOp"> {
  let summary = "Bring bufferized functions into plan form";
  let description = [{
    Results become arguments behind the others, marked `pit.output`: a buffer
    that the function allocated becomes the argument, anything else (an
    argument, a buffer that is returned twice) is copied at the end. A
    `pit.generic` whose init is such a copy reads the original and stores `into`
    the copy's place. All other
    allocations become pieces of one `pit.workspace`, at offsets that are
    multiples of 256 bytes. Deallocations are dropped, constants of equal
    elements become fills. Arguments and temporaries get names (`pit.name`):
    `arg0`, `out0`, `counts`, `coords`, `bits`, `tmp`; a name that the user has
    given to an argument or result is kept. Of a function that was written on
    memrefs, the arguments that it writes are its outputs; they come last.

    Dynamic sizes are `memref.dim` of arguments and arithmetic on them; so are the
    offsets of temporaries and the size of the workspace. What operations need
    sizes to agree on, and the sizes of outputs, become `pit.require`, unless
    that is seen at once.

    Precondition: bufferized functions. Postcondition: every
    function with a body is in plan form, which is checked: one block of
    arithmetic on sizes, one workspace and its views, casts that move no data,
    linalg and pit operations on memrefs, and copies. Anything else is an error
    at its location.

    ```mlir
    func.func @f(%x: memref<64xf32>) -> memref<64xf32> {
      %t = memref.alloc() : memref<64xf32>
      %r = memref.alloc() : memref<64xf32>
      linalg.exp ins(%x : memref<64xf32>) outs(%t : memref<64xf32>)
      linalg.abs ins(%t : memref<64xf32>) outs(%r : memref<64xf32>)
      return %r : memref<64xf32>
    }
    // becomes
    func.func @f(%x: memref<64xf32> {pit.name = "arg0"}, %r: memref<64xf32> {pit.name = "out0", pit.output}) {
      %c256 = arith.constant 256 : index
      %ws = pit.workspace %c256 : memref<?xi8>
      %c0 = arith.constant 0 : index
      %t = memref.view %ws[%c0][] {pit.name = "tmp"} : memref<?xi8> to memref<64xf32>
      linalg.exp ins(%x : memref<64xf32>) outs(%t : memref<64xf32>)
      linalg.abs ins(%t : memref<64xf32>) outs(%r : memref<64xf32>)
      return
    }
    ```
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::linalg::LinalgDialect", "::mlir::memref::MemRefDialect",
    "::mlir::pit::PITDialect"
  ];
}

def ConvertPITToGPUPass : Pass<"convert-pit-to-gpu", "::mlir::ModuleOp"> {
  let summary = "Turn the steps of launch plans into kernels and their launches";
  let description = [{
    Every `pit.detect`, `pit.compact`, `pit.generic` and linalg operation of a
    function in plan form becomes one or more kernels `<function>_<n>` in the
    `gpu.module` `<function>_kernels`, and a `pit.launch` each in its place.
    Copies stay. Kernels of `pit.generic` are at the tile level, the others
    below it.

    Precondition: functions in plan form (`pit-plan-launches`). Postcondition:
    their steps are launches and copies only.

    ```mlir
    linalg.exp ins(%x : memref<64xf32>) outs(%r : memref<64xf32>)
    // becomes
    pit.launch @f_kernels::@f_0 grid(%c1) args(%x, %r : memref<64xf32>, memref<64xf32>)
    ```
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::gpu::GPUDialect", "::mlir::LLVM::LLVMDialect",
    "::mlir::memref::MemRefDialect", "::mlir::NVVM::NVVMDialect", "::mlir::pit::PITDialect",
    "::mlir::scf::SCFDialect", "::mlir::vector::VectorDialect"
  ];
}

def PITFinalizePlanPass : Pass<"pit-finalize-plan", "::mlir::ModuleOp"> {
  let summary = "Write the block size and shared memory of kernels into their launches";
  let description = [{
    Precondition: functions in plan form whose steps are launches and copies,
    kernels without pit operations and with `known_block_size`, 1 along y and
    z; the attribute
    `pit.shared_bytes` of a kernel is its dynamic shared memory, 0 if there is
    none. Postcondition: every `pit.launch` has `block` and `shared_bytes`.

    ```mlir
    pit.launch @f_kernels::@f_0 grid(%grid) args(%x : memref<64xf32>)
    // becomes
    pit.launch @f_kernels::@f_0 grid(%grid) args(%x : memref<64xf32>) {block = 128 : i64, shared_bytes = 0 : i64}
    ```
  }];
}

def PITLowerMathPass : Pass<"pit-lower-math", "::mlir::gpu::GPUModuleOp"> {
  let summary = "lower math operations to instructions, without a library of device functions";
  let description = [{
    Upstream's conversion to NVVM calls libdevice, which comes with the CUDA
    toolkit: without one the PTX would refer to functions that nobody defines.
    This pass writes elementary functions out in arithmetic, so that every
    machine makes the same PTX and every device computes the same numbers; runs
    before `convert-gpu-to-nvvm`.

    Postcondition: no math operation is left, nor `arith.ceildivsi`,
    `arith.ceildivui`, `arith.floordivsi` or `arith.remf`. One without a lowering
    is an error that names it.

    f16 and bf16 are computed in f32. Largest errors for f32, in units in the
    last place of the result, subnormal results included:

    | operations | ulp |
    |---|---|
    | `absf`, `ceil`, `floor`, `trunc`, `round`, `roundeven`, `copysign`, `fma`, `sqrt` | 0.5 (exact) |
    | `exp`, `exp2`, `log`, `powf` | 1 |
    | `rsqrt`, `expm1`, `log2`, `log10`, `sin`, `cos` | 2 |
    | `log1p`, `sinh`, `cosh`, `tanh`, `erf`, `tan` | 4 |
    | `erfc` | 10 |

    `sin`, `cos` and `tan` are NaN for |x| > 2^30. On f64 there is no `powf`, `erf`,
    `erfc`, `sin`, `cos` and `tan`.

    ```mlir
    %1 = math.floor %0 : f32
    %2 = math.rsqrt %1 : f32
    ```

    becomes

    ```mlir
    %1 = llvm.call_intrinsic "llvm.floor"(%0) : (f32) -> f32
    %cst = arith.constant 1.000000e+00 : f32
    %2 = llvm.call_intrinsic "llvm.sqrt"(%1) : (f32) -> f32
    %3 = arith.divf %cst, %2 : f32
    ```
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::LLVM::LLVMDialect"];
}

//===----------------------------------------------------------------------===//
// PTX
//===----------------------------------------------------------------------===//

def PITAttachTargetPass : Pass<"pit-attach-target", "::mlir::ModuleOp"> {
  let summary = "State the chip and PTX version that kernels are compiled for";
  let description = [{
    Checks that the chip is known and the PTX version knows it, and sets the
    target of every `gpu.module`.

    ```mlir
    gpu.module @f_kernels {}
    // becomes
    gpu.module @f_kernels [#nvvm.target<O = 3, chip = "sm_80", features = "+ptx78">] {}
    ```
  }];
  let options = [
    Option<"arch", "arch", "std::string", /*default=*/"\"sm_80\"", "The chip, sm_80 to sm_90a">,
    Option<"ptxVersion", "ptx-version", "std::string", /*default=*/"\"\"",
           "The PTX version, such as 7.8; by default one that suits the chip">
  ];
  let dependentDialects = ["::mlir::NVVM::NVVMDialect"];
}

def ConvertPITPlanToLLVMPass : Pass<"convert-pit-plan-to-llvm", "::mlir::ModuleOp"> {
  let summary = "Turn launch plans into host code";
  let description = [{
    Each function in plan form becomes an `llvm.func` of the same name. Its
    arguments are bare pointers: to the function's inputs and outputs, in order,
    to the workspace, and the stream (`CUstream`) on which everything runs. It
    allocates nothing and waits for nothing. `<function>_workspace_bytes()`
    returns how large a workspace is needed. Kernels are launched, and memory
    copied, by the functions that upstream's host code calls
    (`mgpuLaunchKernel`, `mgpuMemcpy`; `libpit_mgpu` has them).

    Where arguments have dynamic sizes, both functions take them as `i64`, one
    for each `?` of the arguments in order: `<function>_workspace_bytes` nothing
    else, the function between its pointers and the workspace. They are checked
    before the first step, with arithmetic that does not wrap: sizes that the
    plan cannot run with (negative, not those that operations need to agree,
    grids too large) make `<function>_workspace_bytes` return -1, and the
    function, which then launches nothing, the `i32` 1 in place of 0.

    Precondition: complete plans (`pit-finalize-plan`), and kernels in a
    `gpu.binary` (`pit-serialize-kernels`). Postcondition: no `func.func` is left.

    ```mlir
    func.func @f(%x: memref<64xf32> {pit.name = "arg0"}, %y: memref<64xf32> {pit.name = "out0", pit.output}) {
      %c1 = arith.constant 1 : index
      pit.launch @f_kernels::@f_0 grid(%c1) args(%x, %y : memref<64xf32>, memref<64xf32>)
          {block = 64 : i64, shared_bytes = 0 : i64}
      return
    }
    // becomes
    llvm.func @f(%x: !llvm.ptr, %y: !llvm.ptr, %workspace: !llvm.ptr, %stream: !llvm.ptr) {
      ...
      gpu.launch_func <%stream : !llvm.ptr> @f_kernels::@f_0 blocks in (%1, %1, %1) threads in (%64, %1, %1) : i64
          dynamic_shared_memory_size %0 args(%x : !llvm.ptr, %y : !llvm.ptr)
      llvm.return
    }
    ```
  }];
  let dependentDialects = ["::mlir::gpu::GPUDialect", "::mlir::LLVM::LLVMDialect"];
}

def PITSerializeKernelsPass : Pass<"pit-serialize-kernels", "::mlir::ModuleOp"> {
  let summary = "Turn kernels in the llvm and nvvm dialects into PTX";
  let description = [{
    Replaces each `gpu.module` by a `gpu.binary` with its PTX. The PTX depends
    on nothing but the module: unlike upstream's `gpu-module-to-binary` this
    pass never looks for a CUDA toolkit.

    Precondition: modules of the llvm and nvvm dialects with one target
    (`pit-attach-target`). Postcondition: no `gpu.module` is left, and no PTX
    calls a function that it does not define; such a call is an error.

    ```mlir
    gpu.module @f_kernels [#nvvm.target<O = 3, chip = "sm_80", features = "+ptx78">] { ... }
    // becomes
    gpu.binary @f_kernels [#gpu.object<#nvvm.target<...>, assembly = "...">]
    ```
  }];
}

def PITScheduleSM80Pass : Pass<"pit-schedule-sm80", "::mlir::gpu::GPUFuncOp"> {
  let summary = "Pipeline a tile-level kernel with cp.async for sm_80 and its successors";
  let description = [{
    Precondition: a kernel at the tile level; loops that read tiles hold nothing
    but `pit.load_coords`, `pit.sread`, one `pit.wait`, `pit.tile_mma` and
    arithmetic, and carry nothing but accumulators that is used after them.

    Postcondition: the same operations, pipelined: every tile has its place in
    shared memory (`at`) and a slot, coordinates say which thread holds them
    (`by`), coordinates are fetched a stage before the copies that need them, and
    the kernel has `known_block_size` and `pit.shared_bytes`.

    The number of warps and stages comes from the kernel's `pit.kernel_schedule`;
    by default a warp has about 32x64 outputs, and there are 3 stages.

    ```mlir
    scf.for %p = %c0 to %live step %c32 iter_args(%acc = %zero) -> !pit.acc<64x128xf32> {
      %c = pit.load_coords ...        // stage 0
      %a, %ta = pit.sread ...         // stage 1
      %b, %tb = pit.sread ...         // stage 1
      pit.wait %ta, %tb               // stage 3
      %next = pit.tile_mma ...        // stage 3
      scf.yield %next : !pit.acc<64x128xf32>
    }
    ```
  }];
  let options = [Option<"arch", "arch", "std::string", "\"sm_80\"", "chip whose limits hold">];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::pit::PITDialect", "::mlir::scf::SCFDialect"];
}

def ConvertPITTileToNVGPUPass : Pass<"convert-pit-tile-to-nvgpu", "::mlir::gpu::GPUFuncOp"> {
  let summary = "Lower a scheduled tile-level kernel to the work of one thread";
  let description = [{
    Precondition: a kernel that `pit-schedule-sm80` has scheduled, or one
    without tiles; with at most one `pit.for_each_tile`, whose tiles are the
    blocks of the launch. Postcondition: no pit operation is left in it.

    `pit.sread` becomes cp.async of 16 bytes a thread into a swizzled tile (of 8
    or 4 bytes, or through registers, where the source's rows are not aligned),
    `pit.tile_mma` ldmatrix and mma.sync m16n8k16, `pit.wait` a wait for the
    step's copies and a barrier, `pit.swrite` a way through shared memory to
    accesses of 16 bytes, `pit.for_each_tile` the block's number.
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::memref::MemRefDialect", "::mlir::nvgpu::NVGPUDialect",
    "::mlir::NVVM::NVVMDialect", "::mlir::scf::SCFDialect", "::mlir::vector::VectorDialect"
  ];
}

def PITExternalizeSharedPass : Pass<"pit-externalize-shared", "::mlir::gpu::GPUModuleOp"> {
  let summary = "Make the shared arena of scheduled kernels dynamic shared memory";
  let description = [{
    Precondition: kernels in the LLVM dialect. The shared variable of a kernel
    with `pit.shared_bytes` becomes an external array without a size, which the
    launch provides; a static one could not be larger than 48 KiB.
  }];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect"];
}

#endif // PIT_PASSES_PASSES_TD
