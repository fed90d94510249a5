// A dialect of the user's own, with an operation on an index.
include "pit/Dialect/PIT/IR/PITTypes.td"

def User_Dialect : Dialect {
  let name = "user";
  let cppNamespace = "::user";
}

def User_CountOp : Op<User_Dialect, "count"> {
  let summary = "Count the entries of an index";
  let arguments = (ins PIT_IndexType:$index);
  let results = (outs Index:$count);
}
