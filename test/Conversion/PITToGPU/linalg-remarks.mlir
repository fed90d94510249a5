// RUN: pit-opt %s --pit-plan-launches --convert-pit-to-gpu --remarks-filter=linalg-to-gpu --remark-policy=all 2>&1 >%t | FileCheck %s

// CHECK: [[#@LINE+2]]:3: remark: [Missed] scalar-loop | Category:linalg-to-gpu | Function=matmul{{.*}}'linalg.matmul' runs on scalar code: each of 777 threads loops over 19 points{{.*}}f16 and bf16 inputs run on tensor cores
func.func @matmul(%a: memref<37x19xf32>, %b: memref<19x21xf32>, %o: memref<37x21xf32>) {
  linalg.matmul ins(%a, %b : memref<37x19xf32>, memref<19x21xf32>) outs(%o : memref<37x21xf32>)
  return
}

// CHECK: remark: [Missed] scalar-loop | Category:linalg-to-gpu | Function=sum{{.*}}'linalg.reduce' runs on scalar code: each of 1 threads loops over 703 points{{.*}}reduce in two steps where there are few outputs
func.func @sum(%a: memref<37x19xf32>, %o: memref<f32>) {
  linalg.reduce { arith.addf } ins(%a : memref<37x19xf32>) outs(%o : memref<f32>) dimensions = [0, 1]
  return
}

// CHECK-NOT: remark
func.func @copy(%a: memref<37x19xf32>, %o: memref<37x19xf32>) {
  linalg.copy ins(%a : memref<37x19xf32>) outs(%o : memref<37x19xf32>)
  return
}
