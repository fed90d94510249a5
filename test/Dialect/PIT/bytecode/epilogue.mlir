// RUN: pit-opt %S/epilogue-v2.mlirbc > %t.old
// RUN: pit-opt %s > %t.new
// RUN: diff %t.old %t.new

#a = affine_map<(m, n, k) -> (m, k)>
#b = affine_map<(m, n, k) -> (k, n)>
#c = affine_map<(m, n, k) -> (m, n)>

func.func @epilogue_inputs(%a: tensor<512x1024xf16>, %b: tensor<1024x256xf16>, %c: tensor<512x256xf16>, %bias: tensor<256xf32>, %residual: tensor<512x256xf16>, %scale: tensor<f32>) -> tensor<512x256xf16> {
  %r = pit.generic {indexing_maps = [#a, #b, #c], iterator_types = ["parallel", "parallel", "reduction"],
      epilogue_maps = [affine_map<(i, j) -> (j)>, affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> ()>],
      schedule = #pit.schedule<dense, tile = [64, 128, 32]>}
      ins(%a, %b : tensor<512x1024xf16>, tensor<1024x256xf16>) outs(%c : tensor<512x256xf16>) combine {
  ^bb0(%x: f16, %y: f16, %acc: f32):
    %0 = arith.extf %x : f16 to f32
    %1 = arith.extf %y : f16 to f32
    %2 = arith.mulf %0, %1 : f32
    %3 = arith.addf %acc, %2 : f32
    pit.yield %3 : f32
  } epilogue ins(%bias, %residual, %scale : tensor<256xf32>, tensor<512x256xf16>, tensor<f32>) {
  ^bb0(%acc: f32, %old: f16, %x: f32, %y: f16, %z: f32):
    %0 = arith.mulf %acc, %z : f32
    %1 = arith.addf %0, %x : f32
    %2 = arith.truncf %1 : f32 to f16
    %3 = arith.addf %2, %y : f16
    pit.yield %3 : f16
  } -> tensor<512x256xf16>
  return %r : tensor<512x256xf16>
}
