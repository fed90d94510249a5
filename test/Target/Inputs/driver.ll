; Calls @f of host.mlir, which pit-to-llvm compiled, on device memory of its own.
declare ptr @mgpuStreamCreate()
declare void @mgpuStreamSynchronize(ptr)
declare void @mgpuStreamDestroy(ptr)
declare ptr @mgpuMemAlloc(i64, ptr, i1 zeroext)
declare void @mgpuMemFree(ptr, ptr)
declare void @mgpuMemcpy(ptr, ptr, i64, ptr)
declare i32 @printf(ptr, ...)
declare i64 @f_workspace_bytes()
declare void @f(ptr, ptr, ptr, ptr, ptr, ptr, ptr)

@x = constant [5 x float] [float 1.0, float -2.0, float 3.0, float -4.0, float 5.0]
@y = global [10 x float] zeroinitializer
@size = constant [22 x i8] c"workspace: %ld bytes\0A\00"
@item = constant [4 x i8] c"%g \00"

define i32 @main() {
entry:
  %stream = call ptr @mgpuStreamCreate()
  %bytes = call i64 @f_workspace_bytes()
  %0 = call i32 (ptr, ...) @printf(ptr @size, i64 %bytes)
  %workspace = call ptr @mgpuMemAlloc(i64 %bytes, ptr %stream, i1 false)
  %dx = call ptr @mgpuMemAlloc(i64 20, ptr %stream, i1 false)
  %dy = call ptr @mgpuMemAlloc(i64 40, ptr %stream, i1 false)
  %dz = getelementptr i8, ptr %dy, i64 32
  %second = call ptr @mgpuMemAlloc(i64 20, ptr %stream, i1 false)
  call void @mgpuMemcpy(ptr %dx, ptr @x, i64 20, ptr %stream)
  call void @f(ptr %dx, ptr %dz, ptr %dy, ptr %second, ptr %dz, ptr %workspace, ptr %stream)
  call void @mgpuMemcpy(ptr @y, ptr %dy, i64 20, ptr %stream)
  %rest = getelementptr float, ptr @y, i64 5
  call void @mgpuMemcpy(ptr %rest, ptr %second, i64 20, ptr %stream)
  call void @mgpuStreamSynchronize(ptr %stream)
  br label %loop

loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %place = getelementptr float, ptr @y, i64 %i
  %value = load float, ptr %place
  %wide = fpext float %value to double
  %1 = call i32 (ptr, ...) @printf(ptr @item, double %wide)
  %next = add i64 %i, 1
  %more = icmp slt i64 %next, 10
  br i1 %more, label %loop, label %end

end:
  call void @mgpuMemFree(ptr %workspace, ptr %stream)
  call void @mgpuMemFree(ptr %dx, ptr %stream)
  call void @mgpuMemFree(ptr %dy, ptr %stream)
  call void @mgpuMemFree(ptr %second, ptr %stream)
  call void @mgpuStreamDestroy(ptr %stream)
  ret i32 0
}
