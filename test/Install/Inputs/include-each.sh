# include-each.sh ROOT COMPILER OPTION...: compiles every header below ROOT/pit
# by itself, with all warnings as errors. Prints how many there were.
cd "$1" || exit 1
shift
count=0
for header in $(find pit -name '*.h'); do
  echo "#include \"$header\"" | "$@" -std=c++20 -fsyntax-only -Wall -Wextra -Werror -x c++ -I . - || exit 1
  count=$((count + 1))
done
echo "$count headers"
