#!/bin/sh
# pit-opt with --verify-roundtrip, for its input and for what it prints. An
# output that goes to a file is only checked by whoever reads that.
output=$(mktemp) || exit 1
trap 'rm -f "$output"' EXIT
split=
for option in "$@"; do
  [ "$option" != --split-input-file ] || split=$option
done
pit-opt --verify-roundtrip "$@" >"$output"
status=$?
cat "$output"
# With --verify-diagnostics the output may be nothing but separators.
if [ "$status" = 0 ] && grep -qv -e '^// -----$' -e '^$' "$output"; then
  pit-opt --verify-roundtrip $split "$output" -o /dev/null || {
    echo "roundtrip-opt.sh: the output of 'pit-opt $*' does not survive a round trip" >&2
    exit 1
  }
fi
exit "$status"
