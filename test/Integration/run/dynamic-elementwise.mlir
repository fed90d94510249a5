// Linalg operations of dynamic sizes: rows that 16-byte accesses take and others, one and no element, transposes,
// broadcasts, reductions, also of nothing.

// DEFINE: %{run} = pit-run %s --check --checks=all
// RUN: %{run} --entry=add --arg random:shape=7x53 --arg random:shape=7x53
// RUN: %{run} --entry=add --arg random:shape=16x64 --arg random:shape=16x64
// RUN: %{run} --entry=add --arg random:shape=1x1 --arg random:shape=1x1
// RUN: %{run} --entry=add --arg random:shape=0x5 --arg random:shape=0x5
// RUN: %{run} --entry=bias --arg random:shape=7x53 --arg random:shape=53
// RUN: %{run} --entry=bias --arg random:shape=9x64 --arg random:shape=64
// RUN: %{run} --entry=bias --arg random:shape=5x0 --arg random:shape=0
// RUN: %{run} --entry=transpose --arg random:shape=12x33
// RUN: %{run} --entry=transpose --arg random:shape=33x12
// RUN: %{run} --entry=sum --arg random:shape=5x7x9 --arg random:shape=5
// RUN: %{run} --entry=sum --arg random:shape=5x0x9 --arg random:shape=5
// RUN: %{run} --entry=sum --arg random:shape=0x7x9 --arg random:shape=0
// RUN: %{run} --entry=broadcast --arg random:shape=24 --arg random:shape=5x24x8
// RUN: %{run} --entry=broadcast --arg random:shape=3 --arg random:shape=1x3x8
// RUN: %{run} --entry=softmax --arg random:shape=6x40
// RUN: %{run} --entry=softmax --arg random:shape=3x7
// RUN: %{run} --entry=fill --arg random:shape=6x41
// RUN: %{run} --entry=conv --arg random:shape=40 --arg random:shape=5 --arg random:shape=36

func.func @add(%a: tensor<?x?xf16>, %b: tensor<?x?xf16>) -> tensor<?x?xf16> {
  %0 = linalg.add ins(%a, %b : tensor<?x?xf16>, tensor<?x?xf16>) outs(%a : tensor<?x?xf16>) -> tensor<?x?xf16>
  return %0 : tensor<?x?xf16>
}

func.func @bias(%a: tensor<?x?xf32>, %b: tensor<?xf32>) -> tensor<?x?xf32> {
  %0 = linalg.generic {indexing_maps = [affine_map<(m, n) -> (m, n)>, affine_map<(m, n) -> (n)>, affine_map<(m, n) -> (m, n)>],
                       iterator_types = ["parallel", "parallel"]}
      ins(%a, %b : tensor<?x?xf32>, tensor<?xf32>) outs(%a : tensor<?x?xf32>) {
  ^bb0(%x: f32, %y: f32, %old: f32):
    %1 = arith.addf %x, %y : f32
    linalg.yield %1 : f32
  } -> tensor<?x?xf32>
  return %0 : tensor<?x?xf32>
}

func.func @transpose(%a: tensor<?x?xf32>) -> tensor<?x?xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %m = tensor.dim %a, %c0 : tensor<?x?xf32>
  %n = tensor.dim %a, %c1 : tensor<?x?xf32>
  %empty = tensor.empty(%n, %m) : tensor<?x?xf32>
  %0 = linalg.transpose ins(%a : tensor<?x?xf32>) outs(%empty : tensor<?x?xf32>) permutation = [1, 0]
  return %0 : tensor<?x?xf32>
}

func.func @sum(%a: tensor<?x?x?xf32>, %init: tensor<?xf32>) -> tensor<?xf32> {
  %0 = linalg.reduce { arith.addf } ins(%a : tensor<?x?x?xf32>) outs(%init : tensor<?xf32>) dimensions = [1, 2]
  return %0 : tensor<?xf32>
}

func.func @broadcast(%a: tensor<?xf32>, %init: tensor<?x?x8xf32>) -> tensor<?x?x8xf32> {
  %0 = linalg.broadcast ins(%a : tensor<?xf32>) outs(%init : tensor<?x?x8xf32>) dimensions = [0, 2]
  return %0 : tensor<?x?x8xf32>
}

func.func @softmax(%a: tensor<?x?xf32>) -> tensor<?x?xf32> {
  %c0 = arith.constant 0 : index
  %m = tensor.dim %a, %c0 : tensor<?x?xf32>
  %zero = arith.constant 0.0 : f32
  %least = arith.constant -3.0e+38 : f32
  %column = tensor.empty(%m) : tensor<?xf32>
  %lows = linalg.fill ins(%least : f32) outs(%column : tensor<?xf32>) -> tensor<?xf32>
  %max = linalg.reduce { arith.maximumf } ins(%a : tensor<?x?xf32>) outs(%lows : tensor<?xf32>) dimensions = [1]
  %exp = linalg.generic {indexing_maps = [affine_map<(m, n) -> (m, n)>, affine_map<(m, n) -> (m)>, affine_map<(m, n) -> (m, n)>],
                         iterator_types = ["parallel", "parallel"]}
      ins(%a, %max : tensor<?x?xf32>, tensor<?xf32>) outs(%a : tensor<?x?xf32>) {
  ^bb0(%x: f32, %y: f32, %old: f32):
    %1 = arith.subf %x, %y : f32
    %2 = math.exp %1 : f32
    linalg.yield %2 : f32
  } -> tensor<?x?xf32>
  %zeros = linalg.fill ins(%zero : f32) outs(%column : tensor<?xf32>) -> tensor<?xf32>
  %sum = linalg.reduce { arith.addf } ins(%exp : tensor<?x?xf32>) outs(%zeros : tensor<?xf32>) dimensions = [1]
  %0 = linalg.generic {indexing_maps = [affine_map<(m, n) -> (m, n)>, affine_map<(m, n) -> (m)>, affine_map<(m, n) -> (m, n)>],
                       iterator_types = ["parallel", "parallel"]}
      ins(%exp, %sum : tensor<?x?xf32>, tensor<?xf32>) outs(%a : tensor<?x?xf32>) {
  ^bb0(%x: f32, %y: f32, %old: f32):
    %1 = arith.divf %x, %y : f32
    linalg.yield %1 : f32
  } -> tensor<?x?xf32>
  return %0 : tensor<?x?xf32>
}

func.func @fill(%a: tensor<?x?xf16>) -> tensor<?x?xf16> {
  %c = arith.constant 2.5 : f16
  %0 = linalg.fill ins(%c : f16) outs(%a : tensor<?x?xf16>) -> tensor<?x?xf16>
  return %0 : tensor<?x?xf16>
}

func.func @conv(%a: tensor<?xf32>, %k: tensor<?xf32>, %init: tensor<?xf32>) -> tensor<?xf32> {
  %0 = linalg.conv_1d ins(%a, %k : tensor<?xf32>, tensor<?xf32>) outs(%init : tensor<?xf32>) -> tensor<?xf32>
  return %0 : tensor<?xf32>
}
