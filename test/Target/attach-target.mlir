// Each module of kernels gets the chip and the PTX version.
// RUN: pit-opt %s --pit-attach-target | FileCheck %s --check-prefix=DEFAULT
// RUN: pit-opt %s --pit-attach-target="arch=sm_90 ptx-version=8.3" | FileCheck %s --check-prefix=GIVEN
// RUN: pit-opt %s --pit-attach-target=arch=sm_90a | FileCheck %s --check-prefix=NEWER

// DEFAULT: gpu.module @first [#nvvm.target<O = 3, chip = "sm_80", features = "+ptx78">]
// DEFAULT: gpu.module @second [#nvvm.target<O = 3, chip = "sm_80", features = "+ptx78">]
// GIVEN: gpu.module @first [#nvvm.target<O = 3, chip = "sm_90", features = "+ptx83">]
// NEWER: gpu.module @first [#nvvm.target<O = 3, chip = "sm_90a", features = "+ptx80">]
gpu.module @first {
}
gpu.module @second {
}
