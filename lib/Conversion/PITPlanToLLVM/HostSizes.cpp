//===- HostSizes.cpp - sizes of a plan in host code -----------------------===//

#include "HostSizes.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"

using namespace mlir;
using namespace mlir::pit;

/// Calls `action` for each dynamic size of the arguments, in order.
static void forEachSize(func::FuncOp function,
                        function_ref<void(BlockArgument, int64_t)> action) {
  for (BlockArgument argument : function.getArguments())
    if (auto type = dyn_cast<MemRefType>(argument.getType()))
      for (int64_t dim = 0; dim < type.getRank(); ++dim)
        if (type.isDynamicDim(dim))
          action(argument, dim);
}

size_t HostSizes::count(func::FuncOp function) {
  size_t number = 0;
  forEachSize(function, [&](BlockArgument, int64_t) { ++number; });
  return number;
}

HostSizes::HostSizes(func::FuncOp function, OpBuilder &builder,
                     ValueRange values)
    : function(function), builder(builder) {
  size_t next = 0;
  forEachSize(function, [&](BlockArgument argument, int64_t dim) {
    sizes[{argument.getArgNumber(), dim}] = values[next++];
  });
  findSymbol = [](BlockArgument argument, int64_t dim) {
    return std::optional("a" + std::to_string(argument.getArgNumber()) + "d" +
                         std::to_string(dim));
  };
}

Value HostSizes::isAccepted() {
  if (!accepted)
    accepted = LLVM::ConstantOp::create(builder, function.getLoc(),
                                        builder.getI1Type(), 1);
  return accepted;
}

Value HostSizes::constant(Location loc, int64_t value) {
  return LLVM::ConstantOp::create(builder, loc, builder.getI64Type(), value);
}

void HostSizes::require(Location loc, Value condition) {
  accepted = accepted ? LLVM::AndOp::create(builder, loc, accepted, condition)
                      : condition;
}

namespace mlir::pit {
/// Emits a text that the plan's writer made: it is well-formed.
class HostExpression {
public:
  HostExpression(HostSizes &sizes, Location loc, StringRef text)
      : sizes(sizes), builder(sizes.builder), loc(loc), text(text) {}
  Value sum();

private:
  Value product();
  Value unary();
  Value call(StringRef name);
  bool consume(char c) {
    text = text.ltrim();
    return text.consume_front(StringRef(&c, 1));
  }
  template <typename Op> Value checked(Value a, Value b) {
    Type pair = LLVM::LLVMStructType::getLiteral(
        builder.getContext(), {builder.getI64Type(), builder.getI1Type()});
    Value both = Op::create(builder, loc, pair, a, b);
    Value overflow = LLVM::ExtractValueOp::create(builder, loc, both, 1);
    Value no = LLVM::ConstantOp::create(builder, loc, builder.getI1Type(), 0);
    sizes.require(loc,
                  LLVM::ICmpOp::create(builder, loc, LLVM::ICmpPredicate::eq,
                                       overflow, no));
    return LLVM::ExtractValueOp::create(builder, loc, both, 0);
  }

  HostSizes &sizes;
  OpBuilder &builder;
  Location loc;
  StringRef text;
};
} // namespace mlir::pit

Value HostExpression::sum() {
  Value value = product();
  while (true) {
    if (consume('+'))
      value = checked<LLVM::SAddWithOverflowOp>(value, product());
    else if (consume('-'))
      value = checked<LLVM::SSubWithOverflowOp>(value, product());
    else
      return value;
  }
}

Value HostExpression::product() {
  Value value = unary();
  while (consume('*'))
    value = checked<LLVM::SMulWithOverflowOp>(value, unary());
  return value;
}

Value HostExpression::unary() {
  if (consume('(')) {
    Value value = sum();
    consume(')');
    return value;
  }
  bool isNegative = consume('-');
  text = text.ltrim();
  StringRef word = text.take_while([](char c) { return llvm::isAlnum(c); });
  text = text.drop_front(word.size());
  if (llvm::isDigit(word.front())) {
    // The smallest number has no positive counterpart.
    uint64_t number = 0;
    (void)word.getAsInteger(10, number);
    return sizes.constant(loc,
                          static_cast<int64_t>(isNegative ? -number : number));
  }
  Value value = consume('(') ? call(word) : Value();
  if (!value) {
    unsigned argument = 0;
    int64_t dim = 0;
    word = word.drop_front(); // a<argument>d<dim>
    (void)word.consumeInteger(10, argument);
    (void)word.drop_front().getAsInteger(10, dim);
    value = sizes.sizes.lookup({argument, dim});
  }
  return isNegative
             ? checked<LLVM::SSubWithOverflowOp>(sizes.constant(loc, 0), value)
             : value;
}

Value HostExpression::call(StringRef name) {
  Value a = sum();
  consume(',');
  Value b = sum();
  consume(')');
  if (name == "min")
    return LLVM::SMinOp::create(builder, loc, a, b);
  if (name == "max")
    return LLVM::SMaxOp::create(builder, loc, a, b);
  Value zero = sizes.constant(loc, 0), one = sizes.constant(loc, 1);
  auto compare = [&](LLVM::ICmpPredicate predicate, Value x, Value y) -> Value {
    return LLVM::ICmpOp::create(builder, loc, predicate, x, y);
  };
  Value isDivisor = compare(LLVM::ICmpPredicate::sge, b, one);
  sizes.require(loc, isDivisor);
  Value divisor = LLVM::SelectOp::create(builder, loc, isDivisor, b, one);
  Value quotient = LLVM::SDivOp::create(builder, loc, a, divisor);
  Value rest = LLVM::SRemOp::create(builder, loc, a, divisor);
  // Quotients are truncated, so one of both ways of rounding is a step off.
  bool isCeil = name == "ceildiv";
  Value isOff = compare(
      isCeil ? LLVM::ICmpPredicate::sgt : LLVM::ICmpPredicate::slt, rest, zero);
  Value step = LLVM::ZExtOp::create(builder, loc, builder.getI64Type(), isOff);
  return isCeil ? LLVM::AddOp::create(builder, loc, quotient, step).getResult()
                : LLVM::SubOp::create(builder, loc, quotient, step).getResult();
}

FailureOr<Value> HostSizes::emit(Location loc, FailureOr<std::string> text) {
  if (failed(text))
    return failure();
  return HostExpression(*this, loc, *text).sum();
}

FailureOr<Value> HostSizes::get(Value value) {
  return emit(value.getLoc(), writePlanExpression(value, getSymbols()));
}

FailureOr<std::optional<int64_t>> HostSizes::getConstant(Value value) {
  FailureOr<std::string> text = writePlanExpression(value, getSymbols());
  if (failed(text))
    return failure();
  int64_t number;
  return StringRef(*text).getAsInteger(10, number) ? std::optional<int64_t>()
                                                   : std::optional(number);
}

FailureOr<Value> HostSizes::getBytes(Value memref) {
  return emit(memref.getLoc(), writePlanByteSize(memref, getSymbols()));
}

void HostSizes::requireRange(Value value, int64_t low, int64_t high) {
  Location loc = value.getLoc();
  require(loc, LLVM::ICmpOp::create(builder, loc, LLVM::ICmpPredicate::sge,
                                    value, constant(loc, low)));
  if (high != std::numeric_limits<int64_t>::max())
    require(loc, LLVM::ICmpOp::create(builder, loc, LLVM::ICmpPredicate::sle,
                                      value, constant(loc, high)));
}

LogicalResult HostSizes::requireAll() {
  constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
  bool ok = true;
  forEachSize(function, [&](BlockArgument argument, int64_t dim) {
    Value size = sizes[{argument.getArgNumber(), dim}];
    requireRange(size, 0, kMax);
    if (Value definition = getSizeDefinition(argument, dim)) {
      FailureOr<Value> expected = get(definition);
      ok &= succeeded(expected);
      if (ok)
        require(argument.getLoc(),
                LLVM::ICmpOp::create(builder, argument.getLoc(),
                                     LLVM::ICmpPredicate::eq, size, *expected));
    }
  });
  Block &block = function.getBody().front();
  for (auto op : block.getOps<RequireOp>()) {
    FailureOr<Value> size = get(op.getSize()), expected = get(op.getExpected());
    if (!ok || failed(size) || failed(expected))
      return failure();
    require(op.getLoc(),
            LLVM::ICmpOp::create(builder, op.getLoc(),
                                 op.getAtLeast() ? LLVM::ICmpPredicate::sge
                                                 : LLVM::ICmpPredicate::eq,
                                 *size, *expected));
  }
  // Temporaries lie behind each other as long as none has a negative size.
  for (auto view : block.getOps<memref::ViewOp>())
    for (Value extent : view.getSizes()) {
      FailureOr<Value> size = get(extent);
      if (failed(size))
        return failure();
      requireRange(*size, 0, kMax);
    }
  return success(ok);
}
