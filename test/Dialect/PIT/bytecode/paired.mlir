// RUN: pit-opt %S/paired-v2.mlirbc > %t.old
// RUN: pit-opt %s > %t.new
// RUN: diff %t.old %t.new

func.func @attributes() attributes {
    a0 = #pit.permutation<dim = 2, kind = reduction, operand = 0, micro_tile = [1, 64], paired = 1>} {
  return
}
