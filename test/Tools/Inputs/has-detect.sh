#!/bin/sh
# Interesting (1): a valid file that detects micro-tiles of 1x64.
if pit-opt "$1" 2> /dev/null | grep -q 'pit\.detect .*micro_tile = array<i64: 1, 64>'; then exit 1; fi
exit 0
