# include-each.sh ROOT COMPILER OPTION...: compiles every header below ROOT/pit
# by itself. Warnings are errors, but for the one that generated code gives.
# Prints how many headers there were.
cd "$1" || exit 1
shift
count=0
for header in $(find pit -name '*.h'); do
  echo "#include \"$header\"" | "$@" -std=c++20 -fsyntax-only -Wall -Wextra -Wno-unused-parameter -Werror -x c++ -I . - || exit 1
  count=$((count + 1))
done
echo "$count headers"
